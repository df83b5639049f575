"""`stratified_split`: which samples to hold out."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .errors import DataError


def stratified_split(labels: Array, test_fraction: float, rng: int | np.random.Generator) -> tuple[Array, Array]:
    """Draw from each class the samples to hold out.

    Of a class with n samples, ``n * test_fraction`` are held out, rounded, but at least 1 and at most n - 1.

    Args:
        labels: integers (rows,).
        test_fraction: between 0 and 1.
        rng: a seed or generator; the same one draws the same samples.

    Returns:
        The indices to train on and those to hold out, each ascending.

    Raises:
        DataError: if a class has one sample only.

    >>> import numpy as np
    >>> training, test = stratified_split(np.array([0, 0, 0, 0, 1, 1]), 0.25, 0)
    >>> len(training), len(test)
    (4, 2)
    """
    rng = np.random.default_rng(rng)
    is_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        if len(rows) < 2:
            raise DataError(
                "expected at least 2 samples of each class, one to train on and one to hold out, "
                f"received one of class {label}, at index {rows[0]}"
            )
        count = min(max(round(len(rows) * test_fraction), 1), len(rows) - 1)
        is_test[rng.choice(rows, count, replace=False)] = True
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)
