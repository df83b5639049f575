"""`work_out`: how a CSV file is written, found out from its first lines, each with the line that tells."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import product
from math import isnan
from typing import Any

from attrs import evolve, frozen

from ...errors import DataError
from .csv_dialect import Dialect
from .csv_file import LITTLE, first_rows
from .header import find_header
from .numerals import Numerals, looks_like
from .text_blocks import BLANKS, likely_encoding, raw_blocks, text_blocks, wide_encoding
from .times import PACKED, in_format, is_iso

LINES = 1000
"""So many lines are looked at."""

_PLACEHOLDER = re.compile(
    r"[^\w\s]+|#[\w/!?]+[!?]?|[<(\[{]?(?:nan?|n/?a|n/?v|k/?a|s/?d|nat|nil|null|none|nd|void|miss(?:ing)?|unknown|undefined)[>)\]}]?"
    r"|(?:n\.|k\.|s\.) ?[advk]\.?|n\.v|\\n|not? (?:available|applicable|data|value|known)",
    re.IGNORECASE,
)
"""What else is written for a number that is missing."""

_DAYS = (
    *("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d"),
    *("%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d %b %Y"),
    *("%d %b %y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%a, %d %b %Y", "%A, %B %d, %Y"),
)
_CLOCKS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H:%M:%S.%f")
_DATES = (
    *_DAYS,
    *(day + mark + clock for day in _DAYS for mark in (" ", ", ") for clock in _CLOCKS),
    *("%Y%m%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%dT%H%M%S", "%d/%b/%Y:%H:%M:%S"),
)
"""How dates are written besides ISO 8601; of two that read a column alike, the first is taken."""

MANY_DATES = 20
"""So many dates tell which forms they may have, of which there are hundreds."""

_MISTAKEN = 0.05

_PACKED = re.compile(r"(19|20)\d{6}")

_POINTED = re.compile(r"[+-]?(\d*\.(\d{1,2}|\d{4,})|0+\.\d+|\d{4,}\.\d+)")
"""Numbers whose point is no mark between thousands."""

_BLANKS = {" ": "a blank", "\t": "a tab", BLANKS: "blanks"}


@frozen
class Option:
    """A value that was worked out.

    Attributes:
        name: of the argument of `Csv`.
        value: what it is.
        why: the line that tells.
    """

    name: str
    value: Any
    why: str

    def __str__(self) -> str:
        return f"{self.name} = {json.dumps(self.value, ensure_ascii=False)}: {self.why}"


def work_out(name: str, given: Mapping[str, Any], target: Collection[str] = ()) -> list[Option]:
    """Find out how a CSV file is written.

    Args:
        name: its path.
        given: arguments of `Csv` that are known already.
        target: names of columns in which only numbers and classes are.

    Returns:
        The options that are not as they are by default, in the order in which they were found.

    Raises:
        DataError: if it cannot be read.
    """
    options: list[Option] = []
    known = {key: given[key] for key in ("delimiter", "decimal", "thousands", "encoding", "quote") if key in given}
    known |= {key: given[key] for key in ("null_values", "header", "skip_rows", "date_format") if key in given}
    dialect = Dialect(**known)
    # Numbers twice: once the decimal mark is known, others are seen to have points between thousands.
    for find in (_encoding, _skipped_and_delimiter, _quote, _numerals, _numerals, _nulls, _dates, _header):
        for option in find(name, dialect, target):
            if option.name not in known and getattr(dialect, option.name) != option.value:
                dialect = evolve(dialect, **{option.name: option.value})
                options.append(option)
    return options


def has_names(name: str, dialect: Dialect, names: Collection[str]) -> bool:
    """Whether the first row of a file, read so, has all these names of columns."""
    with suppress(DataError):
        rows = first_rows(name, dialect, 1)
        return bool(rows) and {*names} <= {cell.strip() for cell in rows[0]}
    return False


def _encoding(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """Look through the whole file for a byte that is no UTF-8."""
    start, seen, tail = next(raw_blocks(name), b""), 0, b""
    if wide := wide_encoding(start):
        is_marked = not wide.endswith("e")
        why = (
            f"the file begins with the mark of {wide.upper()}" if is_marked else "half of the first bytes or more are 0"
        )
        yield Option("encoding", wide, why)
        return
    for part in raw_blocks(name):
        if not tail and part.isascii():
            seen += len(part)
            continue
        data = tail + part
        end = data.rfind(b"\n") + 1 or len(data)  # no letter is cut in two there
        place = _foreign_byte(data[:end])
        if place is not None:
            yield _foreign(name, data, place, seen)
            return
        seen, tail = seen + end, data[end:]
    place = _foreign_byte(tail)
    if place is not None:
        yield _foreign(name, tail, place, seen)


def _foreign_byte(data: bytes) -> int | None:
    """Find the first byte that is no UTF-8."""
    if data.isascii():
        return None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _foreign(name: str, data: bytes, place: int, seen: int) -> Option:
    """Say what the byte may be, and on which line it is, of the file of which some bytes were before ``data``."""
    line, left = 1 + data.count(b"\n", 0, place), seen
    for part in raw_blocks(name):
        line += part.count(b"\n", 0, min(left, len(part)))
        left -= min(left, len(part))
    encoding, byte = likely_encoding(data), data[place : place + 1]
    why = f"line {line} has the byte 0x{byte.hex()}, which is no UTF-8; here it is {byte.decode(encoding)!r}"
    return Option("encoding", encoding, why)


def _lines(name: str, dialect: Dialect) -> list[str]:
    """Read the first lines."""
    lines: list[str] = []
    for block in text_blocks(name, encoding=dialect.encoding, skip_rows=dialect.skip_rows, size=LITTLE):
        lines += io.StringIO(block.data.decode(), newline="")
        if len(lines) >= LINES or block.next_line > LINES:
            break
    return lines[:LINES]


def _skipped_and_delimiter(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """Choose the delimiter that divides most lines into as many cells, and skip lines before the first of these."""
    lines = _lines(name, dialect)
    if lines and (told := re.fullmatch(r"sep=([^\r\n])", lines[0].strip("\r\n"))):  # as spreadsheets are told it
        line = dialect.skip_rows + 1
        yield Option("skip_rows", line, f"line {line} is {told[0]!r}")
        yield Option("delimiter", told[1], f"line {line} is {told[0]!r}")
        return
    best: tuple[float, int, str, int, int, int] | None = None
    for rank, mark in enumerate(("\t", ";", "|", ",", "~", "^", "\x01", " ", BLANKS)):
        counts = [count for count in _counts(lines, mark, dialect.quote) if count]
        usual = Counter(count for count in counts if count > 1).most_common(1)
        if not usual:
            continue
        width, often = usual[0]
        share = often / len(counts)
        if mark in (" ", BLANKS) and not _are_numbers(lines):
            continue
        is_as_good = mark == BLANKS and best is not None and best[2] == " " and share >= best[0]
        is_better = best is None or share > best[0] + 0.1 or (is_as_good and any(map(_has_blanks, lines)))
        if share >= 0.8 and is_better:
            best = share, -rank, mark, width, often, len(counts)
    if best is None:
        return
    mark, width = best[2], best[3]
    numbered = list(enumerate(_counts(lines, mark, dialect.quote), dialect.skip_rows + 1))
    first = next(number for number, count in numbered if count == width)
    before = first - dialect.skip_rows - 1
    if before and any(numbered[index][1] for index in range(before)):
        shown = lines[0].strip()[:60]
        why = f"line {first} is the first with {width} cells, and line {dialect.skip_rows + 1} is {shown!r}"
        yield Option("skip_rows", dialect.skip_rows + before, why)
    shown = _BLANKS.get(mark, repr(mark))
    yield Option("delimiter", mark, f"line {first} is {width} cells with {shown} between them")


def _has_blanks(line: str) -> bool:
    """Whether there are several blanks in a row, or blanks at an end."""
    return "  " in line or line.strip("\r\n") != line.strip()


def _are_numbers(lines: Sequence[str]) -> bool:
    """Whether most lines are numbers with blanks between them."""
    rows = [re.sub(r'"[^"]*"', "", line).split() for line in lines if line.strip()]
    return sum(all(map(Numerals().is_number, row)) for row in rows) >= 0.8 * len(rows)


def _counts(lines: Sequence[str], delimiter: str, quote: str) -> list[int]:
    """Count the cells of each line; 0 for an empty one, and for one within a quoted cell."""
    counts = [0] * len(lines)
    if delimiter == BLANKS:
        delimiter, lines = " ", [" ".join(line.split()) for line in lines]
    reader = csv.reader(iter(lines), delimiter=delimiter, quotechar=quote or None)
    before = 0
    with suppress(csv.Error):
        for row in reader:
            counts[before] = len(row)
            before = reader.line_num
    return counts


def _quote(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """See whether cells stand in other quotes than usual."""
    for number, line in enumerate(_lines(name, dialect), dialect.skip_rows + 1):
        cells = line.rstrip("\r\n").split(dialect.mark)
        if '"' in line:
            return
        if len(cells) > 1 and any(re.fullmatch(r"'[^']*'", cell.strip()) for cell in cells):
            yield Option("quote", "'", f"line {number} has cells such as {next(c for c in cells if c[:1] == chr(39))}")
            return


def _columns(name: str, dialect: Dialect) -> list[list[str]]:
    """Read the cells of each column but those of the first row, which may be a header."""
    rows = first_rows(name, dialect, LINES)
    width = len(rows[0]) if rows else 0
    return [list(cells) for cells in zip(*(row for row in rows[1:] if len(row) == width), strict=True)]


def _numerals(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """See whether columns of texts are numbers that are written in another way."""
    found: dict[str, tuple[str, str]] = {}
    ambiguous: list[str] = []
    columns = _columns(name, dialect)
    for index, cells in enumerate(columns):
        looks = looks_like([cell.strip() for cell in cells], dialect.numerals)
        if looks is None:
            continue
        example = looks[0]
        where = f"{_line_of(name, dialect, index, example)} has {example!r} in column {index + 1}"
        if looks[1].startswith("numbers with a decimal comma and points"):
            found["decimal"], found["thousands"] = (",", where), (".", where)
        elif looks[1] == "numbers with points between thousands":
            found.setdefault("decimal", (",", where))
            found["thousands"] = (".", where)
        elif looks[1] == "numbers with commas between thousands":
            found["thousands"] = (",", where)
        elif looks[1] == "numbers with a decimal comma":
            found["decimal"] = (",", where)
        elif looks[1] == "numbers in groups of three digits":
            mark = next(mark for mark in " '_\u00a0\u202f\u2019" if mark in example)
            found["thousands"] = (mark, where)
            if "," in example:
                found["decimal"] = (",", where)
        elif looks[1].startswith("numbers with a decimal comma or"):
            ambiguous.append(where)
    if ambiguous and not found and any(_POINTED.fullmatch(cell.strip()) for cells in columns for cell in cells):
        found["thousands"] = (",", ambiguous[0])
    if "decimal" in found and found.get("thousands", ("",))[0] == found["decimal"][0]:
        return  # some columns say this, and some that
    for key, (value, why) in found.items():
        yield Option(key, value, why)


def _line_of(name: str, dialect: Dialect, column: int, cell: str) -> str:
    """Find the line of a cell that is in one of the first rows."""
    blocks = text_blocks(
        name,
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        skip_rows=dialect.skip_rows,
        size=LITTLE,
    )
    for block in blocks:
        text = io.StringIO(block.data.decode(), newline="")
        rows = csv.reader(text, delimiter=dialect.mark, quotechar=dialect.quote or None)
        for line, row in zip(block.lines(), filter(None, rows), strict=False):
            if len(row) > column and row[column].strip() == cell:
                return f"line {line}"
    raise AssertionError(cell)


def _nulls(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """See what is written where almost everything else is a number."""
    numerals: Numerals = dialect.numerals
    rows = first_rows(name, dialect, 1)
    header = [cell.strip() for cell in rows[0]] if rows else []
    found: dict[str, str] = {}
    columns = _columns(name, dialect)
    for index, cells in enumerate(columns):
        is_target = header[index] in target if target else index == len(columns) - 1
        texts = [cell.strip() for cell in cells]
        odd = {text for text in texts if not (numerals.is_number(text) or numerals.is_missing(text))}
        numbers = sum(map(numerals.is_number, texts))
        if odd and all(map(_PLACEHOLDER.fullmatch, odd)) and numbers * 2 > len(texts) and not is_target:
            for text in sorted(odd - found.keys()):
                found[text] = f"{_line_of(name, dialect, index, text)} has {text!r} in column {index + 1}"
    if found:
        yield Option("null_values", tuple(found), "; ".join(found.values()))


def _dates(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """See whether a column of texts is one of dates that are written in another way than ISO 8601."""
    rows = first_rows(name, dialect, 1)
    header = [cell.strip() for cell in rows[0]] if rows else []
    columns = _columns(name, dialect)
    for index, cells in enumerate(columns):
        is_target = header[index] in target if target else index == len(columns) - 1
        texts = {cell.strip() for cell in cells}
        dates = sorted(text for text in texts if not dialect.numerals.is_missing(text))
        packed = [text for text in dates if _PACKED.fullmatch(text) and not isnan(in_format(text, PACKED))]
        if packed and not is_target and len(packed) >= (1 - _MISTAKEN) * len(dates):
            where = _line_of(name, dialect, index, packed[0])
            yield Option("date_format", PACKED, f"{where} has {packed[0]!r} in column {index + 1}")
            return
        if any(map(dialect.numerals.is_number, dates)):
            continue
        dates = [text for text in dates if not is_iso(text)]
        fitting = _forms_of(dates)
        if not fitting:
            continue
        chosen, *others = fitting
        dates = [text for text in dates if not isnan(in_format(text, chosen))]
        alike = _forms_like(dates[:MANY_DATES])
        deciding = max(dates, key=lambda text: sum(isnan(in_format(text, form)) for form in alike))
        doubt = ""
        for text, form in product(dates, others):
            if in_format(text, form) != in_format(text, chosen):
                deciding, doubt = text, f", and {json.dumps(form)} reads it otherwise"
                break
        yield Option(
            "date_format",
            chosen,
            f"{_line_of(name, dialect, index, deciding)} has {deciding!r} in column {index + 1}{doubt}",
        )
        return


def _forms_of(dates: Sequence[str]) -> list[str]:
    """Find the forms that read the most of some texts, and almost all of them: the others are mistakes."""
    some = dates[:: max(1, len(dates) // MANY_DATES)]
    likely = [form for form in _forms_like(some) if any(not isnan(in_format(text, form)) for text in some)]
    wrong = {form: sum(isnan(in_format(text, form)) for text in dates) for form in likely}
    least = min(wrong.values(), default=len(dates))
    return [form for form in likely if wrong[form] == least] if least <= _MISTAKEN * len(dates) and dates else []


def _forms_like(texts: Sequence[str]) -> list[str]:
    """Find the forms that have the marks of some texts; all others would take long to try."""
    marks = {re.sub(r"\w+", "x", text) for text in texts if re.search(r"\d", text)}
    return [form for form in _DATES if _marks_of(form) in marks]


@cache
def _marks_of(form: str) -> str:
    return re.sub(r"\w+", "x", form.replace("%", ""))


def _header(name: str, dialect: Dialect, target: Collection[str]) -> Iterator[Option]:
    """Decide whether the first row is a header; it is written down only where that was not plain."""
    rows = first_rows(name, dialect, LINES)
    if not rows or (target and set(target) <= {cell.strip() for cell in rows[0]}):
        return
    first = [cell.strip() for cell in rows[0]]
    decision = find_header(first, [row for row in rows[1:] if len(row) == len(first)], dialect.numerals)
    if decision.why:
        yield Option("header", decision.is_header, f"the first row is {', '.join(first)[:60]}; {decision.why}")
