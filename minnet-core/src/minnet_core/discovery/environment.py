"""The environment variables that switch plugins on and off, read before anything is imported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from attrs import field, frozen

from .declaration import canonical
from .first_party import FIRST_PARTY

ALLOWED = "MINNET_PLUGINS"
DISABLED = "MINNET_DISABLE_PLUGINS"
STRICT = "MINNET_STRICT_PLUGINS"


def _names(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(canonical(name.strip()) for name in text.split(",") if name.strip())


@frozen
class Switches:
    """Which distributions may be used.

    Attributes:
        allowed: the third-party distributions that ``MINNET_PLUGINS`` lists; None if it is not set: all.
        disabled: those that ``MINNET_DISABLE_PLUGINS`` lists, which overrules the other.

    >>> Switches("", "minnet-torch").allows("minnet-layers"), Switches("", None).allows("minnet-swish")
    (True, False)
    """

    allowed: frozenset[str] | None = field(converter=_names)
    disabled: frozenset[str] | None = field(converter=_names)

    def allows(self, distribution: str) -> bool:
        """Whether a distribution, by its canonical name, may be used."""
        if distribution in (self.disabled or ()):
            return False
        return self.allowed is None or distribution in FIRST_PARTY or distribution in self.allowed


def switches() -> Switches:
    """Read ``MINNET_PLUGINS`` and ``MINNET_DISABLE_PLUGINS`` as they are now."""
    return _switches(os.environ.get(ALLOWED), os.environ.get(DISABLED))


_switches = cache(Switches)  # one object for one setting, so that whoever depends on it can compare by identity


def is_strict() -> bool:
    """Whether ``MINNET_STRICT_PLUGINS`` asks for an error at once when a plugin fails."""
    return os.environ.get(STRICT, "").strip().lower() not in ("", "0", "false", "no", "off")


def disable(distributions: Iterable[str]) -> None:
    """Disable more distributions, in this process and in those that it starts."""
    os.environ[DISABLED] = ",".join([*filter(None, [os.environ.get(DISABLED)]), *distributions])


@contextmanager
def preserved(variable: str) -> Iterator[None]:
    """Give a variable back at the end of the context the value that it had at its beginning."""
    before = os.environ.get(variable)
    try:
        yield
    finally:
        os.environ.pop(variable, None)
        if before is not None:
            os.environ[variable] = before


@contextmanager
def without_strict_plugins() -> Iterator[None]:
    """Have no plugin that fails raise at once while the context lasts, whatever ``MINNET_STRICT_PLUGINS`` says."""
    with preserved(STRICT):
        os.environ.pop(STRICT, None)
        yield
