"""`new_path`: a folder for a run that nobody has named."""

from __future__ import annotations

import os
import re
from pathlib import Path

RUNS = "runs"
"""The folder that runs are in, in the current directory."""


def new_path(name: str) -> Path:
    """Make a new folder ``runs/NAME-N``, N being one more than the largest there is.

    Raises:
        OSError: if it cannot be made.
    """
    stem = Path(name).stem or "run"
    runs = Path(RUNS)
    runs.mkdir(exist_ok=True)
    while True:
        numbers = [
            int(found[1]) for each in os.listdir(runs) if (found := re.fullmatch(rf"{re.escape(stem)}-(\d+)", each))
        ]
        path = runs / f"{stem}-{max(numbers, default=0) + 1}"
        try:
            path.mkdir()
        except FileExistsError:  # another process was faster
            continue
        return path
