"""`Source`: where a data set comes from; and what a text means as one: ``digits``, or a path, by its suffix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from minnet_core.nn import Component
from minnet_core.support import nearest

from ...errors import DataError
from ...ranks import Conversation
from ..dataset import Dataset
from ..tables import WILD, paths_of, table_format

DIGITS = "digits"
"""The source that means the embedded handwritten digits."""

_TABLES = ("minnet-train:Csv", "minnet-train:Parquet", "minnet-train:Feather", "minnet-train:JsonLines")
"""The classes that read files with columns."""

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".pgm", ".ppm", ".tif", ".tiff", ".webp")
"""The ends of names of pictures."""

_ARRAYS = {".npy": "minnet-train:Npy", ".npz": "minnet-train:Npy"}


class Source(Component, ABC):
    """A place that a data set comes from; its configuration is the arguments of its constructor.

    Whoever writes one derives from this class, and names it in the entry-point group ``minnet.datasets`` of a package.
    The constructor takes what TOML can hold, and does nothing that takes long; `load` does.
    One seed must give one data set, always: whether data have changed is checked when a model is evaluated.

    >>> import numpy as np
    >>> class Parity(Source):
    ...     def __init__(self, bits: int = 4) -> None:
    ...         self.bits = bits
    ...
    ...     def load(self) -> Dataset:
    ...         features = (np.arange(2**self.bits)[:, None] >> np.arange(self.bits)) & 1
    ...         return Dataset("parity", features, features.sum(axis=1) % 2, ("even", "odd"))
    >>> Parity(3).load().features.shape
    (8, 3)
    """

    PATHS: ClassVar[tuple[str, ...]] = ()
    """Arguments that are paths: in an experiment, relative ones start at the folder of its file."""

    def __init__(self) -> None:  # that of object would seem to take anything
        pass

    @classmethod
    def write_example(cls, folder: Path) -> None:  # most sources read no file
        """Write the files that the arguments of ``EXAMPLES`` name into a folder, for the conformance kit."""

    @abstractmethod
    def load(self) -> Dataset:
        """Return the data set.

        Raises:
            DataError: if there is none, or it cannot be used.
        """

    def load_together(self, others: Conversation) -> Dataset:  # most sources are read by each
        """Return the same data set on each of several ranks, which all call this at the same time.

        Each loads it by itself, unless a source divides among them what need be read to find out what its rows hold.

        Args:
            others: the other ranks, which can be told something, as often by each.

        Raises:
            DataError: if there is none, or it cannot be used.
            RanksError: if another rank fails meanwhile, or has other data.
        """
        return self.load()


def written_out(source: str) -> dict[str, Any]:
    """Write a source that is a text as the config of a component.

    A folder has folders of pictures, or IDX files, a pattern such as ``data/*.csv`` stands for several files, and a
    file of another suffix is a CSV file.

    Raises:
        FileNotFoundError: if it is neither ``digits`` nor the path of something that is there.

    >>> written_out("digits")
    {'class': 'minnet-train:Digits'}
    """
    if source == DIGITS:
        return {"class": "minnet-train:Digits"}
    path = Path(source)
    if path.is_dir():
        has_pictures = any(map(is_picture, path.glob("*/**/*")))
        return {"class": f"minnet-train:{'ImageFolder' if has_pictures else 'Idx'}", "folder": source}
    if not path.is_file():
        if WILD & set(source):
            try:
                return {"class": _class_of(paths_of(source)[0]), "path": source}
            except DataError as error:
                raise FileNotFoundError(str(error)) from None
        hint = nearest(path.name, [DIGITS])
        raise FileNotFoundError(
            f"expected {DIGITS!r}, the path of a data file (CSV, Parquet, Feather, JSON lines, NPY or NPZ) or of a "
            f"folder with IDX files or with pictures by class, received {source!r}, which is no file"
            f"{hint and f'; {hint}'}"
        )
    return {"class": _class_of(source), "path": source}


def _class_of(path: str) -> str:
    return _ARRAYS.get(Path(path).suffix.lower()) or f"minnet-train:{table_format(path) or 'Csv'}"


def expect_path(path: object) -> None:
    """Check that an argument is the path of a file, or a list of paths."""
    texts = [path] if isinstance(path, str) else path
    if not isinstance(texts, (list, tuple)) or not all(isinstance(each, str) for each in texts):
        raise ValueError(f"expected the path of a file, or a list of them, received {path!r}")


def is_picture(path: Path) -> bool:
    """Whether a path is that of a picture, by its name."""
    return path.suffix.lower() in PICTURES and path.is_file()


def is_csv(path: str) -> bool:
    """Whether a path is that of a CSV file, as any file is that has no suffix of another format."""
    is_other = Path(path).suffix.lower() in (*_ARRAYS, *PICTURES) or Path(path).is_dir()
    return not is_other and table_format(path) in ("Csv", None)


def is_table(name: str) -> bool:
    """Whether a source has columns that ``target`` and ``weights`` beside it can name."""
    return name in _TABLES
