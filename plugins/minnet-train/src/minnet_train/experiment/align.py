"""`aligned`: other data in the form of those that a model was trained on."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from attrs import evolve

from minnet_core import Array
from minnet_core.support import printable

from ..data import Columns, Dataset
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
    )


def _features(dataset: Dataset, columns: Columns) -> Array:
    order = list(range(dataset.features.shape[1]))
    if columns.names and dataset.columns:
        order = columns.in_order(dataset.columns, dataset.name)
    if len(order) != columns.count:
        raise DataError(f"{dataset.name}: expected {columns.count} columns, received {len(order)}")
    theirs = tuple(dataset.categories[index] for index in order) if dataset.categories else ((),) * columns.count
    ours = columns.categories or ((),) * columns.count
    if theirs == ours and order == list(range(dataset.features.shape[1])):
        return dataset.features  # as it is, for it may be a mapped file
    features = np.asarray(dataset.features)[:, order]
    if theirs == ours:
        return features
    features = features.astype(np.float64)
    for index, (before, after) in enumerate(zip(theirs, ours, strict=True)):
        if before != after:
            features[:, index] = _renamed(features[:, index], before, after, f"{dataset.name}, column {index + 1}")
    return features


def _renamed(indices: Array, before: tuple[Any, ...], after: tuple[Any, ...], where: str) -> Array:
    """Translate indices into ``before`` to indices into ``after``; nan stays nan."""
    if not (before and after):
        expected = "texts" if after else "numbers"
        raise DataError(
            f"{where}: expected {expected}, as in the training data, received {'numbers' if after else 'texts'}"
        )
    unknown = [name for name in before if name not in after]
    if unknown:
        raise DataError(
            f"{where}: expected one of {', '.join(map(str, after))}, received {', '.join(map(repr, unknown))}"
        )
    new = np.array([after.index(name) for name in before] + [0], np.float64)
    is_missing = np.isnan(indices)
    return np.where(is_missing, np.nan, new[np.where(is_missing, len(before), indices).astype(np.int64)])


def _labels(dataset: Dataset, classes: Names) -> Array:
    if dataset.classes == classes:
        return dataset.targets
    if not dataset.classes:
        raise DataError(
            f"{dataset.name}: expected classes, {printable(', '.join(map(str, classes)))}, received numbers"
        )
    names: tuple[Any, ...] = dataset.classes
    if isinstance(classes[0], str):  # where all are integers by chance, they are texts for this model
        names = tuple(map(str, names))
    renamed = _renamed(dataset.targets.astype(np.float64), names, classes, f"{dataset.name}, target")
    return renamed.astype(np.int64)


def _values(dataset: Dataset) -> Array:
    if not dataset.classes:
        return dataset.targets
    if not isinstance(dataset.classes[0], int):
        classes = printable(", ".join(map(str, dataset.classes)))
        raise DataError(f"{dataset.name}: expected targets that are numbers, received {classes}")
    return np.array(dataset.classes, np.float64)[dataset.targets][:, None]
