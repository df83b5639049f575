"""`Dialect`: how a CSV file is written."""

from __future__ import annotations

import codecs
import re
from datetime import datetime
from typing import Any

from attrs import field, frozen

from .numerals import Numerals
from .text_blocks import BLANKS


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@frozen(kw_only=True)
class Dialect:
    """How a CSV file is written: the arguments of `Csv` that say so.

    Attributes:
        delimiter: what is between cells; a backslash and ``s+`` are any number of blanks.
        decimal: what is before the fraction of a number.
        thousands: what is between groups of three digits of a number; empty for nothing.
        encoding: of the text.
        quote: what is around a cell that has a delimiter or a line break; empty for nothing.
        null_values: what is written for a missing value, besides an empty cell, NA and the like.
        header: whether the first row is a header. None: evidence decides.
        skip_rows: how many lines are before it.
        date_format: how dates are written besides ISO 8601, as ``datetime.strptime`` has it; empty for no other way.
    """

    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    encoding: str = "utf-8"
    quote: str = '"'
    null_values: tuple[str, ...] = field(default=(), converter=_texts)
    header: bool | None = None
    skip_rows: int = 0
    date_format: str = ""

    def __attrs_post_init__(self) -> None:
        """Check what cannot be."""
        for name, lengths, what in (
            ("mark", (1,), r"a delimiter of one character, or '\s+' for any number of blanks"),
            ("decimal", (1,), "a decimal of one character"),
            ("thousands", (0, 1), "a thousands of one character, or none"),
            ("quote", (0, 1), "a quote of one character, or none"),
        ):
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) not in lengths or value in ("\r", "\n"):
                received = self.delimiter if name == "mark" else value
                raise ValueError(f"expected {what}, received {received!r}")
        if not (self.delimiter.isascii() and self.decimal.isascii() and self.quote.isascii()):
            raise ValueError(
                "expected delimiter, decimal and quote that are ASCII characters, "
                f"received {self.delimiter!r}, {self.decimal!r} and {self.quote!r}"
            )
        others = [mark for mark in (self.quote, self.decimal, self.thousands) if mark]
        if len(set(others)) < len(others) or self.delimiter == self.quote:  # a number with delimiters stands in quotes
            raise ValueError(
                f"expected different characters, received delimiter {self.delimiter!r}, quote {self.quote!r}, "
                f"decimal {self.decimal!r} and thousands {self.thousands!r}"
            )
        if not isinstance(self.encoding, str) or not _is_encoding(self.encoding):
            raise ValueError(f"expected the name of an encoding, such as 'cp1252', received {self.encoding!r}")
        if not all(isinstance(text, str) for text in self.null_values):
            raise ValueError(f"expected null_values that are texts, received {list(self.null_values)}")
        if not isinstance(self.header, bool | None):
            raise ValueError(f"expected header to be true or false, received {self.header!r}")
        if isinstance(self.skip_rows, bool) or not isinstance(self.skip_rows, int) or self.skip_rows < 0:
            raise ValueError(f"expected skip_rows of at least 0, received {self.skip_rows!r}")
        if self.date_format != "" and not _is_date_format(self.date_format):
            raise ValueError(
                f"expected date_format of a day, a month and a year, such as '%d.%m.%Y', received {self.date_format!r}"
            )

    @property
    def mark(self) -> str:
        """What is between cells once they are read: one blank for several."""
        return " " if self.delimiter == BLANKS else self.delimiter

    @property
    def numerals(self) -> Numerals:
        """How numbers are written."""
        return Numerals(self.decimal, self.thousands, self.null_values)


def _is_date_format(text: object) -> bool:
    """Whether a date can be written and read with it, and is the same then."""
    date = datetime(1987, 6, 25)
    try:
        return isinstance(text, str) and datetime.strptime(date.strftime(text), text) == date
    except (ValueError, re.error):
        return False


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # what open() asks, too
    except LookupError:
        return False
