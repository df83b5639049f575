"""`CsvFile`: a CSV file, read a part at a time."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from attrs import field, frozen

from ...errors import DataError
from .csv_dialect import Dialect
from .engine import arrow
from .header import HeaderDecision, find_header
from .table import Batch, TableFile
from .text_blocks import Block, text_blocks
from .times import kind_of_time

LOOKED_AT = 1000
"""So many rows tell whether the first one is a header; fewer of wide files."""

LITTLE = 2**17
"""Bytes that are read at once when only the first rows are wanted."""

CELLS = 50_000
"""So many cells are looked at, but 20 rows at least."""


@frozen
class CsvFile(TableFile):
    """Text of cells that are divided by a delimiter; empty lines do not count."""

    dialect: Dialect = field(default=Dialect(), kw_only=True, repr=False)

    @property
    def word(self) -> str:
        """What messages call a row."""
        return "line"

    @property
    def has_types(self) -> bool:
        """Whether a column of texts is meant to be one: none is here, for all cells are texts."""
        return False

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        dialect: Dialect | None = None,
        *,
        names: Collection[str] = (),
        texts: Collection[int] = (),
        known: Sequence[Collection[str]] = (),
    ) -> CsvFile:
        """Look at the first rows.

        Args:
            path: the file.
            dialect: how it is written.
            names: of columns that it should have; where they all are in the first row, that is a header.
            texts: indices of columns that may hold texts, so that they say nothing about the header.
            known: the categories of each column that it should have; a first row of these is none.

        Raises:
            DataError: if it cannot be read or has no rows.
        """
        name, dialect = os.fspath(path), Dialect() if dialect is None else dialect
        rows = first_rows(name, dialect, LOOKED_AT)
        if not rows:
            raise DataError(f"{name}: expected rows of comma-separated values, received an empty file")
        first = [cell.strip() for cell in rows[0]]
        below = [row for row in rows[1:] if len(row) == len(first)]
        decision = HeaderDecision(bool(dialect.header))
        if dialect.header is None and names and set(names) <= set(first):
            decision = HeaderDecision(True)
        elif dialect.header is None and len(known) == len(first) and _are_known(first, known):
            decision = HeaderDecision(False)
        elif dialect.header is None:
            unlooked = {index % len(first) for index in texts if -len(first) <= index < len(first)}
            decision = find_header(first, below, dialect.numerals, unlooked)
            if names and not decision.is_header:  # it should have names, and these are none
                decision = HeaderDecision(False)
        header = tuple(first) if decision.is_header else None
        notes = [_header_note(name, decision, first)] if decision.why else []
        found = [*_index(header, below), *_empty_end(header, below)]
        index = tuple(column for column, _ in found)
        notes += [f"{name}: {note}, and left out; keep_index = true keeps it" for _, note in found]
        return cls(
            name,
            header,
            len(first),
            index=index,
            notes=tuple(notes),
            numerals=dialect.numerals,
            date_format=dialect.date_format,
            dialect=dialect,
        )

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows; there must be some, all of one length."""
        is_empty, types = True, dict.fromkeys(texts, arrow().string())
        for block in self._blocks():
            batch = self._batch(block, list(columns), types)
            if len(batch):
                is_empty = False
                yield batch
            del batch, block  # two at a time would take twice the memory
        if is_empty:
            shown = ", ".join(self.header or ())
            raise DataError(f"{self.name}: expected rows of data, received only a header, {shown}")

    def _blocks(self) -> Iterator[Block]:
        """Read what is below the header."""
        is_header = self.header is not None
        for block in _blocks_of(self.name, self.dialect):
            while is_header:
                end = int(_first_end(block))
                record, rest = block.data[:end], block.data[end:]
                is_header = not record.strip(b"\r\n")
                line = block.first_line + record.count(b"\n")
                block = Block(block.name, rest, line, block.delimiter, block.quote)
                if not rest:
                    break
            if block.data:
                yield block

    def _batch(self, block: Block, columns: list[int], types: dict[int, Any]) -> Batch:
        """Read a block; ``types`` are those that columns had before, and are tried first."""
        table = self._typed(block, columns, types)
        found = dict(zip(columns, map(_whole, table.columns), strict=True))
        rows, places = table.num_rows, None
        if rows != block.line_count:
            places = block.lines()
            if len(places) != rows:
                raise self._mistake(block, "cells every quote of which is closed")
        lines: Any = range(block.first_line, block.first_line + rows) if places is None else places
        return Batch(self, found, rows, lambda: lines, partial(self._written, block))

    def _typed(self, block: Block, columns: Sequence[int], types: dict[int, Any]) -> Any:
        """Read numbers as such where a column has no texts; what a column was before is tried first, being faster."""
        lib, of = arrow(), arrow("types")
        strings = {position: type_ for position, type_ in types.items() if of.is_string(type_)}
        if _may_have_hexadecimals(block.data):  # which pyarrow would read as integers
            return self._read(block, columns, dict.fromkeys(columns, lib.string()))
        if len(types) > len(strings):
            with suppress(lib.ArrowException, ValueError):
                return self._read(block, columns, types)
        try:
            table = self._read(block, columns, strings)
            others = [
                position
                for position, type_ in zip(columns, table.schema.types, strict=True)
                if not (of.is_null(type_) or of.is_string(type_) or _is_value(type_))
            ]
            if others:  # durations and the like, which are texts here
                types.update(dict.fromkeys(others, lib.string()))
                strings.update(dict.fromkeys(others, lib.string()))
                table = self._read(block, columns, strings)
        except (lib.ArrowException, ValueError) as error:
            raise self._mistake(block, str(error).partition("\n")[0]) from None
        for position, type_ in zip(columns, table.schema.types, strict=True):
            if _is_value(type_) and position not in strings:
                types[position] = type_
            elif position not in strings:
                types.pop(position, None)
        return table

    def _written(self, block: Block, column: int) -> Any:
        return _whole(self._read(block, [column], {column: arrow().string()}).column(0))

    def _read(self, block: Block, columns: Sequence[int], types: Mapping[int, Any]) -> Any:
        """Let pyarrow read some columns of a block, some of them as given types."""
        module, lib = arrow("csv"), arrow()
        names = [str(index) for index in range(self.width)]
        # A thread reads so much; of wide files it has some columns, and rows may be longer than that.
        is_wide = block.breaks < 1000
        for size in (len(block.data) + 1,) if is_wide else (2**20, len(block.data) + 1):
            try:
                return module.read_csv(
                    lib.py_buffer(block.data),
                    read_options=module.ReadOptions(column_names=names, block_size=size),
                    parse_options=module.ParseOptions(
                        delimiter=self.dialect.mark,
                        quote_char=self.dialect.quote or False,
                        newlines_in_values=bool(self.dialect.quote) and self.dialect.quote.encode() in block.data,
                    ),
                    convert_options=module.ConvertOptions(
                        column_types={names[index]: types[index] for index in columns if index in types},
                        include_columns=[names[index] for index in columns],
                        null_values=self.numerals.null_spellings(usual=True),
                        true_values=[],
                        false_values=[],
                        check_utf8=False,
                        decimal_point=self.dialect.decimal,
                    ),
                )
            except lib.ArrowInvalid as error:
                if size > len(block.data) or "straddl" not in str(error):
                    raise
        raise AssertionError

    def _mistake(self, block: Block, reason: str) -> DataError:
        """Find the row that has too many cells, or too few."""
        lines = block.lines()
        rows = (row for row in _cells(block.data.decode(errors="replace"), self.dialect) if row)
        try:
            for line, row in zip(lines, rows, strict=False):
                if len(row) != self.width:
                    start = next(iter(_blocks_of(self.name, self.dialect))).lines()[0]
                    return DataError(
                        f"{self.name}, line {line}: expected {self.width} columns, as in line {start}, "
                        f"received {len(row)}"
                    )
        except csv.Error as error:
            reason = str(error)
        return DataError(f"{self.name}, line {lines[0] if len(lines) else block.first_line}: expected {reason}")


def first_rows(name: str, dialect: Dialect, count: int) -> list[list[str]]:
    """Read the cells of the first rows.

    Raises:
        DataError: if it cannot be read.
    """
    found: list[list[str]] = []
    for block in _blocks_of(name, dialect, LITTLE):
        rows = (row for row in _cells(block.data.decode(), dialect) if row)
        try:
            for row in rows:
                found.append(row)
                if len(found) >= min(count, max(20, CELLS // len(found[0]))):
                    return found
        except csv.Error as error:
            if found:  # it is the reading of all rows that says what is wrong with one
                return found
            raise DataError(f"{name}: expected cells every quote of which is closed: {error}") from None
    return found


def _cells(text: str, dialect: Dialect) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.mark,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
    )


def _blocks_of(name: str, dialect: Dialect, size: int | None = None) -> Iterator[Block]:
    return text_blocks(
        name,
        size=size,
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        skip_rows=dialect.skip_rows,
    )


def _first_end(block: Block) -> int:
    """Where the first record ends."""
    end = block.data.find(b"\n") + 1 or len(block.data)
    if block.quote and block.quote.encode() in block.data[:end]:
        lines = block.lines()
        end = 0
        for _ in range(int(lines[0]) - block.first_line + 1 if len(lines) else 1):
            end = block.data.find(b"\n", end) + 1 or len(block.data)
    return end


def _is_value(type_: Any) -> bool:
    """Whether a type is one of numbers, dates or times, rather than of texts."""
    of = arrow("types")
    return bool(of.is_int64(type_) or of.is_float64(type_)) or kind_of_time(type_) is not None


def _may_have_hexadecimals(data: bytes) -> bool:
    """Whether there is 0x in a text; looking for x alone is many times faster, and most often enough."""
    return (b"x" in data and b"0x" in data) or (b"X" in data and b"0X" in data)


def _whole(column: Any) -> Any:
    """Take a column that pyarrow read in parts as one array."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _are_known(first: Sequence[str], known: Sequence[Collection[str]]) -> bool:
    return any(known) and all(cell in ("", *of) for cell, of in zip(first, known, strict=True) if of)


def _header_note(name: str, decision: HeaderDecision, first: Sequence[str]) -> str:
    if decision.is_header:
        return f"{name}: the first row is taken for a header: {decision.why}; header = false takes it for data"
    return f"{name}: the first row is taken for data: {decision.why}; header = true takes it for a header"


def _index(header: tuple[str, ...] | None, below: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Find the column that pandas writes before the others: without a name, and with another cell in each row."""
    if header is None or len(header) < 3 or not below or header[0] not in ("", "Unnamed: 0"):
        return
    cells = [row[0].strip() for row in below]
    are_fractions = any("." in cell and cell.replace(".", "", 1).isdecimal() for cell in cells)
    if len(set(cells)) == len(cells) and not are_fractions and "" not in header[1:-1]:
        yield 0, "column 1 has no name and no cell twice, so it is an index"


def _empty_end(header: tuple[str, ...] | None, below: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Find the column that is not there, in a file that has a delimiter at the end of each line."""
    if header is not None and len(header) > 2 and not header[-1] and not any(row[-1].strip() for row in below):
        yield len(header) - 1, f"column {len(header)} has neither a name nor anything else"
