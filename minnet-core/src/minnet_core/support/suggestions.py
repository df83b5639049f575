"""`nearest`: what somebody may have meant who wrote a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def nearest(name: str, known: Mapping[str, str] | Iterable[str], *, most: int = 3, cutoff: float = 0.6) -> str:
    """Say which known names are near, however they are capitalized.

    Args:
        name: what was written.
        known: what may have been meant -> how to write it; or only names, written as they are.
        most: how many to name.
        cutoff: how near, from 0 to 1.

    Returns:
        ``did you mean 'ReLU' or 'ELU'?``, or nothing.

    >>> nearest("relu", {"ReLU": "ReLU", "Linear": "Linear"})
    "did you mean 'ReLU'?"
    """
    pairs = known.items() if isinstance(known, Mapping) else ((each, each) for each in known)
    folded = {each.lower(): written for each, written in pairs}
    close = [folded[match] for match in get_close_matches(name.lower(), folded, n=most, cutoff=cutoff)]
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""
