"""`write_atomically`: a file is either the old one or the new one, never half of each."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from errno import ENOENT
from pathlib import Path
from stat import S_IMODE


def write_atomically(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file by way of a temporary one beside it, synced to disk and renamed.

    Whatever happens in between, ``path`` holds its old contents or the new ones, and no temporary file is left by
    anything short of a kill.

    Returns:
        The absolute path that was written, links followed.

    Raises:
        OSError: if the directory does not exist or cannot be written, the disk is full, or ``path`` is there and is no
            file: a device or a pipe must not be replaced by one.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        kind = "a directory" if target.is_dir() else "a device or a pipe"
        raise OSError(f"{target}: expected a file or a new name, received {kind}")
    if not target.parent.is_dir():
        raise FileNotFoundError(ENOENT, "expected a folder that exists to write into", str(target.parent))
    # The name is cut because the longest one that a file may have leaves no room.
    temporary = target.with_name(f".{target.name[:32]}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(S_IMODE(target.stat().st_mode))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_directory(target.parent)
    return target


def _sync_directory(directory: Path) -> None:
    """Make the rename itself survive a power cut, where the system can: Windows and some file systems cannot."""
    if hasattr(os, "O_DIRECTORY"):
        with suppress(OSError):
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
