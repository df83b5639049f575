"""`Dataset`: features and what to predict from them, as a source gives them."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from attrs import field, frozen
from attrs.converters import optional

from minnet_core import Array

from ..errors import DataError
from .calendars import Calendar
from .memory_map import chunks
from .pixels import Pixels
from .stored_rows import StoredRows


def _array(value: Any) -> Array:
    """Take a list for an array; a memory-mapped file stays one."""
    return np.asanyarray(value)


def _rows(value: Any) -> Array | StoredRows:
    """Likewise; rows in files stay there."""
    return value if isinstance(value, StoredRows) else _array(value)


def _names(value: Any) -> tuple[int, ...] | tuple[str, ...]:
    return tuple(value)


class Places(Protocol):
    """Where rows are, looked up when a message names one."""

    def __getitem__(self, row: int, /) -> Any:
        """Return the line or the number of a row."""
        ...


@frozen(eq=False)
class Origin:
    """Where the rows and columns of a data set are in a file, for messages.

    Attributes:
        rows: the line, or the number, of each row.
        columns: the position of each column, from 0.
        word: ``line`` or ``row``.
    """

    rows: Places | Array
    columns: tuple[int, ...]
    word: str = "line"


@frozen(eq=False, slots=False)
class Dataset:
    """Rows of features, each with a class, or with numbers that are to be predicted.

    Attributes:
        name: what messages call it.
        features: (rows, columns) of any real dtype, as the source has them: not scaled. A missing value is nan.
            A memory-mapped file, ``numpy.memmap``, is never read whole at once, nor are `StoredRows`.
        targets: of a classification integers (rows,), each an index into ``classes``; of a regression floats
            (rows, outputs), which may be `StoredRows`.
        classes: the names of the classes: integers or texts, sorted. Empty for a regression.
        columns: the names of the features, all different, or None.
        outputs: the names of the targets of a regression, or None.
        attribution: who made it, printed with every use; empty if nobody asks for that.
        weights: of the samples, (rows,), or None if all count alike.
        groups: the group of each row, integers (rows,): no group is divided between parts. None if there are none.
        order: a number for each row, (rows,), such as its time: later rows are held out. None if there is no order.
        categories: for each column the texts that it holds, sorted, of which the features have the indices; an empty
            tuple for a column of numbers. Empty if all columns are numbers.
        calendars: for each column of dates or times, of which the features have seconds, what becomes of them; None for
            another column. Empty if there is none.
        image: how an image lies in a row of features; None if they are no images.
        origin: where in a file all this is, or None.
        notes: what was decided about the data that is not plain, a sentence for each; commands print them.
    """

    name: str
    features: Array | StoredRows = field(repr=False, converter=_rows)
    targets: Array | StoredRows = field(repr=False, converter=_rows)
    classes: tuple[int, ...] | tuple[str, ...] = field(default=(), converter=_names)
    columns: tuple[str, ...] | None = field(default=None, repr=False)
    outputs: tuple[str, ...] | None = field(default=None, repr=False)
    attribution: str = field(default="", repr=False)
    weights: Array | None = field(default=None, repr=False, converter=optional(_array))
    groups: Array | None = field(default=None, repr=False, converter=optional(_array), kw_only=True)
    order: Array | None = field(default=None, repr=False, converter=optional(_array), kw_only=True)
    categories: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    calendars: tuple[Calendar | None, ...] = field(default=(), repr=False)
    origin: Origin | None = field(default=None, repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    image: Pixels | None = field(default=None, repr=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Check that everything fits together."""
        if self.features.ndim != 2 or self.features.dtype.kind not in "biuf" or not len(self.features):
            self._refuse("features, real numbers (rows, columns) with at least one row", self.features)
        rows, columns = self.features.shape
        if self.classes:
            self._check_labels()
        elif self.targets.ndim != 2 or len(self.targets) != rows or self.targets.dtype.kind not in "biuf":
            self._refuse(f"targets of a regression, numbers ({rows}, outputs)", self.targets)
        self._check_names("columns", self.columns, columns)
        self._check_names("outputs", self.outputs, self.targets.shape[1] if self.targets.ndim == 2 else 0)
        for what, each in (("categories", self.categories), ("calendars", self.calendars)):
            if each and len(each) != columns:
                raise DataError(f"{self.name}: expected {what} of {columns} columns, received {len(each)}")
        if self.image is not None and (self.image.count != columns or any(self.categories) or any(self.calendars)):
            self._refuse(f"features of {self.image}, {self.image.count} numbers each", self.features)
        for name in ("weights", "groups", "order"):
            array = getattr(self, name)
            if array is not None and array.shape != (rows,):
                self._refuse(f"{name} ({rows},)", array)
        if self.groups is not None and self.groups.dtype.kind not in "iu":
            self._refuse("groups that are integers", self.groups)
        if self.groups is not None and self.order is not None:
            raise DataError(f"{self.name}: expected groups or an order, received both")

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return "classification" if self.classes else "regression"

    def __len__(self) -> int:
        return len(self.features)

    def fingerprint(self) -> str:
        """Return a hash of all that is learned from: another one means that the data have changed.

        A memory-mapped file is read through, a part at a time, when this is first asked for.
        """
        return self._fingerprint

    def outline(self) -> str:
        """Return a hash of all but the numbers of the features, which need not be read for it."""
        return self._hashed({}, f"{self.columns} {self.features.dtype.str} {self.features.shape}")

    @cached_property
    def _fingerprint(self) -> str:
        return self._hashed({"features": self.features})

    def _hashed(self, features: dict[str, Array | StoredRows], more: str = "") -> str:
        arrays = {
            **features,
            "targets": self.targets,
            "weights": self.weights,
            "groups": self.groups,
            "order": self.order,
        }
        told = (self.classes, self.categories, *filter(None, [self.calendars, self.image]))
        content = hashlib.sha256((repr(told) + more).encode())
        for name, array in arrays.items():
            if array is not None:
                stored = array.dtype.newbyteorder("<")
                content.update(f"{name} {stored.str} {array.shape}".encode())
                for chunk in chunks(array):
                    content.update(np.ascontiguousarray(chunk, stored).data)
        return content.hexdigest()

    def where(self, row: int, column: int | None = None) -> str:
        """Name a row in a message, and a column; as they are in the file, or counted from 1."""
        place = f"row {row + 1}" if self.origin is None else f"{self.origin.word} {self.origin.rows[row]}"
        if column is None:
            return place
        position = column if self.origin is None else self.origin.columns[column]
        named = f" ({self.columns[column]!r})" if self.columns else ""
        return f"{place}, column {position + 1}{named}"

    def _check_labels(self) -> None:
        rows = len(self.features)
        if self.targets.shape != (rows,) or self.targets.dtype.kind not in "iu":
            self._refuse(f"targets of a classification, integers ({rows},)", self.targets)
        labels = np.asarray(self.targets)
        low, high = int(labels.min()), int(labels.max())
        if low < 0 or high >= len(self.classes):
            raise DataError(
                f"{self.name}: expected targets from 0 to {len(self.classes) - 1}, indices of its classes, "
                f"received {low} to {high}"
            )

    def _check_names(self, what: str, names: tuple[str, ...] | None, count: int) -> None:
        if names is not None and (len(names) != count or len(set(names)) != count):
            raise DataError(f"{self.name}: expected {count} different names of {what}, received {names}")

    def _refuse(self, expected: str, received: Any) -> None:
        raise DataError(f"{self.name}: expected {expected}, received {received.dtype} {received.shape}")
