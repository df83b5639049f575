"""`find_runs`: the folders that are runs, in a folder and in those within it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from attrs import frozen

from ..runs import names

DEEPEST = 4
"""So many levels below a folder runs are looked for: folds of the trials of a sweep are three below ``runs``."""


@frozen
class FoundRuns:
    """What was found in a folder.

    Attributes:
        paths: of the runs, in the natural order of their names: 2 before 10.
        unreadable: why folders could not be looked into.
    """

    paths: tuple[Path, ...]
    unreadable: tuple[str, ...] = ()


def find_runs(folder: str | os.PathLike[str], deepest: int = DEEPEST) -> FoundRuns:
    """Find the runs in a folder, which may be one itself, and in its folders.

    Symbolic links below it are not followed, and hidden folders and runs themselves not looked into.

    Args:
        folder: need not exist.
        deepest: how many levels below it are looked at.
    """
    unreadable: list[str] = []
    paths = sorted(_below(Path(folder), deepest, unreadable), key=lambda path: natural(os.fspath(path)))
    return FoundRuns(tuple(paths), tuple(unreadable))


def is_run(path: str | os.PathLike[str]) -> bool:
    """Whether a folder is a run, whole or damaged."""
    try:
        return looks_like_run(os.listdir(path))
    except OSError:
        return False


def looks_like_run(inside: Collection[str]) -> bool:
    """Whether a folder with these names in it is a run, or what is left of one that was killed as it was begun.

    >>> looks_like_run(["config.json", "checkpoints"]), looks_like_run(["config.json", "model.safetensors"])
    (True, False)
    """
    others = (names.CHECKPOINTS, names.METRICS, names.LOCK)
    if names.CONFIG in inside:  # many programs have such a file
        return any(name in inside for name in (names.VERSIONS, *others))
    return names.VERSIONS in inside and any(name in inside for name in others)


def natural(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Make a key that sorts numbers in names by their values.

    >>> sorted(["run-10", "run-2", "Run-3"], key=natural)
    ['run-2', 'Run-3', 'run-10']
    """
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", text.casefold())
    return tuple((True, int(part), "") if part.isdigit() and part.isascii() else (False, 0, part) for part in parts)


def _below(folder: Path, levels: int, unreadable: list[str]) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except FileNotFoundError:  # or it has been deleted meanwhile
        return
    except OSError as error:
        unreadable.append(f"{folder}: expected a folder that can be looked into: {error.strerror or error}")
        return
    if looks_like_run({entry.name for entry in found}):
        yield folder
    elif levels:
        for entry in found:
            if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), levels - 1, unreadable)
