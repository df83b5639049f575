"""`scan`: the installed distributions that have to do with minnet, read from metadata: nothing is imported.

Distributions are read one by one: ``importlib.metadata.entry_points()`` fails as a whole when one is malformed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from ..errors import described
from .declaration import Declaration, canonical
from .distribution import InstalledDistribution, mentions_minnet, metadata_path

if TYPE_CHECKING:
    from importlib.metadata import Distribution


@frozen
class Scan:
    """What is installed.

    Attributes:
        distributions: by canonical name, in the order of names.
        hidden: copies that do not count, since another of the same name comes first.
        unreadable: where metadata are that mention minnet and cannot be read, and why.
    """

    distributions: dict[str, InstalledDistribution]
    hidden: tuple[InstalledDistribution, ...]
    unreadable: tuple[tuple[Path, str], ...]

    def declarations(self, group: str) -> list[Declaration]:
        """List the entry points of a group, in an order that does not depend on ``sys.path``."""
        found = [each for installed in self.distributions.values() for each in installed.declarations(group)]
        return sorted(found, key=lambda declaration: (declaration.distribution, declaration.name))


def all_distributions() -> Iterator[Distribution]:
    """Yield what ``importlib.metadata.distributions`` does; a stranger's finder that fails takes no other with it."""
    from importlib.metadata import DistributionFinder

    for finder in list(sys.meta_path):
        find = getattr(finder, "find_distributions", None)
        with suppress(Exception):
            yield from find(DistributionFinder.Context()) if find is not None else ()


_find: Callable[[], Iterable[Distribution]] = all_distributions


@cache
def scan() -> Scan:
    """Read the metadata of what is installed; once, until `forget` is called.

    Of two copies of one distribution, the first on ``sys.path`` counts, which is also the one that is imported.
    Of two in one folder, which share their modules, it is the newer.
    """
    found: dict[str, InstalledDistribution] = {}
    hidden, unreadable = [], []
    seen = set()
    for distribution in _find():
        path = Path(repr(distribution))
        try:
            path = metadata_path(distribution)
            has_path = getattr(distribution, "_path", None) is not None
            key = os.path.realpath(path) if has_path else str(id(distribution))
            if key in seen:  # its folder is on sys.path twice, perhaps under another name: lib64 -> lib
                continue
            seen.add(key)
            if path.name.startswith("~"):
                if mentions_minnet(distribution):
                    unreadable.append((path, "an interrupted pip left it behind"))
                continue
            copy = InstalledDistribution.read(distribution)
        except Exception as error:  # whatever may stand in a file
            unreadable.append((path, f"its metadata cannot be read: {described(error)}"))
            continue
        if copy is not None:
            first = found.setdefault(copy.name, copy)
            if first is not copy:
                found[copy.name], other = _ordered(first, copy)
                hidden.append(other)
    return Scan({name: found[name] for name in sorted(found)}, tuple(hidden), tuple(sorted(unreadable)))


def _ordered(
    first: InstalledDistribution, second: InstalledDistribution
) -> tuple[InstalledDistribution, InstalledDistribution]:
    """Two copies of a distribution: the one that counts, and the other."""
    from packaging.version import InvalidVersion, Version

    if first.path.parent != second.path.parent:
        return first, second
    both = sorted((first, second), key=lambda copy: copy.path.name, reverse=True)
    with suppress(InvalidVersion):
        both.sort(key=lambda copy: Version(copy.version), reverse=True)
    return both[0], both[1]


def forget() -> None:
    """Have the next `scan` look at the disk again."""
    scan.cache_clear()


@contextmanager
def discovering(find: Callable[[], Iterable[Distribution]]) -> Iterator[None]:
    """Have `scan` find other distributions while the context lasts; none with ``discovering(tuple)``."""
    global _find
    before, _find = _find, find
    forget()
    try:
        yield
    finally:
        _find = before
        forget()


def installed(distribution: str) -> InstalledDistribution | None:
    """What is known of a distribution; None if it is not installed."""
    return scan().distributions.get(canonical(distribution))
