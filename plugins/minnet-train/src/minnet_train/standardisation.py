"""`Standardisation`: subtract an offset from each column and divide it by a spread, and the way back."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from minnet_core import Array


@frozen(slots=False)
class Standardisation:
    """What is done to each column.

    Attributes:
        offset: what is subtracted: the mean.
        spread: what it is then divided by: the deviation; 0 makes the column 0, for it was constant.

    >>> Standardisation((1.0, 5.0), (2.0, 0.0)).forward(np.array([[7.0, 5.0]])).tolist()
    [[3.0, 0.0]]
    """

    offset: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def of(cls, offset: Array, spread: Array) -> Standardisation:
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
