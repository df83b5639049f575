"""Twins of transposed convolutions: each pass is another one of the convolution that they transpose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import minnet_conv as of
from minnet_core import Array

from .. import kernels
from .planes import LEAST_BATCH, arranged, images, planes, weights

if TYPE_CHECKING:
    _Base = of.ConvTranspose2d
else:
    _Base = object


class _ConvTranspose(_Base):
    """What is alike for images and sequences: each pass of a convolution is another one of what transposes it."""

    output_padding: tuple[int, ...]

    def updateOutput(self, input: Array) -> Array:
        output = _spread(self, input)
        if output is None:
            return super().updateOutput(arranged(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = _gathered(self, input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, arranged(gradOutput))
        self.gradInput = gradInput
        return gradInput

    def backward(self, input: Array, gradOutput: Array) -> Array:
        gradInput: Array = super().backward(input, arranged(gradOutput))  # of which both gradients are made
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        if not _add_transposed(self, input, gradOutput):
            super().accGradParameters(arranged(input), arranged(gradOutput))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)


class ConvTranspose1d(_ConvTranspose, of.ConvTranspose1d):
    """Twin of `minnet_conv.ConvTranspose1d`."""

    STANDS_FOR = of.ConvTranspose1d


class ConvTranspose2d(_ConvTranspose, of.ConvTranspose2d):
    """Twin of `minnet_conv.ConvTranspose2d`."""

    STANDS_FOR = of.ConvTranspose2d


def _of_transposed(layer: Any, input: Array) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Stride, padding and dilation, and the shape of the output; None where NumPy computes, or refuses the input."""
    footprint = layer.footprint
    if input.ndim != layer.W.ndim or input.shape[1] != len(layer.W) or len(input) < LEAST_BATCH:
        return None
    (top, bottom), (left, right) = footprint.padding
    if (top, left) != (bottom, right) or footprint.kernel_size == (1, 1):
        return None
    first = 4 - input.ndim
    lengths = [
        (length - 1) * stride - 2 * pads[0] + step * (size - 1) + more + 1
        for length, stride, pads, step, size, more in zip(
            input.shape[2:],
            footprint.stride[first:],
            footprint.padding[first:],
            footprint.dilation[first:],
            footprint.kernel_size[first:],
            layer.output_padding,
            strict=True,
        )
    ]
    if min(lengths) < 1:
        return None
    shape = (len(input), layer.W.shape[1] * footprint.groups, *lengths)
    return (*footprint.stride, top, left, *footprint.dilation), shape


def _empty_planes(shape: tuple[int, ...]) -> Array:
    batch, channels, *lengths = shape
    return np.empty((channels, *[1] * (2 - len(lengths)), *lengths, batch), np.float32)


def _spread(layer: Any, input: Array) -> Array | None:
    found = _of_transposed(layer, input)
    if found is None or (layer.b is not None and layer.b.dtype != np.float32) or (x := planes(input)) is None:
        return None
    y = _empty_planes(found[1])
    if kernels.convolution_back(x, weights(layer.W), *found[0], y) is None:
        return None
    if layer.b is not None:
        y += layer.b[:, np.newaxis, np.newaxis, np.newaxis]
    return images(y, input.ndim)


def _gathered(layer: Any, input: Array, gradOutput: Array) -> Array | None:
    found = _of_transposed(layer, input)
    if found is None or gradOutput.shape != found[1] or (g := planes(gradOutput)) is None:
        return None
    h = _empty_planes(input.shape)
    is_done = kernels.convolution(g, weights(layer.W), np.zeros(len(layer.W), np.float32), *found[0], h)
    return None if is_done is None else images(h, input.ndim)


def _add_transposed(layer: Any, input: Array, gradOutput: Array) -> bool:
    found = _of_transposed(layer, input)
    if found is None or gradOutput.shape != found[1] or layer.gradW.shape != layer.W.shape:
        return False
    if layer.gradb is not None and layer.gradb.shape != found[1][1:2]:
        return False
    if (x := planes(input)) is None or (g := planes(gradOutput)) is None:
        return False
    if kernels.convolution_weights(g, x, *found[0], weights(layer.gradW)) is None:
        return False
    if layer.gradb is not None and kernels.channel_sums(g, layer.gradb) is None:
        layer.gradb += g.sum((1, 2, 3))
    return True


TRANSPOSED = (ConvTranspose1d, ConvTranspose2d)
