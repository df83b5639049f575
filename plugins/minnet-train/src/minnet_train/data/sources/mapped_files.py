"""Arrays in NPY and NPZ files, as maps of the file that are never read whole."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from minnet_core import Array

from ...errors import DataError


def mapped_npy(path: str | os.PathLike[str]) -> Array:
    """Map the array of an NPY file.

    Raises:
        DataError: if there is none, or one of Python objects.
    """
    name = os.fspath(path)
    with _reading(name):
        _expect_magic(name)
        try:
            array: Array = np.load(name, mmap_mode="r", allow_pickle=False)
        except ValueError as error:
            raise DataError(f"{name}: expected an array of numbers in an NPY file: {error}") from error
    return array


def _expect_magic(name: str) -> None:
    """Check how a file begins: NumPy takes one that is no NPY file for a pickle, and says how to load that."""
    with Path(name).open("rb") as file:
        start = file.read(len(np.lib.format.MAGIC_PREFIX))
    if start != np.lib.format.MAGIC_PREFIX:
        raise DataError(
            f"{name}: expected an array of numbers in an NPY file, which begins with {np.lib.format.MAGIC_PREFIX!r}, "
            f"received {start!r}"
        )


def npz_names(path: str | os.PathLike[str]) -> tuple[str, ...]:
    """List the arrays of an NPZ file.

    Raises:
        DataError: if it is none.
    """
    name = os.fspath(path)
    with _reading(name), zipfile.ZipFile(name) as archive:
        return tuple(member.removesuffix(".npy") for member in archive.namelist() if member.endswith(".npy"))


def mapped_npz(path: str | os.PathLike[str], name: str) -> Array:
    """Map an array of an NPZ file; one that is compressed is read instead.

    Raises:
        DataError: if it cannot be read, or is one of Python objects.
    """
    file = os.fspath(path)
    with _reading(file), zipfile.ZipFile(file) as archive:
        info = archive.getinfo(f"{name}.npy")
        try:
            if info.compress_type != zipfile.ZIP_STORED:
                with archive.open(info) as member:
                    array: Array = np.lib.format.read_array(member, allow_pickle=False)
                return array
            return _map_member(file, info)
        except ValueError as error:
            raise DataError(f"{file}: expected {name!r} to be an array of numbers: {error}") from error


def _map_member(path: str, info: zipfile.ZipInfo) -> Array:
    """Map a member that is stored as it is: its local header says where it begins."""
    with Path(path).open("rb") as file:
        file.seek(info.header_offset)
        local = file.read(30)
        file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), os.SEEK_CUR)
        major, _ = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if major == 1 else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
        if dtype.hasobject:
            raise ValueError("it has Python objects")
        return np.memmap(path, dtype, "r", file.tell(), shape, "F" if is_fortran else "C")


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: expected a file that can be read: {error.strerror or error}") from error
    except (EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: expected a whole NPY or NPZ file: {error}") from error
