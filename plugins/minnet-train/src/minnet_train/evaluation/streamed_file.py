"""`streamed`: a file that is written a part at a time, and is there only when it is whole."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import OutputError


@contextmanager
def streamed(path: str | os.PathLike[str]) -> Iterator[IO[str]]:
    """Write text to a temporary file beside ``path`` that takes its place at the end; after an error, it does not.

    A device or a pipe is written to as it is.

    Raises:
        OutputError: if it cannot be written.
    """
    target = Path(path)
    is_special = target.exists() and not target.is_file()
    if not is_special:
        target = target.resolve()  # a link stays, and what it leads to is replaced
    written = target if is_special else target.with_name(f".{target.name[:32]}.{secrets.token_hex(6)}.tmp")
    try:
        try:
            with written.open("w", encoding="utf-8", newline="") as file:
                yield file
            if not is_special:
                os.replace(written, target)
        finally:
            if not is_special:
                written.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: expected a file that can be written: {error.strerror}") from error
