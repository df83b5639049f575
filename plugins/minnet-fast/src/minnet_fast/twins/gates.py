"""Twins of activations that gate their input."""

from __future__ import annotations

import minnet_layers as of
from minnet_core import Array

from .. import kernels
from .memory_order import by_elements

KEPT = 4 << 20
"""Bytes of a gate from which on no cache holds it until the backward pass."""


class GELU(of.GELU):
    """Twin of `minnet_layers.GELU`."""

    STANDS_FOR = of.GELU

    def updateOutput(self, input: Array) -> Array:
        by_tanh = float(self.approximate == "tanh")
        if self.training:
            both = by_elements(kernels.gelu_with_slope, input, numbers=(by_tanh,))
            output, slope = (None, None) if both is None else both
        else:
            output, slope = by_elements(kernels.gelu, input, numbers=(by_tanh,)), None
        if output is None:
            return super().updateOutput(input)
        self.slope, self.output = slope, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        slope = self.slope if self.training else None
        gradInput = None if slope is None else by_elements(kernels.multiply, gradOutput, slope)
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class Sigmoid(of.Sigmoid):
    """Twin of `minnet_layers.Sigmoid`."""

    STANDS_FOR = of.Sigmoid

    def updateOutput(self, input: Array) -> Array:
        output = by_elements(kernels.sigmoid, input)
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = by_elements(kernels.sigmoid_back, self.output, gradOutput)
        if gradInput is None or input.shape != gradInput.shape:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


class SiLU(of.SiLU):
    """Twin of `minnet_layers.SiLU`: the gradient computes a large gate anew, which takes less time than to read it."""

    STANDS_FOR = of.SiLU

    def updateOutput(self, input: Array) -> Array:
        is_kept = self.training and getattr(input, "nbytes", 0) <= KEPT
        gate = by_elements(kernels.sigmoid, input) if is_kept else None
        output = by_elements(kernels.silu, input) if gate is None else by_elements(kernels.multiply, input, gate)
        if output is None:
            return super().updateOutput(input)
        self.gate, self.output = gate, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gate = self.gate if self.training else None
        if gate is None:
            gradInput = by_elements(kernels.silu_gradient, input, gradOutput)
        else:
            gradInput = by_elements(kernels.silu_back, input, gate, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput


GATES = (GELU, Sigmoid, SiLU)
