"""`Idx`: the files that MNIST comes in."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path

import numpy as np

from minnet_core import Array, Example

from ...errors import DataError
from ..dataset import Dataset
from ..pixels import Pixels
from ..unpacking import expect_plausible_size
from .example_files import arrays, write_idx
from .source import Source

IMAGES = "images-idx3-ubyte"
"""The end of the name of a file of images."""

LABELS = "labels-idx1-ubyte"
"""The end of the name of a file of labels."""

_MOST_DIMENSIONS = 32  # those of NumPy before 2

_LONGEST_HEADER = 4 + 4 * _MOST_DIMENSIONS

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


class Idx(Source):
    """MNIST, and all data sets in its form, from a folder: ``train-images-idx3-ubyte`` and its like, gzipped or not.

    Files that are not gzipped are mapped, so that they may be larger than memory.

    Args:
        folder: where the files are.
        part: what the names begin with: ``train`` or ``t10k``, which has the 10,000 test images of MNIST; ``all``
            takes both one after the other, read into memory.
        images: whether a network takes them as images, (batch, 1, height, width), rather than as rows of numbers.
    """

    EXAMPLES = (Example(arguments={"folder": "images"}), Example(arguments={"folder": "images", "images": True}))
    PATHS = ("folder",)

    def __init__(self, folder: str, part: str = "train", images: bool = False) -> None:
        self.folder = folder
        self.part = part
        self.images = images

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write a folder of two files."""
        images, labels = arrays()
        folder = folder / "images"
        folder.mkdir()
        write_idx(folder / f"train-{IMAGES}", images)
        write_idx(folder / f"train-{LABELS}", labels)

    def load(self) -> Dataset:
        """Map or read the files.

        Raises:
            DataError: naming the file that is not there, is no IDX file, or does not fit the other.
        """
        parts = ("train", "t10k") if self.part == "all" else (self.part,)
        images, labels = zip(*map(self._pair, parts), strict=True)
        stacked = images[0] if len(images) == 1 else np.concatenate(images)
        targets = np.concatenate(labels)
        names, indices = np.unique(targets, return_inverse=True)
        name = os.path.join(self.folder, self.part)
        image, told = Pixels.of_array(stacked.shape, None, name) if self.images else (None, "")
        notes = (told,) if told else ()
        features, classes = stacked.reshape(len(stacked), -1), tuple(int(label) for label in names)
        return Dataset(name, features, indices, classes, notes=notes, image=image)

    def _pair(self, part: str) -> tuple[Array, Array]:
        images, labels = (self._read(f"{part}-{end}") for end in (IMAGES, LABELS))
        if len(images) != len(labels) or labels.ndim != 1 or images.ndim < 2:
            raise DataError(
                f"{self.folder}, {part}: expected images (rows, ...) and labels (rows,), "
                f"received {images.shape} and {labels.shape}"
            )
        return images, labels

    def _read(self, name: str) -> Array:
        # The files of MNIST are also found unpacked with a dot: train-images.idx3-ubyte.
        names = [name, name.replace("-idx", ".idx")]
        for candidate in (Path(self.folder, each + suffix) for each in names for suffix in ("", ".gz")):
            if candidate.is_file():
                return read_idx(candidate)
        raise DataError(f"{self.folder}: expected a file {name} or {name}.gz, received none of this name")


def read_idx(path: str | os.PathLike[str]) -> Array:
    """Read an array from an IDX file; one that is not gzipped is mapped.

    Raises:
        DataError: if it is none, or not whole.
    """
    name = os.fspath(path)
    try:
        if not name.endswith(".gz"):
            with Path(name).open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                dtype, shape, offset = _sized_header(file.read(_LONGEST_HEADER), size, name)
            return np.memmap(name, dtype, "r", offset, shape) if all(shape) else np.empty(shape, dtype)
        with Path(name).open("rb") as packed, gzip.open(packed) as file:
            start = file.read(_LONGEST_HEADER)
            expected = _size(*_header(start, name))
            expect_plausible_size(name, os.fstat(packed.fileno()).st_size, expected)
            content = (start + file.read(max(expected + 1 - len(start), 0)))[: expected + 1]
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{name}: expected an IDX file that can be read: {error}") from error
    dtype, shape, offset = _sized_header(content, len(content), name)
    return np.frombuffer(content, dtype, offset=offset).reshape(shape)


def _sized_header(start: bytes, size: int, name: str) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    """What the first bytes tell of a file of some size, which it must have."""
    dtype, shape, offset = _header(start, name)
    expected = _size(dtype, shape, offset)
    if size != expected:
        raise DataError(f"{name}: expected {expected:,} bytes for {shape}, received {size:,}")
    return dtype, shape, offset


def _size(dtype: np.dtype[np.generic], shape: tuple[int, ...], offset: int) -> int:
    return offset + dtype.itemsize * math.prod(shape)


def _header(start: bytes, name: str) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    """The type and shape that the first bytes of a file tell, and where the numbers begin."""
    if (
        len(start) < 4
        or start[:2] != b"\0\0"
        or start[2] not in _TYPES
        or len(start) < 4 + 4 * min(start[3], _MOST_DIMENSIONS)
    ):
        raise DataError(
            f"{name}: expected an IDX file, which begins with 0 0, a type and dimensions, received {start[:4]!r}"
        )
    dimensions = start[3]
    if dimensions > _MOST_DIMENSIONS:
        raise DataError(f"{name}: expected an array of {_MOST_DIMENSIONS} dimensions at most, received {dimensions}")
    shape = tuple(int(size) for size in np.frombuffer(start, ">u4", dimensions, 4))
    return np.dtype(_TYPES[start[2]]), shape, 4 + 4 * dimensions
