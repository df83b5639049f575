"""Twins of activations that are two formulas, of an output and of a gradient: each says which kernels, and numbers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

import minnet_layers as of
from minnet_core import Array, Module

from .. import kernels
from .memory_order import by_elements


class Formulas(Module):
    """What these twins have in common: what a kernel computes is the result, and else that of the layer is."""

    STANDS_FOR: ClassVar[type[Module]]

    def updateOutput(self, input: Array) -> Array:
        output = self.computed(input)
        if output is None:
            return super().updateOutput(input)  # type: ignore[no-any-return]  # of arrays, an array
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = self.computed_back(input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)  # type: ignore[no-any-return]  # likewise
        self.gradInput = gradInput
        return gradInput

    def computed(self, x: Array) -> Array | None:
        """The output; None if no kernel takes the input."""
        raise NotImplementedError

    def computed_back(self, x: Array, g: Array) -> Array | None:
        """The gradient of the input; None if no kernel takes the arrays."""
        raise NotImplementedError


class HardTanh(Formulas, of.HardTanh):
    """Twin of `minnet_layers.HardTanh`."""

    STANDS_FOR: ClassVar[type[Module]] = of.HardTanh  # or, as its twin is one of these, `minnet_layers.ReLU6`

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.clip, x, numbers=(self.min_val, self.max_val))

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.keep_between, x, g, numbers=(self.min_val, self.max_val))


class ReLU6(HardTanh, of.ReLU6):
    """Twin of `minnet_layers.ReLU6`."""

    STANDS_FOR = of.ReLU6


class HardSigmoid(Formulas, of.HardSigmoid):
    """Twin of `minnet_layers.HardSigmoid`."""

    STANDS_FOR = of.HardSigmoid

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.hard_sigmoid, x)

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.hard_sigmoid_back, x, g)


class HardSwish(Formulas, of.HardSwish):
    """Twin of `minnet_layers.HardSwish`."""

    STANDS_FOR = of.HardSwish

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.hard_swish, x)

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.hard_swish_back, x, g)


class HardShrink(Formulas, of.HardShrink):
    """Twin of `minnet_layers.HardShrink`."""

    STANDS_FOR = of.HardShrink

    def computed(self, x: Array) -> Array | None:
        return self.computed_back(x, x)

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.keep_beyond, x, g, numbers=(-self.lambd, self.lambd))


class SoftShrink(Formulas, of.SoftShrink):
    """Twin of `minnet_layers.SoftShrink`."""

    STANDS_FOR = of.SoftShrink

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.soft_shrink, x, numbers=(self.lambd,))

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.keep_beyond, x, g, numbers=(-self.lambd, self.lambd))


class Threshold(Formulas, of.Threshold):
    """Twin of `minnet_layers.Threshold`."""

    STANDS_FOR = of.Threshold

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.threshold, x, numbers=(self.threshold, self.value))

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.keep_beyond, x, g, numbers=(-np.inf, self.threshold))


class CELU(Formulas, of.CELU):
    """Twin of `minnet_layers.CELU`."""

    STANDS_FOR = of.CELU

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.scaled_elu, x, numbers=(self.alpha, 1.0, self.alpha))

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.scaled_elu_back, x, g, numbers=(self.alpha, 1.0, self.alpha))


class SELU(Formulas, of.SELU):
    """Twin of `minnet_layers.SELU`."""

    STANDS_FOR = of.SELU

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.scaled_elu, x, numbers=(self.alpha, self.SCALE, 1.0))

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.scaled_elu_back, x, g, numbers=(self.alpha, self.SCALE, 1.0))


class LogSigmoid(Formulas, of.LogSigmoid):
    """Twin of `minnet_layers.LogSigmoid`, which has its errors where there was no output yet."""

    STANDS_FOR = of.LogSigmoid

    def computed(self, x: Array) -> Array | None:
        return by_elements(kernels.log_sigmoid, x)

    def computed_back(self, x: Array, g: Array) -> Array | None:
        is_known = getattr(self.output, "shape", None) == x.shape
        return by_elements(kernels.log_sigmoid_back, x, g) if is_known else None


class Mish(Formulas, of.Mish):
    """Twin of `minnet_layers.Mish`, which keeps nothing from one pass to the other."""

    STANDS_FOR = of.Mish

    def computed(self, x: Array) -> Array | None:
        self.gate = None
        return by_elements(kernels.mish, x)

    def computed_back(self, x: Array, g: Array) -> Array | None:
        return by_elements(kernels.mish_back, x, g)


class SoftMin(Formulas, of.SoftMin):
    """Twin of `minnet_layers.SoftMin`, along the rows of matrices."""

    STANDS_FOR = of.SoftMin

    def computed(self, x: Array) -> Array | None:
        is_matrix = self.axis in (-1, 1) and x.ndim == 2 and x.dtype == np.float32
        return kernels.soft_max(-x) if is_matrix else None

    def computed_back(self, x: Array, g: Array) -> Array | None:
        is_known = self.axis in (-1, 1) and getattr(self.output, "shape", None) == x.shape
        h = kernels.soft_max_back(self.output, g) if is_known else None
        return None if h is None else np.negative(h, out=h)


ACTIVATIONS = (
    *(CELU, HardShrink, HardSigmoid, HardSwish, HardTanh, LogSigmoid, Mish, ReLU6, SELU, SoftMin, SoftShrink),
    *(Threshold,),
)
