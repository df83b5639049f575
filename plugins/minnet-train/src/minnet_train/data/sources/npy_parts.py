"""Arrays of several files that are one source: which files a pattern means, and what they must have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from minnet_core import Array

from ...errors import DataError
from ..file_stamp import FileStamp
from ..parted_rows import PartedRows
from ..stored_rows import StoredRows
from ..tables import paths_of


def parts_of(path: str | Sequence[str]) -> list[str]:
    """List the files of features that a path, a pattern such as ``part-*.npy``, or a list of these stands for.

    A file of targets beside one of them, ``part-0_targets.npy``, is none, though the pattern fits it too.

    Raises:
        DataError: if there is none.
    """
    found = paths_of(path)
    if len(found) == 1:
        return found
    targets = {targets_beside(each) for each in found}
    return [each for each in found if each not in targets] or found


def targets_beside(path: str) -> str:
    """Return where the targets of an NPY file of features are, if nobody says."""
    one = Path(path)
    beside = one.with_name("targets.npy" if one.stem == "features" else f"{one.stem}_targets.npy")
    return path[: len(path) - len(one.name)] + beside.name


def read_parts(paths: Sequence[str], read: Callable[[str], Array]) -> list[tuple[FileStamp, Array]]:
    """Map each file; what it was before is with it."""
    return [(FileStamp.of(path), read(path)) for path in paths]


def expect_rows(parts: Sequence[tuple[FileStamp, Array]], features: Sequence[tuple[FileStamp, Array]]) -> None:
    """Check that each file of targets has as many rows as that of its features.

    Raises:
        DataError: naming the files.
    """
    if len(parts) != len(features):
        raise DataError(
            f"{parts[0][0].name}: expected a file of targets for each of {len(features)} files of features, "
            f"received {len(parts)}"
        )
    for (stamp, targets), (of, rows) in zip(parts, features, strict=True):
        if len(parts) > 1 and (not targets.ndim or len(targets) != len(rows)):
            raise DataError(
                f"{stamp.name}: expected targets of the {len(rows):,} rows of {of.name}, "
                f"received {targets.dtype} {targets.shape}"
            )


def joined(parts: Sequence[tuple[FileStamp, Array]], *, reads_narrow: bool = False) -> Array | StoredRows:
    """Make one of arrays that differ in their number of rows alone; the array itself if there is one.

    Args:
        parts: the arrays.
        reads_narrow: whether those of one number for each row are read into memory.

    Raises:
        DataError: naming the file whose array has another type, or other axes.
    """
    first_stamp, first = parts[0]
    for stamp, array in parts[1:]:
        is_text = array.dtype.kind == first.dtype.kind and array.dtype.kind in "SU"  # which may be longer
        if (array.dtype != first.dtype and not is_text) or array.shape[1:] != first.shape[1:]:
            raise DataError(
                f"{stamp.name}: expected {first.dtype} {_rows(first)}, as in {first_stamp.name}, "
                f"received {array.dtype} {_rows(array)}"
            )
    if len(parts) == 1:
        return first
    if reads_narrow and first.shape[1:] in ((), (1,)):
        return np.concatenate([array for _, array in parts])
    return PartedRows([array for _, array in parts], [stamp for stamp, _ in parts])


def _rows(array: Array) -> str:
    return f"({', '.join(['rows', *map(str, array.shape[1:])])})"
