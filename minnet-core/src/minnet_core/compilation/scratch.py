"""`Scratch`: memory that operations share, since none needs it longer than its own calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..nn import Array


class Scratch:
    """Arrays to be used at once and then by others, and vectors of one number."""

    def __init__(self) -> None:
        self._memory: dict[int, Array] = {}
        self._filled: dict[tuple[float, np.dtype[Any]], Array] = {}

    def __call__(self, shape: tuple[int, ...], dtype: np.dtype[Any] | type, place: int = 0) -> Array:
        """Return an array with anything in it.

        Args:
            shape: of the array.
            dtype: of the array.
            place: arrays of one place share memory; an operation that needs two arrays at a time takes two places.
        """
        wanted = int(np.prod(shape)) * np.dtype(dtype).itemsize
        memory = self._memory.get(place)
        if memory is None or memory.size < wanted:  # those who have the old memory keep it
            memory = self._memory[place] = np.empty(max(wanted, 64), np.uint8)
        return memory[:wanted].view(dtype).reshape(shape)

    def filled(self, value: float, size: int, dtype: np.dtype[Any]) -> Array:
        """Return a vector of one number, not to be written to: SIMD loops need a vector, not the number."""
        vector = self._filled.get((value, dtype))
        if vector is None or vector.size < size:
            vector = self._filled[value, dtype] = np.full(size, value, dtype)
            vector.flags.writeable = False
        return vector[:size]
