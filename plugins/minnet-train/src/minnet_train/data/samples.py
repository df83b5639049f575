"""`Samples`: the inputs of a network and their targets, perhaps prepared only when they are asked for."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np
from attrs import field, frozen

from minnet_core import Array

from .dataset import Dataset
from .memory_map import RowReader, is_mapped
from .missing import expect_usable
from .preprocessing import Preparation
from .tables import Column, Columns, FrameTable, TableOptions, table_dataset

PREPARED = 16_384
"""Rows that are prepared at once."""

CHUNK = 1024
"""Rows that are evaluated at once."""


class Rows(Protocol):
    """What `Samples` asks of its inputs and targets: an array answers it, and so does a part of a file."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and columns."""
        ...

    def take(self, rows: Any, axis: int, /) -> Array:
        """Return some rows, in this order; the axis is 0."""
        ...

    def __len__(self) -> int: ...


@frozen(eq=False)
class PreparedRows:
    """Rows of an array, or of a mapped file, that are read and prepared when they are asked for.

    Attributes:
        raw: the array.
        rows: which of its rows.
        sample: the shape that each has when it is prepared.
        prepare: turns raw rows into what a network takes, (n, *sample).
    """

    raw: Array = field(repr=False)
    rows: Array = field(repr=False)
    sample: tuple[int, ...]
    prepare: Callable[[Array], Array]
    _reader: RowReader = field(init=False, repr=False)

    @_reader.default
    def _reads_raw(self) -> RowReader:
        return RowReader(self.raw)

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and columns."""
        return len(self.rows), *self.sample

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: Any, axis: int = 0, /) -> Array:
        """Read and prepare some rows."""
        return self.prepare(self._reader.take(self.rows[rows]))

    def whole(self) -> Array:
        """Prepare all rows, some at a time, so that what is between raw and prepared ones takes little memory."""
        prepared = np.empty(self.shape, self.take(slice(0, 1)).dtype)
        for start in range(0, len(self), PREPARED):
            prepared[start : start + PREPARED] = self.take(slice(start, start + PREPARED))
        return prepared


@frozen(eq=False)
class TupleRows:
    """Rows of several arrays side by side, for a network of several inputs.

    Attributes:
        parts: the arrays, each (rows, ...).
    """

    parts: tuple[Array, ...] = field(repr=False)

    @parts.validator
    def _have_the_same_rows(self, _: Any, parts: tuple[Array, ...]) -> None:
        if not parts or any(not part.ndim or len(part) != len(parts[0]) for part in parts):
            shapes = ", ".join(str(part.shape) for part in parts)
            raise ValueError(f"expected several inputs (rows, ...) of as many rows each, received ({shapes})")

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows, and all numbers of a row."""
        return len(self), sum(math.prod(part.shape[1:]) for part in self.parts)

    def __len__(self) -> int:
        return len(self.parts[0])

    def take(self, rows: Any, axis: int = 0, /) -> Any:
        """Take some rows of each array: a tuple."""
        return tuple(part.take(rows, axis) for part in self.parts)


@frozen(eq=False)
class Samples:
    """Inputs with their targets.

    Attributes:
        inputs: float32, or float64 if they were prepared so, (rows, columns), or of images (rows, channels, height,
            width), an array or what gives one by ``take(rows, 0)``, or a tuple of them for a network of several inputs.
        targets: the same, (rows, outputs): the values of a regression, or 1 for the class of the row and else 0, a form
            that every criterion takes.
        classes: their names; empty for a regression.
        weights: how much each row counts, float64 (rows,); None if all count alike.
    """

    inputs: Rows = field(repr=False)
    targets: Rows = field(repr=False)
    classes: tuple[int, ...] | tuple[str, ...] = ()
    weights: Array | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        """Check that everything fits together."""
        rows = len(self.inputs)
        if len(self.targets.shape) != 2 or len(self.targets) != rows or not rows:
            raise ValueError(
                "expected inputs (rows, features) and targets (rows, outputs) with at least one row, "
                f"received {self.inputs.shape} and {self.targets.shape}"
            )
        if self.classes and len(self.classes) != self.outputs:
            raise ValueError(f"expected a target for each of {len(self.classes)} classes, received {self.outputs}")
        if self.weights is not None and self.weights.shape != (rows,):
            raise ValueError(f"expected weights ({rows},), received {self.weights.shape}")

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        rows: Array,
        preparation: Preparation,
        weights: Array | None = None,
        *,
        autoencode: bool = False,
    ) -> Samples:
        """Take rows of a data set and prepare them: at once, or batch by batch if the data are a mapped file.

        Args:
            dataset: has the rows.
            rows: their indices.
            preparation: of features, and of the targets of a regression.
            weights: of these rows.
            autoencode: whether the inputs are the targets, too; of images, as rows (rows, columns) of numbers.
        """

        def rows_of(raw: Array, sample: tuple[int, ...], prepare: Callable[[Array], Array]) -> Rows:
            prepared = PreparedRows(raw, rows, sample, prepare)
            return prepared if is_mapped(dataset.features) else prepared.whole()

        inputs = rows_of(dataset.features, preparation.columns.shape, preparation.inputs)
        if autoencode:
            if preparation.columns.image is None:
                return cls(inputs, inputs, (), weights)
            return cls(inputs, rows_of(dataset.features, (preparation.width,), _flat(preparation)), (), weights)
        if dataset.classes:
            count = len(dataset.classes)
            targets = rows_of(dataset.targets, (count,), partial(one_hot, classes=count))
        else:
            targets = rows_of(dataset.targets, dataset.targets.shape[1:], preparation.targets)
        return cls(inputs, targets, dataset.classes, weights)

    @classmethod
    def of_arrays(
        cls,
        inputs: Any,
        targets: Any,
        classes: Sequence[int] | Sequence[str] | None = None,
        weights: Any = None,
    ) -> Samples:
        """Take arrays as they are, converted to float32.

        Args:
            inputs: (rows, columns), or any shape whose first axis is the rows; a tuple of them for a network of several
                inputs.
            targets: integers or booleans (rows,) are labels, indices into ``classes``; texts are the names of classes;
                floats are the values of a regression, (rows,) or (rows, outputs), or with ``classes`` a number for
                each class.
            classes: their names; None is 0 to the largest label for labels, those that there are for texts, and a
                regression for floats.
            weights: (rows,), or None.

        >>> Samples.of_arrays([[1, 2], [3, 4]], [0, 1]).batch(np.array([1]))
        (array([[3., 4.]], dtype=float32), array([[0., 1.]], dtype=float32))
        """
        targets = np.asarray(targets)
        if targets.dtype.kind in "OS" and targets.ndim == 1:
            targets = _without_objects(targets)
        if targets.dtype.kind == "b" and targets.ndim == 1:
            targets, classes = targets.astype(np.int8), (0, 1) if classes is None else classes
        if targets.dtype.kind == "U" and targets.ndim == 1:
            targets, classes = _labels_of_names(targets, classes)
        if targets.dtype.kind in "iu" and targets.ndim == 1:
            if classes is None:
                classes = range(_count_of_classes(targets))
            if len(targets) and not 0 <= targets.min() <= targets.max() < len(classes):
                raise ValueError(
                    f"expected labels from 0 to {len(classes) - 1}, received {targets.min()} to {targets.max()}"
                )
            targets = one_hot(targets, len(classes))
        targets = np.asarray(targets, np.float32)
        targets = targets[:, None] if targets.ndim == 1 else targets
        weights = None if weights is None else np.asarray(weights, np.float64)
        names: tuple[Any, ...] = tuple(classes or ())
        several = isinstance(inputs, tuple) and any(isinstance(part, np.ndarray) and part.ndim for part in inputs)
        rows = TupleRows(tuple(np.asarray(part, np.float32) for part in inputs)) if several else None
        return cls(np.asarray(inputs, np.float32) if rows is None else rows, targets, names, weights)

    @classmethod
    def of_table(
        cls,
        frame: Any,
        target: Column | Sequence[Column] | None = None,
        *,
        task: str | None = None,
        weights: Column | None = None,
        categories: Sequence[Column] = (),
        ignore: Sequence[Column] = (),
        keep_index: bool = False,
        max_categories: int | None = None,
        min_frequency: int | float | None = None,
        drop_missing: bool = False,
    ) -> Samples:
        """Take a frame of pandas, polars or Arrow: whatever has ``__arrow_c_stream__``.

        Columns of numbers and booleans are inputs as they are, columns of texts one input for each category, and dates
        and times what a `Calendar` says.

        Args:
            frame: the columns.
            target: the column to predict, by its name or its index from 0; a list for several; None for the last.
            task: ``classification`` or ``regression``; if not given, numbers that are not all whole, or are more than a
                hundred different ones, are a regression.
            weights: the column of weights of samples.
            categories: columns whose numbers are names.
            ignore: columns that are left out.
            keep_index: whether the index of a pandas frame is a column like others.
            max_categories: how many categories a column has at most: the commonest, and one of all others.
            min_frequency: in so many rows, or in this fraction of them, a text must be to be a category of its own.
            drop_missing: whether rows with a missing value are left out.

        Raises:
            DataError: if a value is missing, or is neither a number nor a text.
            MissingLibraryError: if pyarrow is not installed.
        """
        options = TableOptions(
            target, task, weights, categories, ignore, keep_index, max_categories, min_frequency, drop_missing
        )
        dataset = table_dataset(FrameTable.of(frame, keep_index=keep_index), options)
        hint = "; drop_missing=True leaves out rows with missing values"
        expect_usable(dataset, may_be_missing=False, hint=hint)
        own = None if dataset.weights is None else np.asarray(dataset.weights, np.float64)
        rows = np.arange(len(dataset))
        learned = Preparation(columns=Columns.of(dataset)).learned([dataset.features], standardize=False, fill=False)
        return cls.of(dataset, rows, learned, own)

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return "classification" if self.classes else "regression"

    @property
    def inputs_shape(self) -> tuple[int, ...]:
        """The shape of the input of one sample."""
        return self.inputs.shape[1:]

    @property
    def outputs(self) -> int:
        """How many targets a sample has."""
        return self.targets.shape[1]

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, rows: Any) -> tuple[Array, Array]:
        """Return the inputs (n, columns), or a tuple of several, and targets (n, outputs) of some rows, in this order.

        Args:
            rows: indices, an array or a list.
        """
        inputs = self.inputs.take(rows, 0)
        return inputs, inputs if self.targets is self.inputs else self.targets.take(rows, 0)

    def chunks(self, size: int = CHUNK) -> Iterator[tuple[Array, Array]]:
        """Go through all rows in order, ``size`` at a time."""
        for start in range(0, len(self), size):
            yield self.batch(np.arange(start, min(start + size, len(self))))

    def labels(self) -> Array:
        """Return the class of each row as an index, integers (rows,).

        Raises:
            ValueError: if there are no classes.
        """
        if not self.classes:
            raise ValueError("expected samples with classes, received those of a regression")
        if isinstance(self.targets, PreparedRows):
            return np.asarray(self.targets.raw[self.targets.rows])
        labels: Array = np.asarray(self.targets).argmax(axis=1)
        return labels


def _flat(preparation: Preparation) -> Callable[[Array], Array]:
    """Prepare images as rows of numbers, which are the targets of an autoencoder."""
    return lambda raw: preparation.inputs(raw).reshape(len(raw), -1)


def one_hot(labels: Array, classes: int) -> Array:
    """Return float32 (rows, classes): 1 for the class of a row and else 0.

    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    targets = np.zeros((len(labels), classes), np.float32)
    targets[np.arange(len(labels)), labels] = 1
    return targets


def _without_objects(values: Array) -> Array:
    """Take what data frames hold as objects, and bytes, for the texts or numbers that they are."""
    items = [item.decode() if isinstance(item, bytes) else item for item in values.tolist()]
    for kind in (str, numbers.Real):
        strangers = [item for item in items if not isinstance(item, kind)]
        if not strangers:
            return np.array(items)
    raise ValueError(f"expected targets that are all texts, or all numbers, received {strangers[0]!r}")


def _count_of_classes(labels: Array) -> int:
    """How many classes labels from 0 to the largest make, unless one-hot targets of them would fill the memory."""
    count = int(labels.max()) + 1 if len(labels) else 0
    if len(labels) * count > _MOST_TARGETS:
        raise ValueError(
            f"expected labels that are indices of classes, received {count - 1}, which makes {count:,} classes and one "
            f"target of each for {len(labels):,} rows; np.unique(labels, return_inverse=True) makes indices of numbers"
        )
    return count


_MOST_TARGETS = 2**30  # 4 GB


def _labels_of_names(names: Array, classes: Sequence[int] | Sequence[str] | None) -> tuple[Array, Any]:
    """Return the index of the class of each row, and the classes."""
    classes = tuple(sorted(set(names.tolist()))) if classes is None else classes
    unknown = sorted(set(names.tolist()) - set(classes))
    if unknown:
        raise ValueError(f"expected targets among the classes, {', '.join(map(str, classes))}, received {unknown[0]!r}")
    index_of = {name: index for index, name in enumerate(classes)}
    return np.array([index_of[name] for name in names.tolist()], np.int64), classes
