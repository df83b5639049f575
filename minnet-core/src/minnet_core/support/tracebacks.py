"""Where in somebody's code an error was raised."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path


def where_raised(error: BaseException, *, outermost: bool = False) -> str:
    """Say in which file and line of a stranger's an error was raised; or, outermost, which line of theirs led there.

    Returns:
        ``/home/ada/mish.py:6``: the innermost frame that is neither ours nor Python's nor that of NumPy, pluggy or
        click; of a syntax error, the line that is wrong. Empty if there is none.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    import traceback

    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(frame.filename)]
    frame = frames[0 if outermost else -1] if frames else None
    return f"{frame.filename}:{frame.lineno}" if frame else ""


def where_in_dump(dump: str) -> str:
    """Say the same of the first thread that a dump of `faulthandler` shows in a stranger's code; empty if none is."""
    frames = re.findall(r'^  File "(.+)", line ([0-9]+) in ', dump, re.MULTILINE)
    return next((f"{file}:{line}" for file, line in frames if _is_theirs(file)), "")


def _is_theirs(filename: str) -> bool:
    if filename.startswith("<"):  # frozen modules of Python, and code that was made while running
        return False
    path = Path(filename)
    standard = Path(sysconfig.get_path("stdlib"))
    if path.is_relative_to(Path(__file__).parents[1]):
        return False
    if path.is_relative_to(standard) and "site-packages" not in path.parts:
        return False
    return not any(part in ("numpy", "pluggy", "click", "attr") for part in path.parts)
