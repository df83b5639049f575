"""`InverseHessian`: the inverse of a matrix of second derivatives, as the last steps tell it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from minnet_core import Array
from minnet_core.nn import Component


class InverseHessian(Component):
    r"""The matrix :math:`H` of BFGS, never written out: a multiple of the identity, with what pairs of vectors tell.

    Of each pair, :math:`s` is a step and :math:`y` the change of the gradient along it, and :math:`H y = s` for the
    last one.

    Attributes:
        steps, changes: the pairs, the last one last.
        products: the product :math:`s \cdot y` of each.
        scale: what the identity is multiplied by.

    >>> hessian = InverseHessian()
    >>> hessian.add(np.array([1.0, 0.0]), np.array([4.0, 0.0]), 5)
    >>> hessian.times(np.array([4.0, 0.0]))
    array([1., 0.])
    """

    def __init__(self) -> None:
        self.steps: list[Array] = []
        self.changes: list[Array] = []
        self.products: list[float] = []
        self.scale = 1.0

    def add(self, step: Array, change: Array, most: int) -> None:
        """Add a pair, unless the gradient has not grown along it, and keep the last ``most``."""
        product = float(np.dot(change, step))
        if not product > 1e-10:  # else the matrix would not stay positive
            return
        self.steps = [*self.steps, step][-most:]
        self.changes = [*self.changes, change][-most:]
        self.products = [*self.products, product][-most:]
        self.scale = product / float(np.dot(change, change))

    def times(self, vector: Array) -> Array:
        """Return the product with a vector, which takes its memory."""
        pairs = list(zip(self.steps, self.changes, self.products, strict=True))
        parts = []
        for step, change, product in reversed(pairs):
            parts.append(float(np.dot(step, vector)) / product)
            vector -= change * parts[-1]
        vector *= self.scale
        for (step, change, product), part in zip(pairs, reversed(parts), strict=True):
            vector += step * (part - float(np.dot(change, vector)) / product)
        return vector

    def copy(self, dtype: npt.DTypeLike) -> InverseHessian:
        """Return one of the same pairs, in a dtype; the arrays are shared if they have it."""
        other = InverseHessian()
        other.steps, other.changes = (
            [array.astype(dtype, copy=False) for array in arrays] for arrays in (self.steps, self.changes)
        )
        other.products, other.scale = list(self.products), self.scale
        return other
