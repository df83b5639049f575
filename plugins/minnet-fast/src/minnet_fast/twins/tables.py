"""Twins of the layers of minnet-tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

import minnet_tables as of
from minnet_core import Array, Module

from .. import kernels
from ..loading import computed


class Transpose(of.Transpose):
    """Twin of `minnet_tables.Transpose`, where axes that follow each other change places with the last ones."""

    STANDS_FOR = of.Transpose

    def updateOutput(self, input: Array) -> Array:
        output = _permuted(input, self._order(input))
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        order = self._order(input)
        is_alike = getattr(gradOutput, "shape", None) == tuple(input.shape[axis] for axis in order)
        gradInput = _permuted(gradOutput, np.argsort(order).tolist()) if is_alike else None
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


def _permuted(array: Array, order: Sequence[int]) -> Array | None:
    """An array with its axes in another order; None if no kernel takes it."""
    if type(array) is not np.ndarray or array.dtype != np.float32 or not array.flags.c_contiguous:
        return None
    first = next((axis for axis, taken in enumerate(order) if axis != taken), None)
    if first is None:
        return None
    middle = order[first]
    if [*order[first:]] != [*range(middle, array.ndim), *range(first, middle)]:
        return None
    lead, shape = array.shape[:first], tuple(array.shape[axis] for axis in order)
    matrices = array.reshape(*lead, int(np.prod(array.shape[first:middle])), -1) if array.size else array
    turned = kernels.transposed(matrices)
    return None if turned is None else turned.reshape(shape)


TWINS: Mapping[type[Module], type[Module]] = {Transpose.STANDS_FOR: Transpose}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
