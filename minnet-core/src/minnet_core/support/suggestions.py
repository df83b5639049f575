"""`nearest` and `nearest_names`: what somebody may have meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches


def nearest_names(name: str, known: Iterable[str] | Mapping[str, str], cutoff: float = 0.6, most: int = 3) -> list[str]:
    """List the ``most`` known names that are near, the nearest first, as ``known`` says that each is written.

    Upper and lower case are alike; ``cutoff`` is how near they must be, from 0 to 1.
    """
    known = known if isinstance(known, Mapping) else {each: each for each in known}
    folded = {each.lower(): written for each, written in known.items()}
    return [folded[match] for match in get_close_matches(name.lower(), folded, n=most, cutoff=cutoff)]


def nearest(name: str, known: Iterable[str] | Mapping[str, str], cutoff: float = 0.6, most: int = 3) -> str:
    """Ask whether one of the known names that are near was meant: ``did you mean 'ReLU' or 'ELU'?``; empty if none is.

    >>> nearest("relu", ["ReLU", "Linear"])
    "did you mean 'ReLU'?"
    """
    return did_you_mean(nearest_names(name, known, cutoff, most))


def did_you_mean(names: Collection[str]) -> str:
    """Ask whether one of the names was meant; empty if there are none."""
    return f"did you mean {' or '.join(map(repr, names))}?" if names else ""
