"""`Value`: an array of a table, before it has memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..nn import Array
from .definition import Late
from .errors import NoOperationsError


class Value:
    """What a row takes or makes.

    Attributes:
        shape: of the array.
        dtype: of the array.
        array: the array, where it is known: a parameter, a gradient.
        late: what holds the array of a step, if this is the input or the target.
        base: the value of which this is a view; None if it is none.
        planes: ``(channels, ..., batch)`` of which this is the view ``(batch, channels, ...)``, as images lie in memory
            behind a convolution; None if it lies in memory in the order of its axes.
        is_trained: whether it depends on parameters, so that its gradient is needed.
    """

    __slots__ = ("_view", "array", "base", "dtype", "is_trained", "late", "planes", "shape")

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        *,
        array: Array | None = None,
        late: Late | None = None,
        is_trained: bool = False,
    ) -> None:
        self.shape, self.dtype, self.array, self.late, self.is_trained = shape, np.dtype(dtype), array, late, is_trained
        self.base: Value | None = None
        self.planes: Value | None = None
        self._view: Callable[[Array], Array] | None = None

    @property
    def root(self) -> Value:
        """The value that has the memory of this one."""
        return self if self.base is None else self.base.root

    @property
    def T(self) -> Value:  # as NumPy calls it
        """The transposed view of a matrix."""
        return self._viewed(self.shape[::-1], np.transpose)

    def reshape(self, *shape: int) -> Value:
        """A view of another shape.

        Raises:
            NoOperationsError: if it lies in memory in another order than that of its axes.
        """
        if shape == self.shape:
            return self
        if self.planes is not None:
            raise NoOperationsError("its input lies in memory with the batch innermost")
        return self._viewed(shape, lambda array: array.reshape(shape))

    def rows(self) -> Value:
        """A view with a row for each sample; or for each channel, if the samples of a place lie side by side."""
        if self.planes is not None:
            return self.planes.rows()
        return self.reshape(self.shape[0], int(np.prod(self.shape[1:])))

    def like(self, other: Value) -> Value:
        """A view in the shape of another value, in whose memory order this one's elements are."""
        planes = other.planes
        return self.reshape(*other.shape) if planes is None else self.reshape(*planes.shape).batch_first()

    def batch_first(self) -> Value:
        """View ``(channels, ..., batch)`` as ``(batch, channels, ...)``."""
        viewed = self._viewed((self.shape[-1], *self.shape[:-1]), lambda array: np.moveaxis(array, -1, 0))
        viewed.planes = self
        return viewed

    def moved_to(self, root: Value) -> Value:
        """The same view of another root."""
        if self.base is None or self._view is None:
            return root
        moved = Value(self.shape, self.dtype, is_trained=self.is_trained)
        moved.base, moved._view = self.base.moved_to(root), self._view
        moved.planes = self.planes and self.planes.moved_to(root)
        return moved

    def resolve(self, memory: dict[Value, Array]) -> Array | Late:
        """Return the array, or what holds it in a step; ``memory`` has those of other roots, and goes before."""
        if self.base is None or self._view is None:
            if self in memory:
                return memory[self]
            return self.late or self.array  # type: ignore[return-value]  # one of the two is there
        array = self.base.resolve(memory)
        assert not isinstance(array, Late)  # of which no operation takes a view
        return self._view(array)

    def _viewed(self, shape: tuple[int, ...], view: Callable[[Array], Array]) -> Value:
        viewed = Value(shape, self.dtype, is_trained=self.is_trained)
        viewed.base, viewed._view = self, view
        return viewed
