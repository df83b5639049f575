"""Ids of cases: readable, unique, the same in every process, and such that a shell and pytest take them back."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

LONGEST = 80
"""Characters of an id; arguments that need more are left out."""

_REWRITTEN = str.maketrans({"[": "(", "]": ")", "'": None, '"': None})  # pytest cuts a node id at the first [
_PLAIN = re.compile(r"[\w.,=()<> +-]+")
_NUMBERED = re.compile(r"(.*) #(\d+)", re.DOTALL)  # how the kit names examples that would have one name


def case_ids(names: Iterable[str]) -> list[str]:
    """Make an id of every name; names that would have the same are numbered.

    >>> case_ids(["ReLU", "Swish(beta=1.0)", "Net(sizes=[3, 4])"])
    ['ReLU', 'Swish(beta=1.0)', 'Net(sizes=(3,4))']
    >>> case_ids(["Net(f=<function f at 0x7f00>)", "Net(f=<function g at 0x7f08>)"])
    ['Net-0', 'Net-1']
    >>> case_ids(["Swish(beta=2.0) #1", "Swish(beta=2.0) #2"])
    ['Swish(beta=2.0)-1', 'Swish(beta=2.0)-2']
    """
    plain = [_plain(name) for name in names]
    count = Counter(plain)
    taken = {name for name in plain if count[name] == 1}
    ids = []
    for name in plain:
        id = name
        if count[name] > 1:
            id = next(id for id in (f"{name}-{number}" for number in itertools.count()) if id not in taken)
            taken.add(id)
        ids.append(id)
    return ids


def _plain(name: str) -> str:
    """The name without what a shell, pytest or another process would read otherwise; without arguments if need be."""
    if numbered := _NUMBERED.fullmatch(name):
        return f"{_plain(numbered[1])}-{numbered[2]}"
    written = name.translate(_REWRITTEN).replace(", ", ",")
    if len(written) <= LONGEST and " at 0x" not in written and _PLAIN.fullmatch(written):
        return written
    return re.sub(r"[^\w.]+", "_", name.partition("(")[0])[:LONGEST].strip("_") or "case"
