"""`nearest`: what somebody may have meant who wrote a name that is not known."""

from __future__ import annotations

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
    folded = {each.lower(): written for each, written in known.items()}
    close = [folded[match] for match in get_close_matches(name.lower(), folded, n=3, cutoff=cutoff)]
    return f"did you mean {' or '.join(map(repr, close))}?" if close else ""
