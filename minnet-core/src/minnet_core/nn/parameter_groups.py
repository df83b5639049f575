"""Parameter groups: which parameters of an optimizer have options of their own, and a step of each group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from .. import support
from .storage import Stretch

if TYPE_CHECKING:
    from .optimizer import Optimizer

NO_DECAY = "no_decay"
"""The ready group: without weight decay, biases and what scales or shifts features."""

Range = tuple[int, int]
"""Where a stretch of the flat vectors begins and ends."""

_SCALES = ("b", "bias", "beta", "gamma")
_KEYS = ("names", "frozen", "t")


def matching_names(patterns: Iterable[str], names: Sequence[str]) -> list[str]:
    """List the names of parameters that one of some patterns means: ``*.b``, ``0.W``, or ``0``, a layer with all in it.

    Raises:
        ValueError: if a pattern means none; it tells which names are near.

    >>> matching_names(["*.b", "1"], ["0.W", "0.b", "1.W", "1.b"])
    ['0.b', '1.W', '1.b']
    """
    found: set[str] = set()
    for pattern in patterns:
        meant = [name for name in names if _means(pattern, name)]
        if not meant:
            hint = support.nearest(pattern, names) or f"there are {', '.join(names) or 'none'}"
            raise ValueError(
                f"expected the name of a parameter or a pattern such as '*.b', received {pattern!r}; {hint}"
            )
        found.update(meant)
    return [name for name in names if name in found]


def _means(pattern: str, name: str) -> bool:
    # The name of a parameter of the module itself has no dot, and is meant by *.b all the same.
    return any(fnmatchcase(written, pattern) for written in (name, f".{name}")) or fnmatchcase(name, f"{pattern}.*")


def checked_groups(optimizer: Optimizer, groups: Iterable[str | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the groups as an optimizer keeps them: with the names of parameters, and values that it has accepted.

    Raises:
        TypeError, ValueError: naming the group, if it is none, or a name or option is not known, or a value is refused.
    """
    stretches = optimizer.stretches()
    known = [name for stretch in stretches for name in stretch.names]
    left = list(known)
    checked: list[dict[str, Any]] = []
    for index, group in enumerate(groups):
        where = f"groups[{index}]: "
        if group == NO_DECAY:
            scales = [name for stretch in stretches if _is_scale(stretch) for name in stretch.names if name in left]
            group = {"names": scales, "weight_decay": 0.0}
        elif not isinstance(group, Mapping) or not group.get("names"):
            raise TypeError(f"{where}expected {NO_DECAY!r} or a group such as {{'names': '*.b'}}, received {group!r}")
        if type(group.get("frozen", False)) is not bool:
            raise TypeError(f"{where}expected frozen to be true or false, received {group['frozen']!r}")
        patterns = [group["names"]] if isinstance(group["names"], str) else list(group["names"])
        try:
            names = [name for name in matching_names(patterns, known) if name in left]
        except ValueError as error:
            raise ValueError(f"{where}{error}") from None
        options = {name: value for name, value in group.items() if name not in _KEYS}
        accepted = {"names": names, **_accepted(optimizer, options, where), "t": group.get("t", optimizer.t)}
        if patterns and not names:
            raise ValueError(f"{where}expected parameters that no group before it has, received {', '.join(patterns)}")
        if names:
            checked.append({**accepted, "frozen": group.get("frozen", False)})
            left = [name for name in left if name not in names]
    return checked


def _is_scale(stretch: Stretch) -> bool:
    return len(stretch.shape) < 2 or any(name.rpartition(".")[2] in _SCALES for name in stretch.names)


def _accepted(optimizer: Optimizer, options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Have an optimizer take options, and return what it made of them; it is then as it was."""
    known = [name for name in type(optimizer).__signature__.parameters if name in vars(optimizer) and name != "module"]
    for name in options:
        if name not in known:
            hint = support.nearest(name, known) or f"it has {', '.join(known) or 'none'}"
            raise ValueError(f"{where}expected an option of {type(optimizer).__name__}, received {name!r}; {hint}")
    try:
        with applied(optimizer, options):
            return {name: getattr(optimizer, name) for name in options}
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where}{error}") from None


@contextmanager
def applied(optimizer: Optimizer, options: Mapping[str, Any]) -> Iterator[None]:
    """Give an optimizer other options while the context lasts."""
    before = {name: getattr(optimizer, name) for name in options}
    try:
        for name, value in options.items():
            setattr(optimizer, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(optimizer, name, value)


def divide(groups: Iterable[Iterable[str]], stretches: Sequence[Stretch], *, whole: bool) -> list[list[Range]]:
    """Find the ranges of the flat vectors that each group of names has, and last those that none has.

    A parameter belongs to the first group that has one of its names. Neighbours are joined, unless they must be
    ``whole`` parameters.
    """
    owners = [{*names} for names in groups]
    ranges: list[list[Range]] = [[] for _ in range(len(owners) + 1)]
    for stretch in stretches:
        own = ranges[next((index for index, names in enumerate(owners) if names & {*stretch.names}), -1)]
        if own and own[-1][1] == stretch.start and not whole:
            own[-1] = own[-1][0], stretch.stop
        else:
            own.append((stretch.start, stretch.stop))
    return ranges
