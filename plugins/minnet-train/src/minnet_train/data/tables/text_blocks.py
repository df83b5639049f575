"""`text_blocks`: a file of lines, unpacked and decoded, in parts that end where a record does."""

from __future__ import annotations

import codecs
import gzip
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from ...errors import DataError
from .engine import arrow, reading
from .progress import note_reading

BLOCK = 4 * 2**20
"""Bytes that are read at once."""

LONGEST = 64 * 2**20
"""Bytes that a single record may have; beyond, a quote must have been left open."""

BLANKS = r"\s+"
"""The delimiter that is any number of blanks and tabs."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


_TWICE = ("utf-16", "utf-16")

_WIDE: dict[tuple[bool, ...], str] = {
    (False, True, False, True): "utf-16-le",
    (True, False, True, False): "utf-16-be",
    (False, True, True, True): "utf-32-le",
    (True, True, True, False): "utf-32-be",
}
"""Which of four bytes are mostly 0, in letters of Latin -> the encoding."""


@frozen(eq=False, slots=False)
class Block:
    """Some records of a file, in UTF-8.

    Attributes:
        name: of the file.
        data: whole records, each with the line break at its end.
        first_line: the number of the line that they begin on, from 1.
        delimiter: what is between the cells of a record.
        quote: what is around a cell that may have line breaks; empty for nothing.
    """

    name: str
    data: bytes = field(repr=False)
    first_line: int
    delimiter: str = ","
    quote: str = ""

    def lines(self) -> Array:
        """Return the line that each record ends on; empty ones do not count."""
        ends = record_ends(self.data, self.delimiter, self.quote, f"{self.name}, line", self.first_line, is_whole=True)
        breaks = np.flatnonzero(np.frombuffer(self.data, np.uint8) == 10)
        pairs = pairwise([0, *ends.tolist()])
        is_blank = np.array([not self.data[start:end].strip(b"\r\n") for start, end in pairs], bool)
        numbers = self.first_line + np.searchsorted(breaks, ends - 1)
        counted: Array = numbers[~is_blank]
        return counted

    @cached_property
    def breaks(self) -> int:
        """How many line breaks there are in them."""
        return int(np.count_nonzero(np.frombuffer(self.data, np.uint8) == 10))  # many times faster than bytes.count

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return self.breaks + (not self.data.endswith(b"\n"))

    @property
    def next_line(self) -> int:
        """The number of the line after them."""
        return self.first_line + self.breaks


def text_blocks(
    name: str,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    quote: str = "",
    skip_rows: int = 0,
    what: str = "a CSV file",
    size: int | None = None,
) -> Iterator[Block]:
    """Read a file, plain or packed by gzip or zstd.

    Args:
        name: its path.
        encoding: of its text.
        delimiter: what is between the cells of a record.
        quote: what is around a cell that may have line breaks; empty for nothing.
        skip_rows: how many lines at the beginning do not count.
        what: what messages call it.
        size: bytes that are read at once; `BLOCK` if not given.

    Raises:
        DataError: if it cannot be read, is no text in this encoding, or leaves a quote open.
    """
    rest, line = b"", skip_rows + 1
    plain = partial(_with_single_blanks, quote=quote) if delimiter == BLANKS else _with_plain_breaks
    delimiter = " " if delimiter == BLANKS else delimiter
    for part in _without(skip_rows, _decoded(name, encoding, what, size or BLOCK)):
        data = rest + part if rest else part
        end = _last_end(data, delimiter, quote, name, line)
        if not end and len(data) > LONGEST:
            raise _open_quote(f"{name}, line", line)
        whole, rest = data[:end], data[end:]
        if whole:
            block = Block(name, plain(whole), line, delimiter, quote)
            _expect_utf8(block, encoding)
            yield block
            line = block.next_line
    if rest:
        block = Block(name, plain(rest), line, delimiter, quote)
        record_ends(block.data, delimiter, quote, f"{name}, line", line, is_whole=True)
        _expect_utf8(block, encoding)
        yield block


def record_ends(
    data: bytes, delimiter: str, quote: str, name: str, first_line: int, *, is_whole: bool = False
) -> Array:
    """Find where each record ends: after a line break that is in no quoted cell.

    Args:
        data: records.
        delimiter: what is between cells.
        quote: what is around a cell with line breaks.
        name: of the file, with the word for a line, for messages.
        first_line: the number of the first line.
        is_whole: whether nothing follows, so that a quote that is open at the end stays open.

    Raises:
        DataError: if a quote is left open, or a cell goes on after its closing quote.
    """
    array = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(array == 10)
    if quote and quote.encode() in data:
        before = np.searchsorted(np.flatnonzero(array == ord(quote)), [*breaks, len(data)])
        if (before[:-1] & 1).any() or (is_whole and before[-1] & 1):
            return np.array(list(_scanned(data, delimiter, quote, name, first_line, is_whole)), np.int64)
    ends = breaks + 1
    return ends if (len(ends) and ends[-1] == len(data)) or not is_whole else np.append(ends, len(data))


def _scanned(data: bytes, delimiter: str, quote: str, name: str, line: int, is_whole: bool) -> Iterator[int]:
    """Find ends cell by cell: a quote means one only where a cell begins."""
    start, goes_on = 0, {*b"\r\n", ord(delimiter)}
    for match in _cells(delimiter, quote).finditer(data):
        if match["end"] is None:
            is_open, after = not match["closing"], data[match.end() : match.end() + 1]
            if (is_open and is_whole) or (after and after[0] not in goes_on):
                raise _open_quote(name, line + data.count(b"\n", 0, start))
            if is_open:
                return
        else:
            start = match.end()
            yield start
    if is_whole and start < len(data):
        yield len(data)


@lru_cache
def _cells(delimiter: str, quote: str) -> re.Pattern[bytes]:
    mark, between = re.escape(quote), re.escape(delimiter)
    quoted = rf"(?:(?<=[{between}\r\n])|\A){mark}[^{mark}]*+(?:{mark}{mark}[^{mark}]*+)*+(?P<closing>{mark}?)"
    return re.compile(rf"{quoted}|(?P<end>\n)".encode())


def _last_end(data: bytes, delimiter: str, quote: str, name: str, line: int) -> int:
    if not (quote and quote.encode() in data):
        return data.rfind(b"\n") + 1
    ends = record_ends(data, delimiter, quote, f"{name}, line", line)
    return int(ends[-1]) if len(ends) else 0


def _open_quote(name: str, line: int) -> DataError:
    return DataError(f"{name} {line}: expected cells every quote of which is closed; quote says what is around a cell")


def _with_plain_breaks(data: bytes) -> bytes:
    """Write a carriage return that is alone as a line break, which it is for whoever writes one."""
    is_plain = b"\r" not in data or data.count(b"\r") == data.count(b"\r\n")
    return data if is_plain else re.sub(rb"\r(?!\n)", b"\n", data)


def _with_single_blanks(data: bytes, quote: str) -> bytes:
    """Write one blank for several, and none at the ends of lines, except in quoted cells."""
    data = _with_plain_breaks(data)
    if quote and quote.encode() in data:
        mark = re.escape(quote.encode())
        return re.sub(
            rb"(" + mark + rb"[^" + mark + rb"]*" + mark + rb")|(?m:^[ \t]+|[ \t]+(?=\r?$))|[ \t]+",
            lambda found: found[1] or (b"" if _is_at_end(data, *found.span()) else b" "),
            data,
        )
    data = re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", data)
    return re.sub(rb"[ \t]{2,}|\t", b" ", data)


def _is_at_end(data: bytes, start: int, end: int) -> bool:
    return data[start - 1 : start] in (b"", b"\n") or data[end : end + 1] in (b"", b"\n", b"\r")


def wide_encoding(data: bytes) -> str | None:
    """Tell by the beginning of a file whether it is in UTF-16 or UTF-32; None if it is in neither."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        *zip(_UTF16, _TWICE, strict=True),
    ):
        if data.startswith(mark):
            return encoding
    start = data[: min(len(data), 400) // 4 * 4]
    places = [start[place::4].count(0) * 8 > len(start) for place in range(4)]
    return _WIDE.get(tuple(places))


def raw_blocks(name: str, what: str = "a CSV file", size: int = BLOCK) -> Iterator[bytes]:
    """Read a file, unpacked but not decoded.

    Raises:
        DataError: if it cannot be read.
    """
    with reading(name, what), Path(name).open("rb") as raw, _unpacked(raw) as file:
        while data := file.read(size):
            yield data


def _decoded(name: str, encoding: str, what: str, size: int) -> Iterator[bytes]:
    """Read a file as UTF-8, without the mark that may be at the beginning."""
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    decoder = codecs.getincrementaldecoder(encoding)()
    done, is_first, has_breaks = 0, True, True
    with reading(name, what):
        total = Path(name).stat().st_size
        with Path(name).open("rb") as raw, _unpacked(raw) as file:
            while True:
                data = file.read(size)
                if is_first and is_utf8 and (wide := wide_encoding(data)):
                    what = wide[:6].upper()
                    raise DataError(f'{name}: expected text in UTF-8, received {what}; encoding = "{wide}" reads it')
                if not is_utf8:
                    try:
                        text = decoder.decode(data, final=not data)
                    except UnicodeDecodeError as error:
                        raise DataError(f"{name}: expected text in {encoding}: {error}") from None
                    decoded = text.encode("utf-8", "surrogatepass")
                else:
                    decoded = data
                if is_first:
                    decoded = decoded.removeprefix(codecs.BOM_UTF8)
                    has_breaks = b"\n" in decoded or b"\r" not in decoded
                    is_first = False
                if decoded:
                    yield decoded if has_breaks else decoded.replace(b"\r", b"\n")
                if not data:
                    return
                done += len(data)
                note_reading(name, raw.tell(), total)


def _unpacked(raw: IO[bytes]) -> Any:
    """Unpack a file, by how it begins."""
    start = raw.read(4)
    raw.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.open(raw)
    if start == b"\x28\xb5\x2f\xfd":
        return arrow().CompressedInputStream(raw, "zstd")
    return raw


def _without(lines: int, parts: Iterator[bytes]) -> Iterator[bytes]:
    """Leave out lines at the beginning."""
    for part in parts:
        while lines and part:
            _, found, part = part.partition(b"\n")
            lines -= bool(found)
        if part:
            yield part


def _expect_utf8(block: Block, encoding: str) -> None:
    if block.data.isascii():
        return
    try:
        block.data.decode()
    except UnicodeDecodeError as error:
        line = block.first_line + block.data.count(b"\n", 0, error.start)
        byte = block.data[error.start]
        likely = likely_encoding(block.data)
        raise DataError(
            f"{block.name}, line {line}: expected text in UTF-8, received the byte 0x{byte:02x}, which is none; "
            f'encoding = "{likely}" takes it for {bytes([byte]).decode(likely)!r}'
        ) from None


def likely_encoding(data: bytes) -> str:
    """Say what encoding of Western Europe a text may be in that is no UTF-8."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
