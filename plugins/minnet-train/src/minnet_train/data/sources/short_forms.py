"""What a text means as a source: ``digits``, or a path, by its suffix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from minnet_core.support import nearest

DIGITS = "digits"
"""The source that means the embedded handwritten digits."""

TABLES = {".csv": "minnet-train:Csv", ".txt": "minnet-train:Csv", ".parquet": "minnet-train:Parquet"}
"""Suffix of a file with columns -> the class that reads it."""

_ARRAYS = {".npy": "minnet-train:Npy", ".npz": "minnet-train:Npy"}


def written_out(source: str) -> dict[str, Any]:
    """Write a source that is a text as the config of a component.

    A folder has IDX files, and a file of another suffix is a CSV file.

    Raises:
        FileNotFoundError: if it is neither ``digits`` nor the path of something that is there.

    >>> written_out("digits")
    {'class': 'minnet-train:Digits'}
    """
    if source == DIGITS:
        return {"class": "minnet-train:Digits"}
    path = Path(source)
    if path.is_dir():
        return {"class": "minnet-train:Idx", "folder": source}
    if not path.is_file():
        hint = nearest(path.name, [DIGITS])
        raise FileNotFoundError(
            f"expected {DIGITS!r}, the path of a data file (CSV, Parquet, NPY or NPZ) or of a folder with IDX files, "
            f"received {source!r}, which is no file{hint and f'; {hint}'}"
        )
    suffix = path.suffix.lower()
    return {"class": _ARRAYS.get(suffix) or TABLES.get(suffix, TABLES[".csv"]), "path": source}


def is_table(name: str) -> bool:
    """Whether a source has columns that ``target`` and ``weights`` beside it can name."""
    return name in TABLES.values()
