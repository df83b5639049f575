"""`Finding`: something that is wrong with what is installed."""

from __future__ import annotations

from attrs import field, frozen, validators

KINDS = ("broken", "outdated", "mistyped", "ambiguous", "shadowed", "noisy")
"""What can be wrong, the worst first."""


@frozen
class Finding:
    """Something that is wrong with a distribution.

    Attributes:
        kind: ``broken``: it cannot be used; ``outdated``: it, what it needs, or what is installed of it is of a version
            that does not do; ``mistyped``: a name in its metadata, or in a switch, is one that nobody knows;
            ``ambiguous``: a bare name of it means nothing, since another has it too; ``shadowed``: something of it is
            hidden by something else; ``noisy``: it prints where it should not.
        distribution: its name, or the file or switch that should have told it.
        cause: what is wrong.
        remedy: what to do, often a command; empty if that cannot be said.
    """

    kind: str = field(validator=validators.in_(KINDS))
    distribution: str
    cause: str
    remedy: str = ""
