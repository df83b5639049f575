"""`JsonLinesFile`: JSON lines, an object for each row, read a part at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from attrs import frozen

from ...errors import DataError
from .engine import arrow
from .table import Batch, TableFile
from .text_blocks import Block, text_blocks

_WHAT = "a file of JSON lines"


@frozen
class JsonLinesFile(TableFile):
    """A JSON object on each line, whose keys are the columns; empty lines do not count."""

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> JsonLinesFile:
        """Look through it for its keys.

        Raises:
            DataError: if it cannot be read, or is empty.
            MissingLibraryError: if pyarrow is not installed.
        """
        name = os.fspath(path)
        keys: dict[str, None] = {}
        for block in text_blocks(name, what=_WHAT):
            keys.update(dict.fromkeys(_read(block, ()).schema.names))
        if not keys:
            raise DataError(f"{name}: expected rows of data, received none")
        return cls(name, tuple(keys), len(keys))

    @property
    def word(self) -> str:
        """What messages call a row."""
        return "line"

    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows."""
        assert self.header is not None
        lib, types = arrow(), arrow("types")
        wanted = {self.header[column] for column in texts}
        as_texts: set[str] = set()
        for block in text_blocks(self.name, what=_WHAT):
            table = _read(block, as_texts)
            dates = {field.name for field in table.schema if types.is_temporal(field.type)} & wanted
            if dates:  # texts that look like dates, which pyarrow takes for some
                as_texts |= dates
                table = _read(block, as_texts)
            found = {}
            for column in columns:
                index = table.schema.get_field_index(self.header[column])
                is_there = index >= 0
                found[column] = table.column(index).combine_chunks() if is_there else lib.nulls(table.num_rows)
            is_plain = block.line_count == table.num_rows
            places: Any = range(block.first_line, block.next_line + 1) if is_plain else block.lines()
            yield Batch(self, found, table.num_rows, lambda places=places: places, partial(self._written, block))  # type: ignore[misc]

    def _written(self, block: Block, column: int) -> Any:
        """Read a column of texts that pyarrow takes for dates."""
        assert self.header is not None
        name = self.header[column]
        with suppress(DataError):  # what is no text is not written as one
            return _read(block, {name}).column(name).combine_chunks()
        return None


def _read(block: Block, texts: Collection[str]) -> Any:
    """Let pyarrow read a block; some keys as texts."""
    lib, module = arrow(), arrow("json")
    schema = lib.schema([(name, lib.string()) for name in texts]) if texts else None
    for size in (2**20, len(block.data) + 1):
        try:
            return module.read_json(
                lib.BufferReader(block.data),
                read_options=module.ReadOptions(block_size=size),
                parse_options=module.ParseOptions(explicit_schema=schema),
            )
        except (lib.ArrowException, ValueError) as error:
            if size > len(block.data):
                raise _mistake(block, str(error).partition("\n")[0]) from None
    raise AssertionError


def _mistake(block: Block, reason: str) -> DataError:
    """Find the line that is no object, or in which a key has another type than before."""
    kinds: dict[str, type] = {}
    for number, text in enumerate(block.data.decode(errors="replace").splitlines(), block.first_line):
        if not text.strip():
            continue
        where = f"{block.name}, line {number}"
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            return DataError(f"{where}: expected a JSON object: {error}")
        if not isinstance(row, dict):
            return DataError(f"{where}: expected a JSON object, received {text[:100]!r}")
        for key, value in row.items():
            kind = float if type(value) is int else type(value)
            if value is not None and kinds.setdefault(key, kind) is not kind:
                expected = {float: "a number", str: "a text", bool: "true or false"}.get(kinds[key], "the same type")
                return DataError(f"{where}, {key!r}: expected {expected}, as before, received {value!r}")
    return DataError(f"{block.name}, line {block.first_line}: expected {_WHAT}: {reason}")
