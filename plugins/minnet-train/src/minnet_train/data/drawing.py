"""How rows are drawn for a part of a data set, and dealt to folds: one by one, by groups, or by their order.

Classes count in all of them but the order: a part has as much of each class as of the whole.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array


def draw_rows(labels: Array, rows: Array, fraction: float, kept: int, rng: np.random.Generator) -> Array:
    """Draw among ``rows`` a fraction of all that are in a class, of each at least 1, so that ``kept`` are left.

    Returns:
        Whether each row is drawn.
    """
    is_drawn = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        candidates = rows[labels[rows] == label]
        wanted = round(int(np.sum(labels == label)) * fraction)
        count = min(max(wanted, 1), len(candidates) - kept)
        is_drawn[rng.choice(candidates, count, replace=False)] = True
    return is_drawn


def draw_of_each_class(labels: Array, rows: Array, fraction: float, rng: np.random.Generator) -> Array:
    """Draw a fraction of the ``rows`` of each class, at least 1 of those that have three or more."""
    is_drawn = np.zeros(len(labels), bool)
    for label in np.unique(labels[rows]):
        candidates = rows[labels[rows] == label]
        count = max(round(len(candidates) * fraction), 1) if len(candidates) > 2 else 0
        is_drawn[rng.choice(candidates, count, replace=False)] = True
    return is_drawn


def draw_groups(
    labels: Array, groups: Array, rows: Array, fraction: float, kept: int, rng: np.random.Generator
) -> Array:
    """Draw whole groups among ``rows``, until they are about a fraction of each class.

    They are looked at in random order, and taken if that brings the counts of the classes nearer to what is wanted.

    Args:
        labels: of all rows, 0 to the number of classes.
        groups: of all rows, as integers.
        rows: to draw among.
        fraction: of ``rows``.
        kept: how many groups are left at least; there must be one more.
        rng: decides the order.
    """
    names, counts = _counts(labels[rows], groups[rows])
    total = counts.sum(axis=0)
    wanted, scale = total * fraction, np.maximum(total, 1)
    order = rng.permutation(len(names))
    drawn, taken = np.zeros(len(total)), list[int]()
    for index in order.tolist():
        nearer = _distance(drawn + counts[index], wanted, scale) < _distance(drawn, wanted, scale)
        if nearer and len(taken) < len(names) - kept:
            drawn = drawn + counts[index]
            taken.append(index)
    if not taken:
        taken = [min(order.tolist(), key=lambda index: _distance(counts[index], wanted, scale))]
    is_drawn = np.zeros(len(labels), bool)
    is_drawn[rows[np.isin(groups[rows], names[taken])]] = True
    return is_drawn


def last_rows(order: Array, rows: Array, fraction: float, kept: int) -> Array:
    """Take the last of ``rows`` by their order; ``kept`` values are left at least, and equal ones are not parted."""
    values, counts = np.unique(order[rows], return_counts=True)
    left = np.cumsum(counts)[kept - 1 : -1]  # rows before each cut
    cut = kept - 1 + int(np.abs(left - len(rows) * (1 - fraction)).argmin())
    is_drawn = np.zeros(len(order), bool)
    is_drawn[rows[order[rows] > values[cut]]] = True
    return is_drawn


def deal_rows(labels: Array, folds: int, rng: np.random.Generator) -> Array:
    """Deal rows to folds: the rows of each class, and all of them, are as many in each to within one.

    Returns:
        The fold of each row, from 0.
    """
    fold, start = np.empty(len(labels), np.int64), 0
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        fold[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    return fold


def deal_groups(labels: Array, groups: Array, folds: int, rng: np.random.Generator) -> Array:
    """Deal whole groups, of which there must be as many as folds, the largest first.

    Each goes where the classes are then spread most evenly: where the squares of what each fold has of each class, as
    a part of all, have the smallest sum, and among equals where the fewest rows are: in an empty fold, if there is one.
    """
    names, counts = _counts(labels, groups)
    parts = counts / np.maximum(counts.sum(axis=0), 1)
    order = rng.permutation(len(names))
    order = order[np.argsort(-parts[order].sum(axis=1), kind="stable")]
    held, fold_of = np.zeros((folds, parts.shape[1])), np.empty(len(names), np.int64)
    for index in order:
        fold_of[index] = fold = int(np.lexsort((held.sum(axis=1), held @ parts[index]))[0])
        held[fold] += parts[index]
    return np.asarray(fold_of[np.searchsorted(names, groups)])


def _counts(labels: Array, groups: Array) -> tuple[Array, Array]:
    """Count the rows of each class in each group: its name (groups,) and (groups, classes)."""
    names, index = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), int(labels.max()) + 1))
    np.add.at(counts, (index, labels), 1)
    return names, counts


def _distance(counts: Array, wanted: Array, scale: Array) -> float:
    return float((((counts - wanted) / scale) ** 2).sum())
