"""The files of a run, in whose places a folder that was received may have links, folders or pipes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from minnet_core.support import expect_file, write_atomically


def own_file(path: Path) -> Path:
    """Return a path with a file or nothing, to be written; a symbolic link, which may lead out of the run, is removed.

    Raises:
        OSError: if there is a folder, or a pipe to wait for.
    """
    if path.is_symlink():
        path.unlink()
    return expect_file(path)


def unlinked(path: Path) -> Path:
    """Make a file that is to be written in place the run's alone: a hard link makes it another one's too.

    ``cp -al`` and ``rsync --link-dest`` copy so.
    """
    if path.exists() and path.stat().st_nlink > 1:
        write_atomically(path, path.read_bytes())
    return path


def is_own_file(path: Path) -> bool:
    """Whether there is a file itself, and no link to one; not, if the folder may not be searched."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False
