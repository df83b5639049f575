"""`TableFile` and `Batch`: something with columns, and some of its rows, whatever its format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array
from minnet_core.support import nearest

from ...errors import DataError
from .bad_cells import BadCells, BadCellsError
from .engine import arrow, numpy_of
from .numerals import FLOAT32_MAX, Numerals, looks_like, stripped
from .times import PACKED, kind_of_time, parse_times, seconds_of, seconds_of_packed


@frozen
class Group:
    """Rows of a file that can be read without those before them.

    Attributes:
        name: of the file.
        rows: how many.
    """

    name: str
    rows: int


@frozen
class TableFile(ABC):
    """Something with columns, that can be read through as often as need be.

    Attributes:
        name: its path.
        header: the names of the columns, or None.
        width: how many columns there are.
        index: the positions of those that only number or name the rows, and are left out.
        notes: what was decided about it that is not plain, a sentence for each.
        numerals: how its texts are read as numbers.
        date_format: how its texts have dates besides ISO 8601; empty for no other way.
    """

    name: str
    header: tuple[str, ...] | None
    width: int
    index: tuple[int, ...] = field(default=(), kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True, repr=False)
    numerals: Numerals = field(default=Numerals(), kw_only=True, repr=False)
    date_format: str = field(default="", kw_only=True, repr=False)

    @abstractmethod
    def batches(self, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read all rows, a part at a time.

        Args:
            columns: the positions of those that are read.
            texts: of these, those whose cells are wanted as they are written.

        Raises:
            DataError: if that fails.
        """

    @property
    def is_empty(self) -> bool:
        """Whether it is known to have no rows, as a part of several may."""
        return False

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of rows that can be read alone, in order; none if it can only be read from its beginning."""
        return ()

    def group_batches(self, group: int, columns: Sequence[int], texts: Collection[int] = ()) -> Iterator[Batch]:
        """Read the rows of one of the groups, as `batches` does all.

        Raises:
            DataError: if that fails, or the file is not what it was when it was opened.
        """
        raise NotImplementedError(f"{type(self).__name__}: expected a table with groups, received one without")

    def group_places(self, group: int) -> Sequence[Any]:
        """Say where the rows of one of the groups are, as `Batch.find_places` does."""
        raise NotImplementedError(f"{type(self).__name__}: expected a table with groups, received one without")

    def seals(self) -> tuple[str, ...]:
        """Describe each file that has groups so that another one is told from it, without reading its rows.

        Raises:
            DataError: if that fails.
        """
        return ()

    @property
    def word(self) -> str:
        """What messages call a row."""
        return "row"

    @property
    def has_types(self) -> bool:
        """Whether a column of texts is meant to be one, even if all of them are numbers."""
        return True

    @property
    def names(self) -> tuple[str, ...] | None:
        """The names of the columns, all different: the second column ``a`` is called ``a.1``, as pandas does."""
        if self.header is None:
            return None
        names: dict[str, None] = {}
        header, counts = set(self.header), dict.fromkeys(self.header, 0)
        for name in self.header:
            other = name
            while other in names or (counts[name] and other in header):
                counts[name] += 1
                other = f"{name}.{counts[name]}"
            names[other] = None
        return tuple(names)

    def are_numbers(self, texts: Any) -> tuple[Array, Array]:
        """Return which texts of a pyarrow array are numbers, and which stand for a missing value."""
        if not self.has_types:
            return self.numerals.parse(texts)[1:]
        empty: Array = arrow("compute").equal(texts, "").to_numpy(zero_copy_only=False).astype(bool)
        return np.zeros_like(empty), empty

    def column_title(self, column: int) -> str:
        """Name a column in a message: from 1, as a reader counts them."""
        return f"column {column + 1} ({self.header[column]!r})" if self.header else f"column {column + 1}"

    def column_index(self, column: str | int, what: str) -> int:
        """Find the column for ``what`` by its name, or by its index from 0, where negative ones count from the end.

        Raises:
            DataError: if there is no such column, or several.
        """
        if isinstance(column, int):
            if not -self.width <= column < self.width:
                expected = f"{what} from {-self.width} to {self.width - 1}"
                raise DataError(f"{self.name}: expected {expected}, received {column}")
            return column % self.width
        header, names = self.header or (), self.names or ()
        if header.count(column) != 1 and (column in header or names.count(column) != 1):
            shown = ", ".join(header[:20]) + (", ..." if len(header) > 20 else "")
            found = f"{header.count(column)} such columns" if column in header else f"columns {shown}"
            found = found if header else "a file without a header"
            hint = "" if column in header else nearest(column, header, most=1)
            raise DataError(f"{self.name}: expected one column {column!r}, received {found}{hint and f'; {hint}'}")
        return header.index(column) if column in header else names.index(column)


def _no_texts(column: int) -> Any:
    return None


@frozen(eq=False)
class Batch:
    """Rows of a file.

    Attributes:
        file: which has them.
        columns: pyarrow's arrays, by their positions.
        rows: how many rows there are.
        find_places: says where each row is in its file, from 1; not before somebody asks, as it may take long.
        written: returns the cells of a column as they are written, a pyarrow array; None if a file does not say.
    """

    file: TableFile
    columns: Mapping[int, Any] = field(repr=False)
    rows: int
    find_places: Callable[[], Any] = field(repr=False)
    written: Callable[[int], Any] = field(default=_no_texts, repr=False)

    def __len__(self) -> int:
        return self.rows

    def is_text(self, column: int) -> bool:
        """Whether a column has texts rather than numbers, in this part of the file.

        Raises:
            DataError: if it is a column of neither; one that is not used may hold whatever it does.
        """
        type_ = self.columns[column].type
        if _is_text(type_):
            return True
        if not _is_numeric(type_):
            raise self._other(column, "numbers or texts", "; ignore leaves a column out")
        return False

    def texts(self, column: int) -> Any:
        """Return a column as a pyarrow array of texts without blanks around them, empty where a value is missing.

        Raises:
            DataError: if it is a column of neither numbers nor texts.
        """
        values = self.columns[column]
        if not self.is_text(column):
            written = self.written(column)
            if written is None:
                encoded = arrow("compute").dictionary_encode(values)
                names = [None if one is None or one != one else str(one) for one in encoded.dictionary.to_pylist()]
                return arrow("compute").fill_null(arrow().array(names, "string").take(encoded.indices), "")
            values = written
        return stripped(arrow("compute").cast(values, "string"))

    def numbers(self, columns: Sequence[int]) -> Array:
        """Return columns as float64 (rows, columns), nan where a value is missing.

        Raises:
            BadCellsError: naming the places of cells that are no numbers, or none that float32 can hold.
            DataError: if it is a column of something else.
        """
        numbers, bad = np.empty((len(self), len(columns))), []
        for index, column in enumerate(columns):
            numbers[:, index], wrong = self._number(column)
            bad += wrong
        with np.errstate(invalid="ignore"):
            is_too_large = np.abs(numbers) > FLOAT32_MAX
        for index in np.flatnonzero(is_too_large.any(axis=0)).tolist():
            bad.append(self._too_large(columns[index], numbers[:, index], is_too_large[:, index]))
        if bad:
            raise BadCellsError(self.file.name, bad)
        return numbers

    def number(self, column: int) -> Array:
        """Return a column as `numbers` does: float64 (rows,)."""
        values, bad = self._number(column)
        if bad or np.fmax.reduce(np.abs(values), initial=0.0) > FLOAT32_MAX:
            values = self.numbers([column])[:, 0]  # which tells of all that is wrong
        return values

    def _number(self, column: int) -> tuple[Array, list[BadCells]]:
        """Convert a column, whatever the size of its numbers; what is none is returned, too."""
        type_, is_typed = self.columns[column].type, self.file.has_types
        if _is_numeric(type_):
            return as_float64(self.columns[column]), []
        if is_typed or not (_is_text(type_) or kind_of_time(type_)):
            raise self._other(column, "numbers")
        texts = self.texts(column)
        values, found, missing = self.file.numerals.parse(texts)
        bad = BadCells()
        bad.add(np.flatnonzero(~(found | missing)), lambda row: self.no_number(row, column, texts[row].as_py()))
        return values, [bad] if bad.count else []

    def _too_large(self, column: int, numbers: Array, is_too_large: Array) -> BadCells:
        written, bad = self.written(column), BadCells()
        cells = numbers if written is None else stripped(written).to_numpy(zero_copy_only=False)
        bad.add(np.flatnonzero(is_too_large), lambda row: self.no_number(row, column, cells[row]))
        return bad

    def times(self, column: int, kind: str) -> Array:
        """Return a column of dates or times in seconds since 1970 or since midnight, (rows,), nan for a missing one.

        Args:
            column: its position.
            kind: ``date`` or ``time``.

        Raises:
            BadCellsError: naming the places of cells that are none.
            DataError: if it is a column of something else.
        """
        values = self.columns[column]
        if kind_of_time(values.type) == kind:
            return seconds_of(values)
        if arrow("types").is_null(values.type):
            return np.full(len(self), np.nan)
        if self.file.has_types and not _is_text(values.type):
            if self.file.date_format == PACKED and kind == "date" and _is_numeric(values.type):
                return self._packed(column)
            raise self._other(column, f"{kind}s")
        encoded = self.texts(column).dictionary_encode()
        rows, texts = numpy_of(encoded.indices), encoded.dictionary
        none = "", np.full(len(texts), np.nan), np.zeros(len(texts), bool)
        found, seconds, is_time = parse_times(texts, self.file.date_format) or none
        is_bad = ~self.file.are_numbers(texts)[1] & (~is_time if found == kind else True)
        bad = BadCells()
        bad.add(np.flatnonzero(is_bad[rows]), lambda row: self.no_value(row, column, encoded[row].as_py(), kind))
        if bad.count:
            raise BadCellsError(self.file.name, [bad])
        of_rows: Array = seconds[rows]
        return of_rows

    def _packed(self, column: int) -> Array:
        """Read a column of numbers that are dates."""
        numbers, bad = as_float64(self.columns[column]), BadCells()
        seconds = seconds_of_packed(numbers)
        wrong = np.flatnonzero(~np.isnan(numbers) & np.isnan(seconds))
        bad.add(wrong, lambda row: self.no_value(row, column, self.columns[column][row].as_py(), "date"))
        if bad.count:
            raise BadCellsError(self.file.name, [bad])
        return seconds

    def is_missing(self, column: int, *, is_text: bool) -> Array:
        """Return which cells of a column are missing, booleans (rows,); for a text, ``NA`` and the like are none."""
        texts = self.texts(column)
        if is_text:
            nulls = arrow().array(["", *self.file.numerals.nulls], texts.type)
            missing: Array = arrow("compute").is_in(texts, value_set=nulls).to_numpy(zero_copy_only=False).astype(bool)
            return missing
        return self.file.are_numbers(texts)[1]

    def no_number(self, row: int, column: int, cell: object) -> str:
        """Say that a cell is no number."""
        shown = repr(cell) if isinstance(cell, str) else str(cell)
        looks = looks_like([cell], self.file.numerals) if isinstance(cell, str) else None
        hint = f", which looks like one of {looks[1]}; {looks[2]}" if looks else ""
        return f"{self.where(row, column)}: expected a finite float32 number, received {shown}{hint}"

    def no_value(self, row: int, column: int, cell: object, kind: str) -> str:
        """Say that a cell is not what its column is: a ``number``, ``date`` or ``time``."""
        if kind == "number":
            return self.no_number(row, column, cell)
        return f"{self.where(row, column)}: expected a {kind}, received {cell!r}"

    def _other(self, column: int, expected: str, hint: str = "") -> DataError:
        title, type_ = self.file.column_title(column), self.columns[column].type
        return DataError(f"{self.file.name}, {title}: expected {expected}, received {type_}{hint}")

    def place(self, row: int) -> str:
        """Name a row in a message."""
        return f"{self.file.word} {self.find_places()[row]}"

    def where(self, row: int, column: int) -> str:
        """Name a cell in a message."""
        return f"{self.file.name}, {self.place(row)}, {self.file.column_title(column)}"


def as_float64(values: Any) -> Array:
    """Convert a pyarrow array of numbers; one that float64 cannot hold becomes the nearest that it can."""
    types = arrow("types")
    if types.is_float64(values.type):
        return numpy_of(values)
    if types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if types.is_float16(values.type):
        return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)
    return numpy_of(values.cast("float64", safe=False))


@lru_cache
def _is_numeric(type_: Any) -> bool:
    """Whether a type is one of numbers; one of nulls is, whose numbers are all missing."""
    types = arrow("types")
    if types.is_dictionary(type_):
        return _is_numeric(type_.value_type)
    is_kinds = types.is_integer, types.is_floating, types.is_boolean, types.is_decimal, types.is_null
    return any(is_kind(type_) for is_kind in is_kinds)


@lru_cache
def _is_text(type_: Any) -> bool:
    types = arrow("types")
    if types.is_dictionary(type_):
        return _is_text(type_.value_type)
    is_view = getattr(types, "is_string_view", types.is_string)
    return bool(types.is_string(type_) or types.is_large_string(type_) or is_view(type_))
