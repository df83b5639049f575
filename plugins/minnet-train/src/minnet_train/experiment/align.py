"""`aligned`: other data in the form of those that a model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve

from minnet_core import Array
from minnet_core.support import printable

from ..data import Calendar, Columns, ConvertedRows, Dataset, Pixels, SameValue, StoredRows, chunks
from ..errors import DataError

Names: TypeAlias = tuple[int, ...] | tuple[str, ...]


def aligned(dataset: Dataset, columns: Columns, classes: Names = (), outputs: tuple[str, ...] | None = None) -> Dataset:
    """Give a data set the columns, categories and classes of a model, in their order.

    A file that lacks a class or a category numbers the others differently.

    Args:
        dataset: other data.
        columns: of the model.
        classes: of the model; empty for a regression.
        outputs: the names of the targets of a regression, or None.

    Raises:
        DataError: if it has other columns, or a category or class that the model does not know.
    """
    targets = _labels(dataset, classes) if classes else _values(dataset)
    return evolve(with_columns(dataset, columns), targets=targets, classes=classes, outputs=outputs)


def with_columns(dataset: Dataset, columns: Columns) -> Dataset:
    """Give a data set the columns and categories of a model, in their order; its targets stay.

    Raises:
        DataError: if it has other columns, or a category that the model does not know.
    """
    return evolve(
        dataset,
        features=_features(dataset, columns),
        columns=columns.names or dataset.columns,
        categories=columns.categories,
        calendars=columns.calendars,
        image=columns.image,
    )


def _features(dataset: Dataset, columns: Columns) -> Array | StoredRows:
    features, order = dataset.features, list(range(dataset.features.shape[1]))
    if columns.names and dataset.columns:
        order = columns.in_order(dataset.columns, dataset.name)
    if len(order) != columns.count:
        raise DataError(f"{dataset.name}: expected {columns.count} columns, received {len(order)}")
    if dataset.image is not None and columns.image is not None and dataset.image != columns.image:
        return _converted(features, columns.count, features.dtype, _pixels(dataset, dataset.image, columns.image))
    theirs, ours = _each(dataset, order), _each(columns, range(columns.count))
    pairs = list(zip(theirs, ours, strict=True))
    is_alike = all(before == after or _same_times(before[1], after[1]) for before, after in pairs)
    if is_alike and order == list(range(features.shape[1])):
        return features  # as it is, for it may be a mapped file
    if is_alike:
        return _converted(features, len(order), features.dtype, lambda raw: raw[:, order])
    problems: list[str] = []
    changes: dict[int, Callable[[Array], Array]] = {}
    for index, ((before, time), (after, wanted)) in enumerate(pairs):
        is_other_time = time is not wanted and not _same_times(time, wanted)
        is_other = is_other_time or (before != after and not (before and after))
        where = f"{dataset.name}, column {index + 1}"
        try:
            if is_other and not _is_empty(features, order[index]):
                raise _differs(where, _kind(after, wanted), _kind(before, time))
            if before and after and before != after:
                changes[index] = _renaming(before, after, where, columns.stranger(after))
        except DataError as error:
            problems.append(str(error))
    if problems:
        raise DataError("\n".join(problems))

    def convert(raw: Array) -> Array:
        converted = raw[:, order].astype(np.float64)
        for index, change in changes.items():
            converted[:, index] = change(converted[:, index])
        return converted

    return _converted(features, len(order), np.float64, convert)


def _converted(
    features: Array | StoredRows, columns: int, dtype: Any, convert: Callable[[Array], Array]
) -> Array | StoredRows:
    """Convert rows: now if they are in memory or a mapped file, when they are read if they are in several."""
    if isinstance(features, StoredRows):
        return ConvertedRows(features, columns, dtype, convert)
    return convert(np.asarray(features))


def _is_empty(features: Array | StoredRows, column: int) -> bool:
    """Whether all values of a column are missing."""
    return all(np.isnan(part[:, column]).all() for part in chunks(features))


def _pixels(dataset: Dataset, theirs: Pixels, ours: Pixels) -> Callable[[Array], Array]:
    """Put the numbers of images in another order."""
    if theirs.shape != ours.shape:
        raise DataError(f"{dataset.name}: expected {ours}, received {theirs}")
    axes = (0, 2, 3, 1) if ours.is_channels_last else (0, 3, 1, 2)

    def convert(raw: Array) -> Array:
        images: Array = raw.reshape(-1, *theirs.raw_shape)
        return images.transpose(axes).reshape(len(raw), -1)

    return convert


def _each(of: Dataset | Columns, order: Iterable[int]) -> list[tuple[tuple[str, ...], Calendar | None]]:
    """Return the categories and the calendar of columns in some order."""
    categories, calendars = of.categories, of.calendars
    return [(categories[index] if categories else (), calendars[index] if calendars else None) for index in order]


def _same_times(one: Calendar | None, other: Calendar | None) -> bool:
    return one is not None and other is not None and one.kind == other.kind


def _kind(categories: tuple[str, ...], calendar: Calendar | None) -> str:
    return f"{calendar.kind}s" if calendar else "texts" if categories else "numbers"


def _differs(where: str, expected: str, received: str) -> DataError:
    return DataError(f"{where}: expected {expected}, as in the training data, received {received}")


def _renaming(
    before: tuple[Any, ...], after: tuple[Any, ...], where: str, stranger: float | None = None
) -> Callable[[Array], Array]:
    """Translate indices into ``before`` to indices into ``after``; nan stays nan, and what is in neither a stranger."""
    same = SameValue([name for name in after if isinstance(name, str)])
    before = tuple(name if name in after else same.find(str(name)) or name for name in before)
    unknown = [name for name in before if name not in after]
    if unknown and stranger is None:
        raise DataError(
            f"{where}: expected one of {', '.join(map(str, after))}, received {', '.join(map(repr, unknown))}"
        )
    new = np.array([after.index(name) if name in after else stranger for name in before] + [0], np.float64)

    def rename(indices: Array) -> Array:
        is_missing = np.isnan(indices)
        return np.where(is_missing, np.nan, new[np.where(is_missing, len(before), indices).astype(np.int64)])

    return rename


def _labels(dataset: Dataset, classes: Names) -> Array | StoredRows:
    if dataset.classes == classes:
        return dataset.targets
    if not dataset.classes:
        return _whole_numbers(dataset, classes)
    names: tuple[Any, ...] = dataset.classes
    if isinstance(classes[0], str):  # where all are integers by chance, they are texts for this model
        names = tuple(map(str, names))
    rename = _renaming(names, classes, f"{dataset.name}, target")
    return rename(np.asarray(dataset.targets, np.float64)).astype(np.int64)


def _whole_numbers(dataset: Dataset, classes: Names) -> Array:
    """Take numbers, which are too many to be taken for classes by themselves, for those of a model."""
    index_of = {name: index for index, name in enumerate(classes)}
    values = dataset.targets[:, 0].tolist() if dataset.targets.shape[1] == 1 else [None]
    unknown = [value for value in values if value not in index_of]
    if unknown:
        raise DataError(
            f"{dataset.name}: expected classes, {printable(', '.join(map(str, classes)))}, received numbers"
        )
    return np.array([index_of[value] for value in values])


def _values(dataset: Dataset) -> Array | StoredRows:
    if not dataset.classes:
        return dataset.targets
    if not isinstance(dataset.classes[0], int):
        classes = printable(", ".join(map(str, dataset.classes)))
        raise DataError(f"{dataset.name}: expected targets that are numbers, received {classes}")
    return np.array(dataset.classes, np.float64)[dataset.targets][:, None]
