"""`Npy`: arrays in an NPY or NPZ file, as maps of the file that are never read whole."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.lib import format as npy_format

from minnet_core import Array, Example
from minnet_core.support import printable

from ...errors import DataError
from ..dataset import Dataset
from ..file_stamp import FileStamp
from ..pixels import CHANNELS, Pixels
from ..stored_rows import StoredRows
from ..tables import class_names, paths_of
from ..unpacking import expect_plausible_size
from .example_files import arrays
from .npy_parts import expect_rows, joined, parts_of, read_parts, targets_beside
from .source import Source, expect_path

_Rows = TypeVar("_Rows", Array, StoredRows)

FEATURES = ("features", "x", "X", "x_train", "data", "images", "inputs")
"""What the features are called in an NPZ file, the first that is there."""

TARGETS = ("targets", "y", "Y", "y_train", "labels", "target")
"""Likewise the targets."""


class Npy(Source):
    """Features and targets in files of NumPy; they are mapped, so that they may be larger than memory.

    Features are (rows, ...), and are flattened, unless they are images; targets are (rows,): integers or texts make a
    classification, floats a regression, as (rows, outputs) do.
    An NPZ file that is compressed cannot be mapped, and is read.

    Args:
        path: an NPY file of features, or an NPZ file with both; a pattern such as ``part-*.npy``, or a list, for
            several files, whose rows follow each other in the order of their names.
        targets: the NPY file of targets, a pattern or a list as ``path`` is. If not given, that beside an NPY file
            ``features.npy``: ``targets.npy``, or ``NAME_targets.npy`` beside ``NAME.npy``; if there is none, there are
            no targets.
        features_name: what the features are called in an NPZ file.
        targets_name: what the targets are called there.
        task: ``regression`` takes integers for numbers, ``classification`` floats that are integers for classes.
        images: whether a network takes features as images, (batch, channels, height, width): they are (rows, height,
            width), or have an axis of channels.
        channels: where that is, ``first`` or ``last``; if not given, where it has length 1, 3 or 4.
    """

    EXAMPLES = (
        Example(arguments={"path": "images.npy", "targets": "labels.npy"}, rejected_arguments=[{"task": "ranking"}]),
        Example(arguments={"path": "part-*.npy"}, rejected_arguments=[{"path": 3}]),
        Example(arguments={"path": "images.npz"}),
        Example(arguments={"path": "images.npz", "images": True}, rejected_arguments=[{"channels": "middle"}]),
    )
    PATHS = ("path", "targets")

    def __init__(
        self,
        path: str | Sequence[str],
        targets: str | Sequence[str] | None = None,
        features_name: str | None = None,
        targets_name: str | None = None,
        task: str | None = None,
        images: bool = False,
        channels: str | None = None,
    ) -> None:
        if task not in (None, "classification", "regression"):
            raise ValueError(f"task: expected 'classification' or 'regression', received {task!r}")
        if channels not in (None, *CHANNELS):
            raise ValueError(f"channels: expected 'first' or 'last', received {channels!r}")
        expect_path(path)
        self.path = path
        self.targets = targets
        self.features_name = features_name
        self.targets_name = targets_name
        self.task = task
        self.images = images
        self.channels = channels

    @classmethod
    def write_example(cls, folder: Path) -> None:
        """Write an NPZ file, two NPY files, and the same in two parts."""
        images, labels = arrays()
        for index, part in enumerate(np.array_split(np.arange(len(images)), 2)):
            np.save(folder / f"part-{index}.npy", images[part])
            np.save(folder / f"part-{index}_targets.npy", labels[part])
        np.save(folder / "images.npy", images)
        np.save(folder / "labels.npy", labels)
        np.savez(folder / "images.npz", features=images, targets=labels)

    def load(self) -> Dataset:
        """Map the files; only targets are read, and of several files those of a regression that has many are not.

        Raises:
            DataError: if they cannot be read, or do not fit each other.
        """
        paths = parts_of(self.path)
        name = self.path if isinstance(self.path, str) else ", ".join(paths)
        parts = read_parts(paths, self._features)
        features = joined(parts)
        image, told = Pixels.of_array(features.shape, self.channels, name) if self.images else (None, "")
        flat, notes = joined([(stamp, flattened(part)) for stamp, part in parts]), (told,) if told else ()
        found = self._targets(paths)
        if not found:
            return Dataset(name, flat, np.empty((len(flat), 0)), notes=notes, image=image)
        expect_rows(found, parts)
        targets = joined(found, reads_narrow=True)
        if isinstance(targets, StoredRows):  # several numbers for each row are no classes
            return Dataset(name, flat, _expect_numbers(targets, name), notes=notes, image=image)
        targets, classes = as_targets(targets, self.task, name)
        return Dataset(name, flat, targets, classes, notes=notes, image=image)

    def _features(self, path: str) -> Array:
        return mapped_features(path, self.features_name)

    def _targets(self, paths: Sequence[str]) -> list[tuple[FileStamp, Array]]:
        """Map the targets of each file of features; none if there are no targets."""
        if self.targets is not None:
            return read_parts(paths_of(self.targets), mapped_npy)
        has_some = {path: self._has_targets(path) for path in paths}
        if not any(has_some.values()):
            return []
        for path, has_targets in has_some.items():
            if not has_targets:
                where = f"it under {', '.join(TARGETS)}" if _is_archive(path) else targets_beside(path)
                other = next(each for each, has_it in has_some.items() if has_it)
                raise DataError(f"{path}: expected targets in {where}, as {other} has some, received none")
        return read_parts([path if _is_archive(path) else targets_beside(path) for path in paths], self._targets_in)

    def _has_targets(self, path: str) -> bool:
        if not _is_archive(path):
            return os.path.isfile(targets_beside(path))
        return self.targets_name is not None or bool(set(TARGETS) & set(npz_names(path)))

    def _targets_in(self, path: str) -> Array:
        return _member(path, self.targets_name, TARGETS, "targets") if _is_archive(path) else mapped_npy(path)


def stored_features(path: str, name: str | None, image: Pixels | None) -> Array | StoredRows:
    """Map the features of one file, or of all that a pattern means, as rows (rows, columns).

    Args:
        path: of an NPY or NPZ file, or a pattern.
        name: what NPZ files call them.
        image: what they are, if they are images.

    Raises:
        DataError: if there are none, or others.
    """

    def rows_of(path: str) -> Array:
        features = mapped_features(path, name)
        return flattened(features) if image is None else image.rows(features, path)

    return joined(read_parts(parts_of(path), rows_of))


def mapped_features(path: str, name: str | None = None) -> Array:
    """Map the features of an NPY or NPZ file, which may call them ``name``: (rows, ...).

    Raises:
        DataError: if there are none.
    """
    features = _member(path, name, FEATURES, "features") if _is_archive(path) else mapped_npy(path)
    if features.ndim < 2:
        raise DataError(f"{path}: expected features (rows, ...), received {features.shape}")
    return features


def flattened(features: Array) -> Array:
    """Make rows (rows, columns) of features (rows, ...)."""
    return features.reshape(len(features), math.prod(features.shape[1:])) if features.ndim > 2 else features


def _is_archive(path: str) -> bool:
    return path.lower().endswith(".npz")


def _member(path: str, given: str | None, usual: tuple[str, ...], what: str) -> Array:
    names = npz_names(path)
    found = [name for name in ([given] if given else usual) if name in names]
    if not found:
        raise DataError(
            f"{path}: expected {what} under {given or ', '.join(usual)}, received arrays {', '.join(names)}; "
            f"{what}_name says what they are called"
        )
    return mapped_npz(path, found[0])


def as_targets(targets: Array, task: str | None, where: str) -> tuple[Array, tuple[int, ...] | tuple[str, ...]]:
    """Take an array for the classes of rows, as their indices and names, or for the numbers (rows, outputs) to predict.

    Where ``task`` is None, the type of the array decides.
    """
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    kind = targets.dtype.kind
    if task != "regression" and targets.ndim == 1 and (kind in "biuSU" or task == "classification"):
        if kind == "b":
            targets, kind = targets.astype(np.int8), "i"
        if kind in "iu":
            values, indices = np.unique(targets, return_inverse=True)
            return indices, tuple(int(value) for value in values)
        texts = [text.decode() if isinstance(text, bytes) else str(text) for text in targets.tolist()]
        names, indices = class_names(texts, lambda row: f"{where}, row {row + 1}")
        return indices, names
    numbers = _expect_numbers(targets, where)
    return (numbers[:, None] if numbers.ndim == 1 else numbers), ()


def _expect_numbers(targets: _Rows, where: str) -> _Rows:
    if targets.dtype.kind not in "biuf" or targets.ndim > 2:
        raise DataError(
            f"{where}: expected targets (rows,) that are classes, or numbers (rows, outputs), "
            f"received {targets.dtype} {targets.shape}"
        )
    return targets


def mapped_npy(path: str) -> Array:
    """Map the array of an NPY file.

    Raises:
        DataError: if there is none, or one of Python objects.
    """
    magic = npy_format.MAGIC_PREFIX
    with _reading(path):
        with Path(path).open("rb") as file:
            start = file.read(len(magic))
        if start != magic:  # NumPy would take it for a pickle, and say how to load that
            raise DataError(
                f"{path}: expected an array of numbers in an NPY file, which begins with {magic!r}, received {start!r}"
            )
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def npz_names(path: str) -> tuple[str, ...]:
    """List the arrays of an NPZ file.

    Raises:
        DataError: if it is none.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        return tuple(member.removesuffix(".npy") for member in archive.namelist() if member.endswith(".npy"))


def mapped_npz(path: str, name: str) -> Array:
    """Map an array of an NPZ file; one that is compressed is read instead.

    Raises:
        DataError: if it cannot be read, or is one of Python objects.
    """
    with _reading(path), zipfile.ZipFile(path) as archive:
        info = archive.getinfo(f"{name}.npy")
        if info.compress_type == zipfile.ZIP_STORED:
            return _map_member(path, info)
        with archive.open(info) as member:
            shape, _, dtype = _npy_header(member)
            size = member.tell() + dtype.itemsize * math.prod(shape)
        if info.file_size != size:
            raise ValueError(f"{printable(name)} would be {size:,} bytes by its header, and is {info.file_size:,}")
        expect_plausible_size(path, info.compress_size, size)
        with archive.open(info) as member:
            array: Array = npy_format.read_array(member, allow_pickle=False)
        return array


def _map_member(path: str, info: zipfile.ZipInfo) -> Array:
    """Map a member that is stored as it is: its local header says where it begins."""
    with Path(path).open("rb") as file:
        file.seek(info.header_offset)
        local = file.read(30)
        file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), os.SEEK_CUR)
        shape, is_fortran, dtype = _npy_header(file)
        return np.memmap(path, dtype, "r", file.tell(), shape, "F" if is_fortran else "C")


def _npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Read the shape, whether columns lie together, and the dtype, of which no memory has been taken yet."""
    major, _ = npy_format.read_magic(file)
    read = npy_format.read_array_header_1_0 if major == 1 else npy_format.read_array_header_2_0
    shape, is_fortran, dtype = read(file)
    if dtype.hasobject:
        raise ValueError("it has Python objects")
    return shape, is_fortran, dtype


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{path}: expected a file that can be read: {error.strerror or error}") from error
    except (EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a whole NPY or NPZ file: {error}") from error
    except Exception as error:  # a header is Python, a method of packing any: damaged, they raise nearly everything
        detail = printable(f"{type(error).__name__}: {error}" if type(error) is not ValueError else str(error))
        raise DataError(f"{path}: expected an array of numbers in an NPY or NPZ file: {detail}") from error
