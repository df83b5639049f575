"""`RunFiles`: the files of a run, which are deleted, and what else is in its folder, which is not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from ..errors import RunError
from ..runs import is_own_file, lock_holder, names, run_lock
from .finding import looks_like_run

_FOLDERS = {
    names.CHECKPOINTS: re.compile(r"step-\d+\.safetensors|step-\d+(-\d+)?\.damaged|history\.jsonl"),
    names.SOURCES: re.compile(r".+\.py"),
    names.TENSORBOARD: re.compile(r"events\.out\.tfevents\..*"),
}
"""The folders of a run, and the files that minnet writes into them."""

_FILES = (names.METRICS, names.BEST, names.MODEL, names.START)

_TEMPORARY = re.compile(r"\..*\.tmp")
"""What a kill leaves of a file that was being written."""

_OF_GROUPS = ("folds.json", names.LOCK)
"""What ``minnet train --folds`` and the workers of a sweep write beside runs that belong together."""


@frozen
class RunFiles:
    """What a run's folder holds, links not followed.

    Attributes:
        path: of the folder.
        files: of the run, links in their places among them.
        folders: of the run.
        foreign: what else is in it, relative to the folder.
        size: the bytes that deleting the files frees: what has another name elsewhere (a hard link) frees none.
    """

    path: Path
    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    foreign: tuple[str, ...]
    size: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> RunFiles:
        """Look through the folder of a run; what vanishes meanwhile is left out."""
        path = Path(path)
        files: list[Path] = []
        folders: list[Path] = []
        foreign: list[str] = []
        size = 0
        for entry, is_own in _entries(path):
            if not is_own:
                foreign.append(os.path.relpath(entry.path, path))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            else:
                files.append(Path(entry.path))
                with suppress(OSError):  # it is gone by now, or in a folder that may not be searched
                    status = entry.stat(follow_symlinks=False)
                    size += status.st_size if status.st_nlink == 1 else 0
        return cls(path, tuple(files), tuple(folders), tuple(sorted(foreign)), size)

    def expect_deletable(self) -> None:
        """Refuse what is no run, is reached by a link, or is being worked on.

        So is one of several that belong together, folds or the seeds of a trial, while a process is at any of them: it
        holds a lock beside them, between two of them, too.

        Raises:
            RunError: saying why.
        """
        if self.path.is_symlink():
            raise RunError(f"{self.path}: expected the folder of a run itself, received a symbolic link to one")
        if not looks_like_run(os.listdir(self.path)):
            raise RunError(f"{self.path}: expected the folder of a run, received another folder")
        holder = lock_holder(self.path / names.LOCK)
        if holder is not None:
            raise RunError(f"{self.path}: expected a run that no other process is using, received one held by {holder}")
        group = Path(os.path.realpath(self.path)).parent
        holder = lock_holder(group / names.LOCK)
        if holder is not None:
            raise RunError(
                f"{self.path}: expected a run of which no other process is at those beside it, received one in a group "
                f"that is held by {holder}"
            )

    def delete(self) -> None:
        """Delete the files of the run, and its folder if nothing foreign is in it.

        The config goes first: a run of which a kill leaves a part is listed as damaged, and can be deleted again.

        Raises:
            RunError: if another process works on it by now, or a file cannot be deleted.
        """
        self.expect_deletable()
        lock = self.path / names.LOCK
        try:
            with run_lock(lock):
                now = RunFiles.of(self.path)  # as whoever had the lock until now left it
                (self.path / names.CONFIG).unlink(missing_ok=True)
                last = (self.path / names.VERSIONS, lock)
                for file in now.files:
                    if file not in last:
                        file.unlink(missing_ok=True)
                for folder in now.folders:
                    _remove_empty(folder)
                last[0].unlink(missing_ok=True)
                if sys.platform != "win32":  # where an open file stays
                    lock.unlink(missing_ok=True)
            if sys.platform == "win32":  # elsewhere it may be that of a new run by now
                lock.unlink(missing_ok=True)  # pragma: no cover
        except OSError as error:
            raise RunError(f"{self.path}: the run could not be deleted: {error.strerror or error}") from error
        _remove_empty(self.path)


def remove_emptied(paths: Iterable[Path], within: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Remove the folders that deleting runs has left empty, and the files of a group, which tell of its runs alone.

    The folder ``runs`` stays, and so does a folder that nobody has named, unless it has nothing but such files.

    Args:
        paths: of the runs that were deleted.
        within: folders of runs that were named.

    Returns:
        The paths of the folders that were removed.
    """
    named, runs = [Path(os.path.realpath(folder)) for folder in within], os.path.realpath(names.RUNS)
    removed = []
    for path in paths:
        folder = path.parent
        while os.path.realpath(folder) != runs and not folder.is_symlink():
            inside = os.listdir(folder) if folder.is_dir() else [path.name]
            has_only = inside and all(name in _OF_GROUPS and is_own_file(folder / name) for name in inside)
            if has_only and lock_holder(folder / names.LOCK) is not None:  # a worker has come to the trial by now
                break
            real = Path(os.path.realpath(folder))
            if not has_only and (inside or not any(real.is_relative_to(each) for each in named)):
                break
            try:
                for name in inside:
                    (folder / name).unlink(missing_ok=True)
                folder.rmdir()
            except OSError:  # it may not be removed
                break
            removed.append(os.fspath(folder))
            folder = folder.parent
    return removed


def _entries(path: Path) -> Iterator[tuple[os.DirEntry[str], bool]]:
    """Yield what is in the folder of a run and in its own folders, and whether it is the run's, inner things first."""
    with os.scandir(path) as found:
        for entry in sorted(found, key=lambda entry: entry.name):
            pattern = _FOLDERS.get(entry.name)
            is_folder = entry.is_dir(follow_symlinks=False)
            if pattern is not None and is_folder:
                with os.scandir(entry.path) as inner:
                    for each in sorted(inner, key=lambda each: each.name):
                        is_named = pattern.fullmatch(each.name) or _TEMPORARY.fullmatch(each.name)
                        yield each, bool(is_named) and not each.is_dir(follow_symlinks=False)
                yield entry, True
            else:
                is_file = entry.name in (*_FILES, names.CONFIG, names.VERSIONS, names.LOCK)
                is_own = (
                    is_file or bool(_TEMPORARY.fullmatch(entry.name)) or (pattern is not None and entry.is_symlink())
                )
                yield entry, is_own and not is_folder


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # something foreign is in it
        folder.rmdir()
