"""`find_header`: whether the first row of a table names its columns, by how it differs from what is below it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen

from minnet_core import Array

from .numerals import Numerals

FEW = 4
"""With fewer rows below it, a first row of numbers is data."""

ENOUGH = 10
"""With so many rows, it tells something that a number is outside of all others."""


@frozen
class HeaderDecision:
    """What was decided.

    Attributes:
        is_header: whether the first row is a header.
        why: the evidence, if it was not plain; empty if it was.
    """

    is_header: bool
    why: str = ""


@frozen
class _Column:
    """A cell of the first row over a column.

    Attributes:
        cell: as it is written.
        numbers: those below it.
        texts: those below it that are neither numbers nor missing.
        has_gaps: whether a cell below it is empty.
        decimals: the fraction of the numbers below it that are written with a fraction.
    """

    cell: str
    value: float | None
    numbers: Array
    texts: tuple[str, ...]
    has_gaps: bool
    decimals: float

    @property
    def is_numeric(self) -> bool:
        return len(self.numbers) > 0 and not self.texts

    @property
    def names_numbers(self) -> bool:
        """A text, and nothing but numbers below."""
        return self.value is None and self.is_numeric

    @property
    def is_like_texts(self) -> bool:
        """Seen again among the texts below."""
        return self.cell in self.texts

    @property
    def is_unlike_texts(self) -> bool:
        """Not seen again below, where everything else is seen often; or a number over texts."""
        if not self.texts or self.is_like_texts:
            return False
        return (self.value is not None and not len(self.numbers)) or len(set(self.texts)) * 3 <= len(self.texts)

    @property
    def is_over_numbers(self) -> bool:
        return self.value is not None and self.is_numeric

    @property
    def is_whole_over_fractions(self) -> bool:
        return self.is_over_numbers and self.cell.lstrip("+-").isdecimal() and self.decimals >= 0.9

    @property
    def distance(self) -> float:
        """How far the number is from those below, in terms of how far these are from each other."""
        assert self.value is not None
        low, high = float(self.numbers.min()), float(self.numbers.max())
        outside = max(low - self.value, self.value - high, 0.0)
        return outside / (high - low) if high > low else (np.inf if outside else 0.0)


def find_header(
    first: Sequence[str], below: Sequence[Sequence[str]], numerals: Numerals, unlooked: Collection[int] = ()
) -> HeaderDecision:
    """Decide whether the first row is a header.

    Args:
        first: its cells, without blanks around them.
        below: some of the rows after it, of the same length.
        numerals: how numbers are written.
        unlooked: positions of columns that may mix numbers and texts, and so say little.

    >>> find_header(["a", "b"], [["1", "2"]], Numerals()).is_header
    True
    """
    columns = [_column(first, below, index, numerals) for index in range(len(first))]
    looked = [column for index, column in enumerate(columns) if index not in unlooked] or columns
    names = [column for column in looked if column.names_numbers or column.is_unlike_texts]
    numbers = [column for column in columns if column.is_over_numbers]
    seen_again = [column for column in columns if column.is_like_texts]
    row = ", ".join(first[:5]) + (", ..." if len(first) > 5 else "")
    if columns[0].cell == "" and not columns[0].has_gaps and any(first) and below and not seen_again:
        return HeaderDecision(True, "" if not numbers else f"{row} begins with an empty cell, and no row below it does")
    if not numbers:
        if seen_again and len(seen_again) > len(names):
            return HeaderDecision(False, f"{seen_again[0].cell!r} is found again below it")
        return HeaderDecision(any(first) and (bool(names) or all(column.value is None for column in columns)))
    label = _label_like(numbers, below, first)
    if names and len(names) > len(seen_again):
        if label:
            return HeaderDecision(True, f"{names[0].cell!r} is unlike what is below it, and {label}")
        if len(names) >= len(numbers):
            return HeaderDecision(True, f"{names[0].cell!r} is unlike what is below it")
        return HeaderDecision(False, f"most of {row} is like what is below it")
    if label and not seen_again:
        return HeaderDecision(True, label)
    values = [column.value for column in numbers]
    is_odd = len(values) > 1 and all(float(b or 0) - float(a or 0) == 1 for a, b in pairwise(values))
    return HeaderDecision(False, f"{row} could be data as well" if is_odd and not seen_again else "")


def _column(first: Sequence[str], below: Sequence[Sequence[str]], index: int, numerals: Numerals) -> _Column:
    cells = [row[index].strip() for row in below]
    numbers = [cell for cell in cells if numerals.is_number(cell)]
    texts = tuple(cell for cell in cells if not (numerals.is_number(cell) or numerals.is_missing(cell)))
    fractions = sum(numerals.decimal in cell for cell in numbers) / max(len(numbers), 1)
    is_number = numerals.is_number(first[index])
    value = _value(first[index], numerals) if is_number else None
    parsed = np.array([_value(cell, numerals) for cell in numbers])
    return _Column(first[index], value, parsed, texts, "" in cells, fractions)


def _value(cell: str, numerals: Numerals) -> float:
    return float(numerals.plain(cell))


def _label_like(numbers: Sequence[_Column], below: Sequence[Sequence[str]], first: Sequence[str]) -> str:
    """Say why numbers are names rather than data; an empty text if they seem to be data."""
    values = [float(column.value or 0) for column in numbers]
    if len(below) < FEW or len(set(values)) < len(values):
        return ""
    shown = ", ".join(column.cell for column in numbers[:5]) + (", ..." if len(numbers) > 5 else "")
    steps = {round(b - a, 9) for a, b in pairwise(values)}
    is_row = len(steps) == 1 and steps == {1.0}
    are_years = all(1800 <= value <= 2200 and value.is_integer() for value in values)
    is_ordered = len(values) > 2 and all(b > a for a, b in pairwise(values))
    many = 0.8 * len(numbers)
    far = sum(column.distance > 1 or column.is_whole_over_fractions for column in numbers) >= many
    outside = sum(column.distance > 0 or column.is_whole_over_fractions for column in numbers) >= many
    others = [row for row in below if _is_row(row)]
    if is_row and len(values) > 2 and (len(others) * 10 <= len(below) or far):
        return f"{shown} count up, as nothing below does"
    if (is_row or values[0] in (0, 1)) and far:
        return f"{shown} are unlike what is below them"
    if are_years and (far or (outside and len(below) >= ENOUGH)):
        return f"{shown} are years, unlike what is below them"
    whole = all(column.cell.lstrip("+-").isdecimal() for column in numbers)
    if far and (whole or is_ordered) and (len(values) > 1 or len(first) > 1):
        return f"{shown} are unlike what is below them"
    return ""


def _is_row(row: Sequence[str]) -> bool:
    """Whether the numbers of a row count up."""
    try:
        values = [float(cell) for cell in row]
    except ValueError:
        return False
    return all(b - a == 1 for a, b in pairwise(values))
