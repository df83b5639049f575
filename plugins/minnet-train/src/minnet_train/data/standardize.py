"""`Standardization`: subtract an offset from each column and divide it by a spread, and the way back."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from minnet_core import Array


class Moments:
    """Takes in rows, and knows the mean and deviation of each column of those it has seen; nan counts as missing.

    Two parts are merged as T. Chan, G. Golub and R. LeVeque do (1983), which loses no digits, and everything is
    relative to the first value of a column, so that a constant one has a deviation of exactly 0.

    >>> moments = Moments(1)
    >>> moments.update(np.array([[1.0], [2.0]]))
    >>> moments.update(np.array([[3.0], [np.nan]]))
    >>> moments.mean.tolist(), moments.deviation.round(3).tolist()
    ([2.0], [0.816])
    """

    def __init__(self, columns: int) -> None:
        self.count = np.zeros(columns, np.int64)
        self._first = np.full(columns, np.nan)
        self._mean = np.zeros(columns)  # of what is above the first value
        self._squares = np.zeros(columns)  # the sum of squared distances from the mean

    def update(self, rows: Array) -> None:
        """Take in rows (n, columns)."""
        rows = np.asarray(rows, np.float64)
        if not len(rows):
            return
        is_there = ~np.isnan(rows)
        unknown = np.isnan(self._first) & is_there.any(axis=0)
        self._first[unknown] = rows[is_there.argmax(axis=0), np.arange(rows.shape[1])][unknown]
        above = np.where(is_there, rows - self._first, 0.0)
        count = is_there.sum(axis=0)
        mean = above.sum(axis=0) / np.maximum(count, 1)
        squares = (np.where(is_there, above - mean, 0.0) ** 2).sum(axis=0)
        total = np.maximum(self.count + count, 1)
        distance = mean - self._mean
        self._squares += squares + distance**2 * (self.count * count / total)
        self._mean += distance * (count / total)
        self.count += count

    @property
    def mean(self) -> Array:
        """Of each column; nan if it has no values."""
        return self._first + self._mean

    @property
    def deviation(self) -> Array:
        """The root of the mean squared distance from the mean; 0 of a constant column."""
        return np.sqrt(self._squares / np.maximum(self.count, 1))


@frozen(slots=False)
class Standardization:
    """What is done to each column.

    Attributes:
        offset: what is subtracted: the mean.
        spread: what it is then divided by: the deviation; 0 makes the column 0, for it was constant.

    >>> Standardization((1.0, 5.0), (2.0, 0.0)).forward(np.array([[7.0, 5.0]])).tolist()
    [[3.0, 0.0]]
    """

    offset: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def of(cls, offset: Array, spread: Array) -> Standardization:
        """Make one from arrays."""
        return cls(tuple(offset.tolist()), tuple(spread.tolist()))

    def forward(self, values: Array) -> Array:
        """Apply it to (rows, columns), in float64."""
        mapped: Array = (np.asarray(values, np.float64) - self._offset) / self._divisor
        return mapped

    def backward(self, values: Array) -> Array:
        """Undo it, in float64; a constant column becomes the constant again."""
        mapped: Array = np.asarray(values, np.float64) * np.array(self.spread) + self._offset
        return mapped

    @cached_property
    def _offset(self) -> Array:
        return np.array(self.offset)

    @cached_property
    def _divisor(self) -> Array:
        return np.array([spread or np.inf for spread in self.spread])
