"""`Problem`: one thing that is wrong in an experiment, and the key that it is under."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from attrs import frozen

from minnet_core.support import nearest

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and list indices that lead to a value: ``("model", 2, "n_in")``."""


@frozen
class Problem:
    """One thing that is wrong.

    Attributes:
        path: the key that it is under; empty if it is the file as a whole.
        message: what was expected and what was received.

    >>> print(Problem(("model", 2, "n_in"), "expected an integer, received 'ten'"))
    model[2].n_in: expected an integer, received 'ten'
    """

    path: KeyPath
    message: str

    def __str__(self) -> str:
        dotted = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return f"{dotted.removeprefix('.')}: {self.message}" if self.path else self.message


def unknown_key(path: KeyPath, key: str, known: Collection[str], what: str) -> Problem:
    """Describe a key that is not among the known ones, with the nearest of them.

    >>> print(unknown_key(("data",), "sorce", ["source", "target"], "key"))
    data.sorce: unknown key; did you mean 'source'? (expected one of source, target)
    """
    expected = f"expected one of {', '.join(sorted(known))}" if known else "expected none"
    hint = nearest(key, sorted(known), most=1)
    message = f"unknown {what}; {hint} ({expected})" if hint else f"unknown {what}; {expected}"
    return Problem((*path, key), message)
