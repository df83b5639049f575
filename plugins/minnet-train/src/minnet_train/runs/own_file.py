"""The files of a run, in whose places a folder that was received may have links, folders or pipes."""

from __future__ import annotations

from pathlib import Path


def expect_file(path: Path) -> Path:
    """Return a path with a file, a link to one or nothing; raise `OSError` for a folder, or a pipe to wait for."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: expected a file, received {'a folder' if path.is_dir() else 'a device or a pipe'}")
    return path


def own_file(path: Path) -> Path:
    """Do so for a file that is to be written; a symbolic link, which may lead out of the run, is removed."""
    if path.is_symlink():
        path.unlink()
    return expect_file(path)


def is_own_file(path: Path) -> bool:
    """Whether there is a file itself, and no link to one."""
    return path.is_file() and not path.is_symlink()
