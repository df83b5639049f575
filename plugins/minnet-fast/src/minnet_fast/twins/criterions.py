"""Twins of the criterions of minnet-criterions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import minnet_criterions as of
from minnet_core import Array, Criterion

from .. import kernels
from ..loading import computed

LEAST_BETA = 1e-30
"""What is larger, and its inverse, are in the range of float32."""

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


class HuberCriterion(of.HuberCriterion):
    """Twin of `minnet_criterions.HuberCriterion`."""

    STANDS_FOR = of.HuberCriterion

    def updateOutput(self, input: Array, target: Array) -> float:
        error = kernels.huber_error(input, target, self.delta)
        if error is None:
            return super().updateOutput(input, target)
        self.output = error * len(input) * _share(self.mean, input)
        return self.output

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradInput = _clipped_difference(input, target, self.delta, 1.0, self.mean)
        if gradInput is None:
            return super().updateGradInput(input, target)
        self.gradInput = gradInput
        return gradInput


class SmoothL1Criterion(of.SmoothL1Criterion):
    """Twin of `minnet_criterions.SmoothL1Criterion`, for a ``beta`` that float32 can be divided by."""

    STANDS_FOR = of.SmoothL1Criterion

    def updateOutput(self, input: Array, target: Array) -> float:
        error = kernels.huber_error(input, target, self.beta) if self.beta > LEAST_BETA else None
        if error is None:
            return super().updateOutput(input, target)
        self.output = error / self.beta * len(input) * _share(self.mean, input)
        return self.output

    def updateGradInput(self, input: Array, target: Array) -> Array:
        is_taken = self.beta > LEAST_BETA
        gradInput = _clipped_difference(input, target, self.beta, 1 / self.beta, self.mean) if is_taken else None
        if gradInput is None:
            return super().updateGradInput(input, target)
        self.gradInput = gradInput
        return gradInput


class CrossEntropyCriterion(of.CrossEntropyCriterion):
    """Twin of `minnet_criterions.CrossEntropyCriterion`, for a class of int64 for each sample, and nothing else."""

    STANDS_FOR = of.CrossEntropyCriterion

    def updateOutput(self, input: Array, target: Array) -> float:
        loss = kernels.cross_entropy(input, target) if self._is_plain(input) else None
        if loss is None:
            return super().updateOutput(input, target)
        self.output = loss
        return loss

    def updateGradInput(self, input: Array, target: Array) -> Array:
        gradInput = kernels.cross_entropy_back(input, target) if self._is_plain(input) else None
        if gradInput is None:
            return super().updateGradInput(input, target)
        self.gradInput = gradInput
        return gradInput

    def _is_plain(self, input: Array) -> bool:
        """Whether all classes count, and alike; an index that is ignored is out of range, which no kernel takes."""
        is_ignored = getattr(input, "ndim", 0) == 2 and 0 <= self.ignore_index < input.shape[1]
        return self.weights is None and self.label_smoothing == 0 and not is_ignored


class BCEWithLogitsCriterion(of.BCEWithLogitsCriterion):
    """Twin of `minnet_criterions.BCEWithLogitsCriterion`: the gradient, where all answers count alike."""

    STANDS_FOR = of.BCEWithLogitsCriterion

    def updateGradInput(self, input: Array, target: Array) -> Array:
        is_plain = self.weights is None and self.pos_weight is None and type(target) is np.ndarray
        is_alike = is_plain and target.dtype == np.float32 and target.shape == input.shape and input.size > 0
        gradient = kernels.sigmoid(input) if is_alike else None
        if gradient is None:
            return super().updateGradInput(input, target)
        gradient -= target
        gradient *= _share(self.mean, input)
        self.gradInput = gradient
        return gradient


def _share(mean: str, input: Array) -> float:
    return 1 / (len(input) if mean == "batch" else input.size)


def _clipped_difference(input: Array, target: Array, bound: float, factor: float, mean: str) -> Array | None:
    """The slope of Huber's loss, in its mean; None if no kernel takes the arrays."""
    if type(input) is not np.ndarray or not input.size:
        return None
    return kernels.huber_back(input, target, bound, factor * _share(mean, input))


TWINS: Mapping[type[Criterion], type[Criterion]] = {
    twin.STANDS_FOR: twin
    for twin in (
        *(BCEWithLogitsCriterion, ClassNLLCriterion, CrossEntropyCriterion),
        *(HuberCriterion, MSECriterion, SmoothL1Criterion),
    )
}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
