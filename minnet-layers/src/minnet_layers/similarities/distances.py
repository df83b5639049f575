"""`Distances`: those of inputs to centres, by a product of matrices, and where that is not exact enough, directly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import evolve, frozen

from minnet_core import Array
from minnet_core.nn import accumulation_dtype, axis_dot, column_means

from .lengths import lengths_along

SHARE = 1 / 8
"""Less than this of the sum of two squared lengths, a squared distance is computed directly: the product has lost three
of its binary digits."""


@frozen(eq=False)
class Distances:
    r"""The distances of rows ``x`` to rows ``W``, :math:`\|x - w\|^2 = \|x\|^2 + \|w\|^2 - 2 x \cdot w`.

    For the product all are moved so that the rows ``W`` have mean 0, since a distance of points that are far from 0
    would be lost in the squares of their lengths. Pairs that are near each other all the same are computed as they are
    defined, centre after centre.

    Attributes:
        x, W: the rows, in single precision or more.
        moved: both, moved.
        values: the distances, a row for each row of ``x``.
        is_near: of each, whether it was computed as it is defined.
        scale: what everything was divided by, and distances are to be multiplied with, as squares would overflow;
            gradients do not depend on it.

    >>> Distances.of(np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([[0.0, 0.0], [0.0, 1.0]])).values.round(3)
    array([[5.   , 4.243],
           [1.   , 0.   ]])
    """

    x: Array
    W: Array
    moved: tuple[Array, Array]
    values: Array
    is_near: Array
    scale: float = 1.0

    @classmethod
    def of(cls, x: Array, W: Array) -> Distances:
        """Compute the distances of two arrays of rows."""
        dtype = np.result_type(accumulation_dtype(x), accumulation_dtype(W))
        x, W = x.astype(dtype, copy=False), W.astype(dtype, copy=False)
        limits = np.finfo(dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            origin = column_means(W)
            moved = x - origin, W - origin
            sums = axis_dot(moved[0], moved[0]) + axis_dot(moved[1], moved[1]).T
        if not sums.max(initial=0) < limits.max / 4:  # squares overflow, where distances need not
            unit = max(np.abs(each[np.isfinite(each)]).max(initial=1) for each in (x, W))
            scale = float(2.0 ** np.floor(np.log2(unit)))  # by which nothing is rounded
            if scale > 1:  # else a nan is why
                scaled = cls.of(x / scale, W / scale)
                return evolve(scaled, scale=scaled.scale * scale)
        squares = np.dot(moved[0], moved[1].T)
        squares *= -2
        squares += sums
        sums *= dtype.type(SHARE)
        sums += limits.tiny / limits.eps  # smaller squares are short of digits, or vanish
        is_near = squares <= sums
        squares[is_near] = 0
        made = cls(x, W, moved, np.sqrt(squares, out=squares), is_near)
        for centre, rows, differences in made.near():
            made.values[rows, centre] = lengths_along(differences, 2, -1, 0)[:, 0]
        return made

    def near(self) -> Iterator[tuple[int, Array, Array]]:
        """Yield each centre that something is near to, with the numbers of those rows, and what they differ by."""
        for centre in np.flatnonzero(self.is_near.any(axis=0)).tolist():
            rows = np.flatnonzero(self.is_near[:, centre])
            yield centre, rows, self.x[rows] - self.W[centre]

    def slopes(self, g: Array) -> Array:
        """Divide gradients of the distances by these; 0 where rows are near."""
        slopes: Array = np.zeros(g.shape, self.values.dtype)
        np.divide(g, self.values, out=slopes, where=~self.is_near)
        return slopes

    def directions(self, centre: int, rows: Array, differences: Array) -> Array:
        """Differences of rows and a centre divided by their distance; 0 if there is none."""
        lengths = self.values[rows, centre][:, np.newaxis]
        directions: Array = np.zeros_like(differences)
        np.divide(differences, lengths, out=directions, where=lengths > 0)
        return directions
