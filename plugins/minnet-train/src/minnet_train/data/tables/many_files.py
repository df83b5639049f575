"""`ManyFiles`: several files of the same columns as one table."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from attrs import field, frozen

from ...errors import DataError
from .table import Batch, Group, TableFile

WILD = frozenset("*?[")
"""What makes a path a pattern, if there is no file of that name."""


def paths_of(path: str | Sequence[str]) -> list[str]:
    """List the files that a path, a pattern such as ``data/*.csv``, or a list of these stands for.

    Raises:
        DataError: if there is none.
    """
    if not isinstance(path, str):
        paths = [each for one in path for each in paths_of(one)]
        if not paths:
            raise DataError("expected at least one path, received an empty list")
        return paths
    if not WILD & set(path) or os.path.exists(path):
        return [path]
    found = sorted(each for each in glob.glob(path, recursive=True) if os.path.isfile(each))
    if not found:
        raise DataError(f"{path}: expected files whose names have this form, received none")
    return found


@frozen
class ManyFiles(TableFile):
    """Files of the same columns, one after another."""

    files: tuple[TableFile, ...] = field(kw_only=True, repr=False)

    @classmethod
    def of(cls, name: str, files: Sequence[TableFile]) -> TableFile:
        """Join files, or return the one that there is; those of Parquet without rows are left out.

        Raises:
            DataError: if one has other columns than the first, or none has rows.
        """
        for file in files[1:]:
            _positions(files[0], file)
        files = [file for file in files if not file.is_empty]
        if not files:
            raise DataError(f"{name}: expected rows of data, received none")
        first = files[0]
        if len(files) == 1:
            return first
        notes = tuple(dict.fromkeys(note for file in files for note in file.notes))
        return cls(
            name,
            first.header,
            first.width,
            index=first.index,
            notes=notes,
            numerals=first.numerals,
            date_format=first.date_format,
            files=tuple(files),
        )

    @property
    def word(self) -> str:
        """What messages call a row."""
        return self.files[0].word

    @property
    def has_types(self) -> bool:
        """Whether a column of texts is meant to be one."""
        return self.files[0].has_types

    @property
    def groups(self) -> tuple[Group, ...]:
        """Those of all files, if all have some."""
        found = [file.groups for file in self.files]
        return tuple(chain.from_iterable(found)) if all(found) else ()

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows of all files."""
        for file in self.files:
            yield from self._of(file, file.batches, columns, texts)

    def group_batches(self, group: int, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read the rows of one group of one file."""
        for file in self.files:
            if group < len(file.groups):
                yield from self._of(file, partial(file.group_batches, group), columns, texts)
                return
            group -= len(file.groups)
        raise IndexError("expected the index of a group, received a larger one")

    def group_places(self, group: int) -> Sequence[Any]:
        """Say where the rows of one group of one file are."""
        for file in self.files:
            if group < len(file.groups):
                return _Places(file.name, file.group_places(group))
            group -= len(file.groups)
        raise IndexError("expected the index of a group, received a larger one")

    def seals(self) -> tuple[str, ...]:
        """Describe each file."""
        return tuple(chain.from_iterable(file.seals() for file in self.files))

    def _of(
        self, file: TableFile, read: Callable[..., Iterator[Batch]], columns: Sequence[int], texts: Collection[int]
    ) -> Iterator[Batch]:
        """Read rows of a file, whose columns may be in another order."""
        theirs = _positions(self.files[0], file)
        wanted = [theirs[column] for column in columns]
        for batch in read(wanted, [theirs[column] for column in texts if column in columns]):
            found = {column: batch.columns[theirs[column]] for column in columns}
            yield Batch(self, found, len(batch), _places(batch), _written(batch, theirs))


class _Places(Sequence[str]):
    """Places that name their file."""

    def __init__(self, name: str, places: Sequence[Any]) -> None:
        self.name, self.places = name, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, row: Any) -> Any:
        return f"{self.places[row]} of {self.name}"


def _places(batch: Batch) -> Callable[[], Any]:
    name, find = batch.file.name, batch.find_places
    return lambda: _Places(name, find())


def _written(batch: Batch, theirs: Sequence[int]) -> Callable[[int], Any]:
    return lambda column: batch.written(theirs[column])


def _positions(first: TableFile, file: TableFile) -> list[int]:
    """Find the columns of the first file in another one."""
    if (first.header is None) != (file.header is None) or first.names is None or file.names is None:
        if first.header is None and file.header is None and first.width == file.width:
            return list(range(first.width))
        with_names, without = ("a header", "none") if first.header else ("no header", "one")
        received = f"{file.width} columns" if first.header is file.header else without
        expected = f"{first.width} columns" if first.header is file.header else with_names
        raise DataError(f"{file.name}: expected {expected}, as in {first.name}, received {received}")
    if set(first.names) != set(file.names):
        missing = [name for name in first.names if name not in file.names]
        more = [name for name in file.names if name not in first.names]
        difference = [f"{name!r} is missing" for name in missing[:5]] + [f"{name!r} is new" for name in more[:5]]
        raise DataError(f"{file.name}: expected the columns of {first.name}; {', '.join(difference)}")
    return [file.names.index(name) for name in first.names]
