"""`NameTable`: what a name means, given who declares what."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..discovery import FIRST_PARTY, LOCAL, Declaration, canonical

_PRECEDENCE: tuple[Collection[str], ...] = (FIRST_PARTY, {LOCAL})


class NameTable:
    """Declarations by name.

    A qualified name means the component of that distribution.
    A bare one means a first-party component; else one that this program has registered; else one of the strangers'.

    Args:
        declarations: of all that is enabled.
        reserved: bare names that no stranger's component may take, since a disabled first-party one has it.
    """

    def __init__(self, declarations: Iterable[Declaration], reserved: Collection[str] = ()) -> None:
        self.declarations = tuple(declarations)
        self._reserved = reserved
        self._by_name: dict[str, list[Declaration]] = {}
        for declaration in self.declarations:
            self._by_name.setdefault(declaration.name, []).append(declaration)

    def find(self, name: str) -> list[Declaration]:
        """Return what a name means: nothing, one thing, or several, if strangers have the same bare name."""
        distribution, colon, bare = name.partition(":")  # the first one: no distribution's name has a colon
        if colon:
            distribution = canonical(distribution)
            return [each for each in self._by_name.get(bare, []) if each.distribution == distribution]
        named = self._by_name.get(name, [])
        for preferred in _PRECEDENCE:
            if chosen := [each for each in named if each.distribution in preferred]:
                return chosen
        return [] if name in self._reserved else named
