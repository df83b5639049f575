"""`Extremum`: what the largest and the smallest of arrays have in common."""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

import numpy as np

from minnet_core import Array, Module, expect_shape
from minnet_core.nn import as_floating

from ..tensors import expect_arrays


class Extremum(Module):
    """Takes one number of each place of the arrays of a table, by ``CHOOSE``; its gradient goes to the array it is of.

    Where several arrays hold it, the first has the gradient; a nan is chosen before any number.
    """

    CHOOSE: ClassVar[np.ufunc]

    def updateOutput(self, input: tuple[Array, ...]) -> Array:
        arrays = expect_arrays(self, input)
        output: Array = reduce(self.CHOOSE, arrays[1:], arrays[0].copy())
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, ...], gradOutput: Array) -> tuple[Array, ...]:
        arrays = expect_arrays(self, input)
        expect_shape(self, gradOutput, arrays[0].shape, "gradOutput")
        g, chosen = as_floating(gradOutput), reduce(self.CHOOSE, arrays)
        is_open = np.ones(chosen.shape, bool)  # where none of the arrays so far holds it
        gradients = []
        for array in arrays:
            is_of_array = is_open & ((array == chosen) | (array != array))  # nan, which is no number, equals nothing
            gradients.append(_kept(g, is_of_array))
            is_open &= ~is_of_array
        gradInput = tuple(gradients)
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput


def _kept(g: Array, mask: Array) -> Array:
    """The numbers that the mask keeps, and 0: a product, as ``where`` takes 16 times as long to guess at each place."""
    if np.isfinite(g).all():  # infinity * 0 would be nan
        kept: Array = np.multiply(mask, g, dtype=g.dtype)
        return kept
    return np.where(mask, g, g.dtype.type(0))
