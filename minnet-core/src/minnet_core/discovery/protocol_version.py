"""The version of the protocol between the core and its plugins, and how a distribution says which it is written to.

It is data, so that a plugin that cannot work is told apart before it is imported and fails in its own way:

.. code-block:: toml

    [project.entry-points."minnet.protocol"]
    1 = "minnet_swish"

A distribution that says nothing is taken to be written to the current version.
"""

from __future__ import annotations

from collections.abc import Collection

from ..errors import ProtocolError

PROTOCOL = 1
"""What this core speaks: `Module`, `Criterion`, `Optimizer` and the hooks. Raised by a change that breaks plugins."""

PROTOCOL_FLOOR = 1
"""The oldest version that this core still speaks."""

PROTOCOL_GROUP = "minnet.protocol"
"""The entry-point group whose names are the versions that a distribution is written to."""


def expect_spoken(provider: str, versions: Collection[str]) -> None:
    """Refuse a distribution that is written to no version that this core speaks.

    Args:
        provider: the distribution, for the message.
        versions: what it says; one that is spoken is enough.

    Raises:
        ProtocolError: saying which side is too old.
    """
    if not versions:
        return
    numbers = sorted(int(version) for version in versions if version.isdecimal())
    if any(PROTOCOL_FLOOR <= number <= PROTOCOL for number in numbers):
        return
    spoken = f"{PROTOCOL_FLOOR} to {PROTOCOL}" if PROTOCOL_FLOOR < PROTOCOL else str(PROTOCOL)
    written = " or ".join(sorted(versions))
    old = "minnet-core" if numbers and numbers[0] > PROTOCOL else provider.partition(" ")[0]
    raise ProtocolError(
        f"{provider} is written to version {written} of minnet's protocol, and this minnet-core speaks {spoken}",
        f"pip install --upgrade {old}",
    )
