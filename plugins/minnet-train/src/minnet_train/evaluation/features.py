"""What a model makes of each feature: its importance, and how predictions depend on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minnet_core import Array

REPEATS = 5
"""How often each feature is shuffled."""

_ROWS = 1000
_POINTS = 40

Predict = Callable[[Array], Array]
"""From raw features (rows, columns) to predictions (rows, outputs)."""


def some_rows(count: int, most: int = _ROWS) -> Array:
    """Choose rows with a fixed seed: what is said of a feature needs no more of them.

    >>> some_rows(3).tolist(), len(some_rows(10_000))
    ([0, 1, 2], 1000)
    """
    return np.sort(np.random.default_rng(0).choice(count, min(count, most), replace=False))


def permutation_importance(
    predict: Predict, features: Array, score: Callable[[Array], float], repeats: int = REPEATS
) -> Array:
    """Compute by how much a score drops when a feature is shuffled among the samples.

    L. Breiman, *Random forests*, 2001. Features that say the same share their importance.

    scikit-learn: ``permutation_importance``.

    Args:
        predict: the model.
        features: (rows, columns), as the source has them: all columns of a category are shuffled together.
        score: of predictions, larger for better ones.
        repeats: how often each feature is shuffled, with a fixed seed.

    Returns:
        (columns, repeats).
    """
    rng = np.random.default_rng(0)
    whole = score(predict(features))
    drops = np.empty((features.shape[1], repeats))
    shuffled = features.copy()
    for column in range(features.shape[1]):
        for repeat in range(repeats):
            shuffled[:, column] = rng.permutation(features[:, column])
            drops[column, repeat] = whole - score(predict(shuffled))
        shuffled[:, column] = features[:, column]
    return drops


def partial_dependence(predict: Predict, features: Array, column: int, values: Array) -> Array:
    """Compute the mean predictions when a feature has one value in all samples.

    J. Friedman, *Greedy function approximation: a gradient boosting machine*, 2001.

    scikit-learn: ``partial_dependence``.

    Args:
        predict: the model.
        features: (rows, columns), as the source has them.
        column: the feature.
        values: (points,).

    Returns:
        (points, outputs).
    """
    replaced = features.copy()
    means = []
    for value in values:
        replaced[:, column] = value
        means.append(predict(replaced).mean(axis=0))
    return np.array(means)


def grid_of(values: Array, points: int = _POINTS) -> Array:
    """Choose the values of a feature to look at: all, if they are few, or evenly between their 5 % and 95 % quantiles.

    >>> grid_of(np.array([3.0, 1.0, 1.0, np.nan])).tolist()
    [1.0, 3.0]
    """
    known = np.unique(values[~np.isnan(values)])
    if len(known) <= points:
        return known
    low, high = np.quantile(values[~np.isnan(values)], (0.05, 0.95))
    return known if low == high else np.linspace(low, high, points)
