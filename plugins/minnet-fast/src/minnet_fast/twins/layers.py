"""Twins of the layers of minnet-layers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import minnet_layers as of
from minnet_core import Affine, Array, Module
from minnet_core.nn import parts_of_batch

from .. import kernels
from ..loading import computed
from .activations import ACTIVATIONS
from .gates import GATES
from .lookups import LOOKUPS
from .memory_order import by_elements
from .row_normalizations import ROW_NORMALIZATIONS

_LAST = (-1, 1)
"""The last axis of a matrix: kernels take no other."""


class Linear(of.Linear):
    """Twin of `minnet_layers.Linear`."""

    STANDS_FOR = of.Linear

    def updateOutput(self, input: Array) -> Array:
        output = kernels.product(input, self.W, False, True)
        if output is None or (self.b is not None and kernels.add_row(output, self.b, output) is None):
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = kernels.product(gradOutput, self.W, False, False)
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        sums = kernels.column_sums(gradOutput)
        if (
            sums is None
            or self.gradW.shape != self.W.shape
            or (self.gradb is not None and self.gradb.shape != sums.shape)
            or kernels.product(gradOutput, input, True, False, self.gradW) is None
        ):
            super().accGradParameters(input, gradOutput)
        elif self.gradb is not None:
            self.gradb += sums

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def absorb(self, affine: Affine) -> of.Linear | None:
        return super().absorb(affine)


class BatchNormalization(of.BatchNormalization):
    """Twin of `minnet_layers.BatchNormalization`, for features on the last axis of a matrix."""

    STANDS_FOR = of.BatchNormalization

    def updateOutput(self, input: Array) -> Array:
        if self.axis not in _LAST or parts_of_batch() is not None:
            return super().updateOutput(input)
        if not self.training:
            return self._evaluated(input)
        computed = kernels.batch_norm(input, self.EPS)
        if computed is None or (self.moving_mean is not None and self.moving_mean.size != input.shape[1]):
            return super().updateOutput(input)
        output, inverse_deviation, mean, variance = computed
        if len(input) > 1:
            self.move(mean, variance)
        self.inverse_deviation, self.output = inverse_deviation, output
        return self.output

    def _evaluated(self, input: Array) -> Array:
        mean, factor = self._constants()
        output = kernels.add_row(input, -mean)
        if output is None or kernels.scale_row(output, factor, output) is None:
            return super().updateOutput(input)
        self.inverse_deviation, self.output = None, output
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        if self.axis not in _LAST or parts_of_batch() is not None:
            return super().updateGradInput(input, gradOutput)
        if self.training:
            gradInput = kernels.batch_norm_back(self.output, gradOutput, self.inverse_deviation)
        else:
            gradInput = kernels.scale_row(gradOutput, self._constants()[1])
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return self.gradInput

    def as_affine(self) -> Affine:
        return super().as_affine()

    def _constants(self) -> tuple[Array, Array]:
        """The moving mean, and what a difference from it is multiplied by, in float32."""
        mean, variance = self._moving()
        return mean.astype(np.float32), (1 / np.sqrt(variance + self.EPS)).astype(np.float32)


class ChannelwiseScaling(of.ChannelwiseScaling):
    """Twin of `minnet_layers.ChannelwiseScaling`, for matrices."""

    STANDS_FOR = of.ChannelwiseScaling

    def updateOutput(self, input: Array) -> Array:
        output = kernels.scale_shift_row(input, self.gamma, self.beta)
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = kernels.scale_row(gradOutput, self.gamma)
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        dots, sums = kernels.column_dots(input, gradOutput), kernels.column_sums(gradOutput)
        if dots is None or sums is None or not self.gamma.shape == self.gradGamma.shape == dots.shape:
            super().accGradParameters(input, gradOutput)
        else:
            self.gradGamma += dots
            self.gradBeta += sums

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def as_affine(self) -> Affine:
        return super().as_affine()

    def absorb(self, affine: Affine) -> of.ChannelwiseScaling | None:
        return super().absorb(affine)


class Dropout(of.Dropout):
    """Twin of `minnet_layers.Dropout`, which draws the same, bit for bit."""

    STANDS_FOR = of.Dropout

    def updateOutput(self, input: Array) -> Array:
        if not self.training or self.p >= 1:
            return super().updateOutput(input)
        generator = self.rng.bit_generator
        with generator.lock:
            keep = kernels.draw_keep(generator.capsule, input, self.p)
        if keep is None:
            return super().updateOutput(input)
        mask = kernels.scaled_mask(keep, 1 / (1 - self.p))
        output = kernels.multiply(input, mask)
        assert mask is not None
        assert output is not None
        self.mask, self.output = mask, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = kernels.multiply(gradOutput, self.mask) if self.training else None
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput

    def as_affine(self) -> Affine:
        return super().as_affine()


class ReLU(of.ReLU):
    """Twin of `minnet_layers.ReLU`."""

    STANDS_FOR = of.ReLU

    def updateOutput(self, input: Array) -> Array:
        output = by_elements(kernels.relu, input)
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = by_elements(kernels.relu_back, input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class LeakyReLU(of.LeakyReLU):
    """Twin of `minnet_layers.LeakyReLU`."""

    STANDS_FOR = of.LeakyReLU

    def updateOutput(self, input: Array) -> Array:
        output = by_elements(kernels.leaky_relu, input, numbers=(self.slope,))
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = by_elements(kernels.leaky_relu_back, input, gradOutput, numbers=(self.slope,))
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class ELU(of.ELU):
    """Twin of `minnet_layers.ELU`."""

    STANDS_FOR = of.ELU

    def updateOutput(self, input: Array) -> Array:
        output = by_elements(kernels.elu, input, numbers=(self.alpha,))
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = by_elements(kernels.elu_back, input, gradOutput, numbers=(self.alpha,))
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class SoftPlus(of.SoftPlus):
    """Twin of `minnet_layers.SoftPlus`."""

    STANDS_FOR = of.SoftPlus

    def updateOutput(self, input: Array) -> Array:
        output = by_elements(kernels.soft_plus, input)
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = by_elements(kernels.soft_plus_back, input, self.output, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class SoftMax(of.SoftMax):
    """Twin of `minnet_layers.SoftMax`, along the rows of matrices."""

    STANDS_FOR = of.SoftMax

    def updateOutput(self, input: Array) -> Array:
        output = kernels.soft_max(input) if self.axis in _LAST else None
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = kernels.soft_max_back(self.output, gradOutput) if self.axis in _LAST else None
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class LogSoftMax(of.LogSoftMax):
    """Twin of `minnet_layers.LogSoftMax`, along the rows of matrices."""

    STANDS_FOR = of.LogSoftMax

    def updateOutput(self, input: Array) -> Array:
        self.exponentials = None  # type: ignore[assignment]  # so that the next ones may have their memory
        computed = kernels.log_soft_max(input) if self.axis in _LAST else None
        if computed is None:
            return super().updateOutput(input)
        output, exponentials, sums = computed
        self.exponentials, self.sums, self.output = exponentials, sums, output
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        is_rows = self.axis in _LAST
        gradInput = kernels.log_soft_max_back(self.exponentials, self.sums, gradOutput) if is_rows else None
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


TWINS: Mapping[type[Module], type[Module]] = {
    twin.STANDS_FOR: twin
    for twin in (
        *(BatchNormalization, ChannelwiseScaling, Dropout, ELU, LeakyReLU, Linear, LogSoftMax),
        *(ReLU, SoftMax, SoftPlus),
        *GATES,
        *ACTIVATIONS,
        *LOOKUPS,
        *ROW_NORMALIZATIONS,
    )
}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
