"""Twins of the criterions of minnet-criterions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import minnet_criterions as of
from minnet_core import Array, Criterion

from .. import kernels
from ..loading import computed

LARGE = 1 << 19
"""Elements from which on NumPy is faster to make zeros: the system has pages of them."""


class ClassNLLCriterion(of.ClassNLLCriterion):
    """Twin of `minnet_criterions.ClassNLLCriterion`, for classes of int64, and for weights."""

    STANDS_FOR = of.ClassNLLCriterion

    def updateOutput(self, input: Array, target: Array) -> float:
        chosen = kernels.nll(input, target)
        loss = kernels.weighted_nll(input, target) if chosen is None else chosen[0]
        if loss is None:
            return super().updateOutput(input, target)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        if (chosen := kernels.nll(input, target)) is not None:
            gradInput = kernels.nll_back(chosen[1], input) if input.size < LARGE else None
        else:
            is_alike = input.dtype == np.float32 and input.shape == getattr(target, "shape", None)
            gradInput = kernels.weighted_nll_back(target) if is_alike else None
        if gradInput is None:
            return super().updateGradInput(input, target)
        self.gradInput = gradInput
        return gradInput


class MSECriterion(of.MSECriterion):
    """Twin of `minnet_criterions.MSECriterion`, of means over the batch."""

    STANDS_FOR = of.MSECriterion

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = kernels.squared_error(input, target) if self.mean == "batch" else None
        if loss is None:
            return super().updateOutput(input, target)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        computed = kernels.mse(input, target) if self.mean == "batch" else None
        if computed is None:
            return super().updateGradInput(input, target)
        self.gradInput = computed[0]
        return self.gradInput


TWINS: Mapping[type[Criterion], type[Criterion]] = {twin.STANDS_FOR: twin for twin in (ClassNLLCriterion, MSECriterion)}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
