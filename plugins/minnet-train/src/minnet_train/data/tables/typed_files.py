"""`ParquetFile`, `FeatherFile` and `FrameTable`: tables whose columns have types."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ...errors import DataError
from ..file_stamp import FileStamp
from .engine import arrow, reading
from .progress import note_reading
from .table import Batch, Group, TableFile

ROWS = 65_536
"""So many rows are read at once, or fewer of wide tables."""

CELLS = 2**19


@frozen
class TypedTable(TableFile):
    """Rows whose columns have Arrow's types."""

    def _batches(self, parts: Iterator[Any], columns: Sequence[int], rows: int = 0, first: int = 0) -> Iterator[Batch]:
        """Take record batches that have these columns; of how many rows, if that is known, and from which one on."""
        total = Path(self.name).stat().st_size if Path(self.name).is_file() else 0
        start, size = first + 1, max(16, min(ROWS, CELLS // max(1, len(columns))))
        for part in parts:
            for offset in range(0, part.num_rows, size):
                some = part.slice(offset, size)
                some.validate(full=True)  # or pyarrow would follow offsets wherever a damaged file leads
                places = range(start, start + some.num_rows)
                found = dict(zip(columns, map(_plain, some.columns), strict=True))
                yield Batch(self, found, some.num_rows, lambda places=places: places)  # type: ignore[misc]
                start += some.num_rows
                note_reading(self.name, total * (start - 1) // max(rows, start), total)


@frozen
class ParquetFile(TypedTable):
    """A Parquet file.

    Attributes:
        groups: its row groups.
        stamp: what the file was when they were counted.
    """

    groups: tuple[Group, ...] = field(default=(), kw_only=True, repr=False)
    stamp: FileStamp | None = field(default=None, kw_only=True, repr=False)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, keep_index: bool = False, may_be_empty: bool = False) -> ParquetFile:
        """Look at its columns.

        Raises:
            DataError: if it cannot be read, or is empty where it may not be so.
            MissingLibraryError: if pyarrow is not installed.
        """
        name = os.fspath(path)
        with reading(name, "a Parquet file"), closing(_parquet(name)) as file:
            stamp = FileStamp.of(name)
            schema, rows = file.schema_arrow, file.metadata.num_rows
            header = tuple(schema.names)
            counts = [file.metadata.row_group(index).num_rows for index in range(file.metadata.num_row_groups)]
        if not may_be_empty:
            _expect_rows(name, header, rows)
        index, notes = ((), ()) if keep_index else index_of(name, header, schema.metadata)
        groups = tuple(Group(name, count) for count in counts)
        return cls(name, header, len(header), index=index, notes=notes, groups=groups, stamp=stamp)

    @property
    def is_empty(self) -> bool:
        """See `TableFile`."""
        return not any(group.rows for group in self.groups)

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows."""
        return self._read(columns)

    def group_batches(self, group: int, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read the rows of a row group."""
        assert self.stamp is not None
        self.stamp.expect_unchanged()
        yield from self._read(columns, group)
        self.stamp.expect_unchanged()

    def group_places(self, group: int) -> range:
        """Number the rows of a row group, from 1 for the first row of the file."""
        first = _in_group(self.groups, group)[1] + 1
        return range(first, first + self.groups[group].rows)

    def seals(self) -> tuple[str, ...]:
        """Describe it by its size and its footer, which has the place, size and bounds of each column of each group."""
        with reading(self.name, "a Parquet file"), open(self.name, "rb") as file:
            size = file.seek(-8, os.SEEK_END) + 8
            length = int.from_bytes(file.read(4), "little")
            file.seek(-8 - length, os.SEEK_END)
            footer = zlib.crc32(file.read(length))
        return (f"{self.name} of {size:,} bytes, whose footer has checksum {footer:08x}",)

    def _read(self, columns: Sequence[int], group: int | None = None) -> Iterator[Batch]:
        some, first = ({}, 0) if group is None else _in_group(self.groups, group)
        with reading(self.name, "a Parquet file"), closing(_parquet(self.name)) as file:
            size = max(16, min(ROWS, CELLS // max(1, len(columns))))
            # By position, for there may be columns of one name: a table without it is what the others are taken from.
            parts = file.iter_batches(batch_size=size, **_wanted(self.header or (), columns), **some)
            picked = (_picked(part, self.header or (), columns) for part in parts)
            yield from self._batches(picked, columns, file.metadata.num_rows, first)


@frozen
class FeatherFile(TypedTable):
    """A Feather or Arrow IPC file."""

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, keep_index: bool = False) -> FeatherFile:
        """Look at its columns.

        Raises:
            DataError: if it cannot be read, or is empty.
            MissingLibraryError: if pyarrow is not installed.
        """
        name = os.fspath(path)
        with reading(name, "a Feather or Arrow file"), _ipc(name) as (schema, parts):
            header = tuple(schema.names)
            rows = any(part.num_rows for part in parts)
        _expect_rows(name, header, rows)
        index, notes = ((), ()) if keep_index else index_of(name, header, schema.metadata)
        return cls(name, header, len(header), index=index, notes=notes)

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows."""
        with reading(self.name, "a Feather or Arrow file"), _ipc(self.name) as (_, parts):
            yield from self._batches((part.select(list(columns)) for part in parts), columns)


@frozen
class FrameTable(TypedTable):
    """A frame in memory: of pandas, polars or Arrow, whatever has ``__arrow_c_stream__``."""

    table: Any = field(kw_only=True, repr=False)

    @classmethod
    def of(cls, frame: Any, *, keep_index: bool = False, may_be_empty: bool = False) -> FrameTable:
        """Take a frame.

        Raises:
            DataError: if it is none, or empty where it may not be so.
            MissingLibraryError: if pyarrow is not installed.
        """
        kind = type(frame).__name__
        if not hasattr(frame, "__arrow_c_stream__"):
            raise DataError(
                "expected a frame of pandas (2.2), polars or Arrow, which has the method __arrow_c_stream__, "
                f"received {kind}"
            )
        if hasattr(frame, "to_frame") and not hasattr(frame, "columns"):
            raise DataError(
                f"expected a frame, received a {kind}, which is one column or row; to_frame() makes a column of it, "
                "to_frame().T a row"
            )
        with reading(kind, "a frame that Arrow can hold"):
            table = arrow().table(frame)
        header = tuple(table.schema.names)
        if not may_be_empty:
            _expect_rows(kind, header, table.num_rows)
        index, notes = ((), ()) if keep_index else index_of(kind, header, table.schema.metadata)
        return cls(kind, header, len(header), index=index, notes=notes, table=table)

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Go through all rows."""
        with reading(self.name, "a frame that Arrow can hold"):
            parts = (part.select(list(columns)) for part in self.table.to_batches())
            yield from self._batches(parts, columns, self.table.num_rows)


def frame_of_columns(columns: Mapping[Any, Any], name: str) -> FrameTable:
    """Take columns by their names, each a list, an array or a series; nan among texts is a missing one.

    Raises:
        DataError: if Arrow cannot hold them, or they differ in length.
        MissingLibraryError: if pyarrow is not installed.
    """
    with reading(name, "columns that Arrow can hold"):
        arrays = []
        for column, values in columns.items():
            with _told_of(column):
                arrays.append(arrow().array(values, from_pandas=True))
        table = arrow().Table.from_arrays(arrays, names=[str(column) for column in columns])
    header = tuple(table.schema.names)
    return FrameTable(name, header, len(header), table=table)


def frame_of_interchange(frame: Any) -> FrameTable:
    """Take a frame that has ``__dataframe__``, the interchange protocol, and no newer one."""
    name = type(frame).__name__
    with reading(name, "a frame that Arrow can hold"):
        table = arrow("interchange").from_dataframe(frame)
    header = tuple(table.schema.names)
    return FrameTable(name, header, len(header), table=table)


@contextmanager
def _told_of(column: Any) -> Iterator[None]:
    """Have what Arrow says of values name their column."""
    try:
        yield
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"column {column!r}: {error}") from None


def index_of(
    name: str, header: Sequence[str], metadata: Mapping[bytes, bytes] | None
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Find the columns that pandas' own metadata call the index.

    Returns:
        Their positions, and what is said of it.
    """
    names = [column for column in header if re.fullmatch(r"__index_level_\d+__", column)]  # as only pandas says
    with suppress(KeyError, TypeError, ValueError, RecursionError):
        stored = json.loads((metadata or {})[b"pandas"])["index_columns"]
        names += [column for column in stored if isinstance(column, str) and column not in names]
    names = [column for column in names if header.count(column) == 1]
    if not names or len(names) == len(header):
        return (), ()
    shown = ", ".join(map(repr, names))
    word = "is the index of the pandas frame" if len(names) == 1 else "are the index of the pandas frame"
    note = f"{name}: {shown} {word}, and left out; keep_index = true keeps what is called an index"
    return tuple(header.index(column) for column in names), (note,)


def _expect_rows(name: str, header: Sequence[str], rows: int) -> None:
    if not header or not rows:
        raise DataError(f"{name}: expected rows of data, received none")


def _parquet(name: str) -> Any:
    return arrow("parquet").ParquetFile(name, pre_buffer=False)


def _in_group(groups: Sequence[Group], group: int) -> tuple[dict[str, Any], int]:
    """Name a row group to read, and count the rows before it."""
    return {"row_groups": [group]}, sum(each.rows for each in groups[:group])


def _wanted(header: Sequence[str], columns: Sequence[int]) -> dict[str, Any]:
    """Name the columns to read; all of them where some have one name, or what would be taken for a path."""
    names = [header[column] for column in columns]
    if any("." in name or header.count(name) > 1 for name in names):
        return {}
    return {"columns": names}


def _picked(part: Any, header: Sequence[str], columns: Sequence[int]) -> Any:
    if _wanted(header, columns):
        return part  # which has them in the order that was asked for
    return part.select(list(columns))


class _ipc:  # noqa: N801  # it is used as a function is
    """Open a Feather file of either version, or a stream: its schema and record batches."""

    def __init__(self, name: str) -> None:
        self.source = arrow().OSFile(name)

    def __enter__(self) -> tuple[Any, Iterator[Any]]:
        start = self.source.read(6)
        self.source.seek(0)
        if start[:4] == b"FEA1":
            table = arrow("feather").read_table(self.source)
            return table.schema, iter(table.to_batches())
        if start == b"ARROW1":
            file = arrow("ipc").open_file(self.source)
            return file.schema, (file.get_batch(index) for index in range(file.num_record_batches))
        stream = arrow("ipc").open_stream(self.source)
        return stream.schema, iter(stream)

    def __exit__(self, *_: object) -> None:
        self.source.close()


def _plain(values: Any) -> Any:
    """Take the storage of an array of an extension type, plain texts for views in a dictionary, as polars has."""
    values = getattr(values, "storage", values)
    types = arrow("types")
    if types.is_dictionary(values.type) and str(values.type.value_type) == "string_view":
        plain = values.dictionary.cast("string")
        return arrow().DictionaryArray.from_arrays(values.indices, plain, ordered=values.type.ordered)
    return values
