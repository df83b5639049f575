"""`nearest` and `close_names`: what somebody may have meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: dict[str, str], cutoff: float = 0.6) -> str:
    """Say which known names are near.

    Args:
        name: what was written.
        known: what may have been meant -> how to write it.
        cutoff: how near, from 0 to 1.

    Returns:
        ``did you mean 'ReLU' or 'ELU'?``, or nothing.

    >>> nearest("relu", {"ReLU": "ReLU", "Linear": "Linear"})
    "did you mean 'ReLU'?"
    """
    close = [known[each] for each in close_names(name, known, cutoff=cutoff)]
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""


def close_names(name: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known names that are near, nearest first, for messages that `nearest` does not fit; case does not matter.

    Args:
        name: what was written.
        known: what may have been meant.
        count: how many at most.
        cutoff: how near, from 0 to 1.

    >>> close_names("relu", ["ReLU", "Linear"])
    ['ReLU']
    """
    folded = {each.lower(): each for each in known}
    return [folded[match] for match in get_close_matches(name.lower(), folded, n=count, cutoff=cutoff)]
