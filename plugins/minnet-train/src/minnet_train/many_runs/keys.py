"""The keys of a run: those of its experiment, the numbers that it reported, and what is known of it besides."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

from minnet_core.support import nearest, printable

from ..errors import KeyPath, RunError
from ..experiment import key_path
from .deletion import RunFiles
from .summary import RunSummary

OWN_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "run": "its path",
        "state": "running, finished, interrupted or damaged",
        "problem": "what is wrong with it",
        "epoch": "the number of epochs that are done",
        "best": "the number that it is judged by, in its best epoch",
        "best_epoch": "the best epoch",
        "judged_by": "which number that is",
        "seconds": "the time that training took",
        "started": "when it was begun",
        "size": "the bytes that it takes on the disk",
        "fingerprint": "the digest of its data",
        "threads": "how many threads multiplied matrices",
        "executor": "what executed its steps",
    }
)
"""What is known of every run, beside its experiment and its reports -> what that is."""

LAST, BEST = "last", "best"
"""What precedes the name of a number in the report of the last epoch, and in that of the best."""


def value_of(run: RunSummary, path: KeyPath) -> Any:
    """Return what a run has under a key; None if it has nothing.

    A key of one name that neither ``OWN_KEYS`` nor the experiment has is a number of the last report.
    """
    head, rest = path[0], path[1:]
    if not rest and head in OWN_KEYS:
        return _own(run, str(head))
    if rest and head in (LAST, BEST):
        return _walk(run.last if head == LAST else run.best, rest)
    found = _walk(run.experiment, path)
    return _walk(run.last, path) if found is None else found


def _own(run: RunSummary, key: str) -> Any:
    match key:
        case "run":
            return run.name
        case "state" | "seconds" | "started":
            return getattr(run, key)
        case "problem":
            return run.problem or None
        case "epoch":
            return run.last.get("epoch", 0)
        case "best":
            return run.best_value
        case "best_epoch":
            return run.best.get("epoch")
        case "judged_by":
            return run.judged_by[0] if run.config else None
        case "size":
            with suppress(OSError):  # of a folder that may not be looked into, or is gone
                return RunFiles.of(run.path).size
            return None
        case _:
            return run.config.get(key)


def _walk(data: Any, path: KeyPath) -> Any:
    for step in path:
        if isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def flattened(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every key of plain data with its value; a list of plain values is one.

    >>> dict(flattened({"lr": 0.1, "model": [{"class": "Linear"}], "names": ["a", "b"], "data": {}}))
    {('lr',): 0.1, ('model', 0, 'class'): 'Linear', ('names',): ['a', 'b'], ('data',): {}}
    """
    stack = [(path, data)]
    while stack:  # no recursion, for a stranger's config may be nested as deeply as JSON allows
        path, data = stack.pop()
        if isinstance(data, Mapping) and (data or not path):
            stack += [((*path, key), value) for key, value in reversed(list(data.items()))]
        elif isinstance(data, list) and any(isinstance(value, (dict, list)) for value in data):
            stack += [((*path, index), value) for index, value in reversed(list(enumerate(data)))]
        else:
            yield path, data


def keys_of(runs: Iterable[RunSummary]) -> set[KeyPath]:
    """Collect every key that any of the runs has, tables and lists among them."""
    keys: set[KeyPath] = {(name,) for name in OWN_KEYS}
    for run in runs:
        for path, _ in flattened(run.experiment):
            keys.update(path[:count] for count in range(1, len(path) + 1))
        for head, report in ((LAST, run.last), (BEST, run.best)):
            keys.update((head, name) for name in report)
        keys.update((name,) for name in run.last)
    return keys


def read_key(text: str) -> KeyPath:
    """Read a key as it is written on a command line; raise `RunError` if it is none."""
    path = key_path(text.strip())
    if not path:
        raise RunError(f"expected a key such as optimizer.lr, model[0].n_out or validation_loss, received {text!r}")
    return path


def expect_known(paths: Iterable[KeyPath], runs: Iterable[RunSummary]) -> None:
    """Refuse a key that no run has: it is a mistake, and by what is missing everything or nothing would be found.

    Raises:
        RunError: with the nearest keys that there are.
    """
    runs = list(runs)
    known = keys_of(runs) if runs else set()
    for path in paths:
        if runs and path not in known and not any(path == key[: len(path)] for key in known):
            written = {key_text(key): key_text(key) for key in known}
            hint = nearest(key_text(path), written)
            told = f"expected a key that any of the {len(runs)} runs has, received {key_text(path)!r}"
            raise RunError(f"{told}; {hint}" if hint else told)


def key_text(path: KeyPath) -> str:
    """Write a key as `read_key` reads it, fit to be shown.

    >>> key_text(("model", 0, "n_out")), key_text(("data", "a column"))
    ('model[0].n_out', 'data."a column"')
    """
    parts = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            bare = step if re.fullmatch(r"[A-Za-z_-][\w-]*", step, re.ASCII) else json.dumps(step, ensure_ascii=False)
            parts.append(f".{bare}")
    return printable("".join(parts).removeprefix("."), 120)


def value_text(value: Any) -> str:
    """Write a value fit to be shown: texts without quotes, the rest as in TOML or JSON.

    >>> value_text(0.01), value_text(True), value_text("Adam"), value_text(None), value_text([1, 2])
    ('0.01', 'true', 'Adam', 'none', '[1, 2]')
    """
    if value is None:
        return "none"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, (str, os.PathLike)):
        return printable(os.fspath(value), 200) or '""'
    try:
        return printable(json.dumps(value, ensure_ascii=False), 200)
    except (RecursionError, ValueError):
        return "..."
