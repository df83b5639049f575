"""`expect_file`: what is read or written is a file, and nothing to wait for."""

from __future__ import annotations

import os
from pathlib import Path


def expect_file(path: str | os.PathLike[str]) -> Path:
    """Return a path with a file, a link to one or nothing.

    Raises:
        OSError: if there is a folder; or a pipe, a socket or a device, which may never say anything.
    """
    path = Path(os.fsdecode(path))
    if path.is_dir():
        raise IsADirectoryError(f"{path}: expected a file, received a folder")
    if path.exists() and not path.is_file():
        raise OSError(f"{path}: expected a file, received a device or a pipe")
    return path
