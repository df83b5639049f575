"""`select_runs`: the runs that a command is about; `in_order`: as they are listed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import KeyPath, RunError
from ..plots import is_number
from ..runs import names
from .conditions import Condition
from .finding import FoundRuns, find_runs, is_run, natural
from .keys import expect_known, value_of
from .summary import RunSummary


def select_runs(
    texts: Sequence[str], conditions: Sequence[Condition] = (), keys: Sequence[KeyPath] = ()
) -> tuple[list[RunSummary], tuple[str, ...]]:
    """Find and read the runs that are meant, each once.

    Args:
        texts: paths of runs, of folders of runs, or their names in the folder ``runs``; without any, ``runs`` itself.
        conditions: all of which they must fulfil.
        keys: what is to be shown of them; those that fulfil the conditions may lack them.

    Returns:
        The runs, and why folders could not be looked into.

    Raises:
        RunError: if a text means no run; or no run has one of the keys, or that of a condition with such a value.
    """
    found = [_meant(text) for text in texts] if texts else [find_runs(names.RUNS)]
    paths: dict[str, Path] = {}
    for path in (path for each in found for path in each.paths):
        paths.setdefault(os.path.realpath(path), path)
    read = [RunSummary.read(path) for path in paths.values()]
    runs = [run for run in read if not run.problem or os.path.lexists(run.path)]  # others are deleted by now
    expect_known([*(condition.path for condition in conditions), *keys], runs)
    for condition in conditions:
        condition.expect_comparable(runs)
    kept = [run for run in runs if all(condition.holds(run) for condition in conditions)]
    return kept, tuple(reason for each in found for reason in each.unreadable)


def _meant(text: str) -> FoundRuns:
    path = Path(text)
    if not os.path.lexists(path) and os.path.lexists(Path(names.RUNS, text)):
        path = Path(names.RUNS, text)
    if not path.is_dir():
        received = "a file" if path.exists() else "nothing"
        raise RunError(f"{path}: expected a run, or a folder of runs, received {received}")
    if is_run(path):
        return FoundRuns((path,))
    found = find_runs(path)
    if not found.paths:
        why = "; ".join(["another folder", *found.unreadable])
        raise RunError(f"{path}: expected a run, or a folder of runs, received {why}")
    return found


def in_order(runs: Iterable[RunSummary], key: KeyPath | None = None, *, is_reversed: bool = False) -> list[RunSummary]:
    """Sort runs by a key: numbers before texts, and what has no value last, reversed or not.

    Args:
        runs: of which those with one value stay in their order.
        key: ``best`` puts the best first, whether a small or a large number is; None leaves the order.
        is_reversed: whether the largest comes first.
    """
    runs = list(runs)
    if key is None:
        return runs[::-1] if is_reversed else runs
    values = [(value_of(run, key), run) for run in runs]
    known = [(value, run) for value, run in values if not _is_missing(value)]
    known.sort(key=lambda pair: _rank(pair[0], pair[1], key), reverse=is_reversed)
    return [run for _, run in known] + [run for value, run in values if _is_missing(value)]


def _is_missing(value: Any) -> bool:
    """Whether there is nothing to sort by: nan is neither before nor behind anything."""
    return value is None or value != value


def _rank(value: Any, run: RunSummary, key: KeyPath) -> tuple[Any, ...]:
    if key == ("best",):
        name, mode = run.judged_by
        return 0, name, -value if mode == "max" else value
    if is_number(value):
        return 0, "", value
    if isinstance(value, datetime):  # the hour that summer time has twice is no matter of its text
        return 0, "", value.timestamp()
    return 1, natural(str(value)), 0
