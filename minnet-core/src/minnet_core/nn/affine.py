"""`Affine`: a scale and a shift for each feature, which is what many layers are in evaluation mode."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from attrs import field, frozen

from .arrays import Array, as_floating, at_least_double


def _numbers(value: Any) -> Array:
    """Copy, so that the value stays what it is when a parameter is trained further."""
    array = np.array(at_least_double(value))
    if array.dtype.kind != "f" or array.ndim > 1:
        raise ValueError(f"Affine: expected real numbers, one or one a feature, received {array.shape} {array.dtype}")
    array.setflags(write=False)
    return array


@frozen(eq=False)
class Affine:
    r"""The map of each feature :math:`j` by itself, :math:`y_j = s_j x_j + t_j`, in any dtype of at least float64.

    Like the layers that it describes, it makes floating numbers of integers.

    Attributes:
        scale, shift: :math:`s` and :math:`t`, each ``(n_feats,)``, or one number for all features, however many.
        axis: of the features; what it is does not matter where both are single numbers.

    >>> import numpy as np
    >>> Affine([2.0, 3.0], [0.0, 1.0])(np.array([[1.0, 1.0], [2.0, 2.0]]))
    array([[2., 4.],
           [4., 7.]])
    >>> Affine().is_identity
    True
    """

    scale: Array = field(default=1.0, converter=_numbers)
    shift: Array = field(default=0.0, converter=_numbers)
    axis: int = field(default=-1, kw_only=True, converter=operator.index)

    def __attrs_post_init__(self) -> None:
        if self.scale.ndim == self.shift.ndim == 1 and self.scale.shape != self.shift.shape:
            raise ValueError(
                f"Affine: expected as many scales as shifts, received {self.scale.size} and {self.shift.size}"
            )

    @property
    def n_feats(self) -> int | None:
        """How many features it is for; None if for any number of them."""
        return next((numbers.size for numbers in (self.scale, self.shift) if numbers.ndim), None)

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return bool(np.all(self.scale == 1) and np.all(self.shift == 0))

    def __call__(self, input: Array) -> Array:
        """Map an array; the result is rounded once, to the floating dtype of the array."""
        x = as_floating(input)
        return np.asarray(x * self._along(self.scale, x.ndim) + self._along(self.shift, x.ndim), x.dtype)

    def _along(self, numbers: Array, ndim: int) -> Array:
        shape = [1] * ndim
        if numbers.ndim:
            shape[self.axis] = numbers.size
        return numbers.reshape(shape)

    def then(self, after: Affine) -> Affine | None:
        r"""Compose: :math:`s'(sx + t) + t' = (s's)x + (s't + t')`.

        Returns:
            The composition; None if the two are known to be, or could be, for different features.
        """
        mine, its = (self.n_feats, self.axis), (after.n_feats, after.axis)
        if None not in (*mine, *its) and mine != its:
            return None
        axis = after.axis if self.n_feats is None else self.axis
        return Affine(after.scale * self.scale, after.scale * self.shift + after.shift, axis=axis)

    def of_features(self, n_feats: int, *, axis: int, ndim: int | None = None) -> tuple[Array, Array] | None:
        """Return scale and shift of ``n_feats`` features each, for a layer that absorbs them.

        Args:
            n_feats: how many features the layer's output has.
            axis: of the features in its output.
            ndim: how many axes its output has, if always the same: then -1 and ``ndim - 1`` are one axis.

        Returns:
            Two vectors; None if the map is for another axis or another number of features.
        """
        if self.n_feats is not None:
            axes = (self.axis, axis) if ndim is None else (_from_start(self.axis, ndim), _from_start(axis, ndim))
            if self.n_feats != n_feats or axes[0] != axes[1]:
                return None
        return np.broadcast_to(self.scale, (n_feats,)), np.broadcast_to(self.shift, (n_feats,))


def _from_start(axis: int, ndim: int) -> int:
    return axis + ndim if axis < 0 else axis
