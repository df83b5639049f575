"""Twins of transposed convolutions: each pass is another one of the convolution that they transpose."""

from __future__ import annotations

import numpy as np

import minnet_conv as of
from minnet_core import Array

from .. import kernels
from .convolution_twin import ConvolutionTwin
from .planes import LEAST_BATCH, images, planes, weights


class _ConvTranspose(ConvolutionTwin):
    """What is alike for images and sequences: each pass of a convolution is another one of what transposes it."""

    output_padding: tuple[int, ...]

    def output_in_c(self, input: Array) -> Array | None:
        found = self._of_transposed(input)
        if found is None or (self.b is not None and self.b.dtype != np.float32) or (x := planes(input)) is None:
            return None
        y = _empty_planes(found[1])
        if kernels.convolution_back(x, weights(self.W), *found[0], y) is None:
            return None
        if self.b is not None:
            y += self.b[:, np.newaxis, np.newaxis, np.newaxis]
        return images(y, input.ndim)

    def gradInput_in_c(self, input: Array, gradOutput: Array) -> Array | None:
        found = self._of_transposed(input)
        if found is None or gradOutput.shape != found[1] or (g := planes(gradOutput)) is None:
            return None
        h = _empty_planes(input.shape)
        is_done = kernels.convolution(g, weights(self.W), np.zeros(len(self.W), np.float32), *found[0], h)
        return None if is_done is None else images(h, input.ndim)

    def add_gradients_in_c(self, input: Array, gradOutput: Array) -> bool:
        found = self._of_transposed(input)
        if found is None or gradOutput.shape != found[1] or self.gradW.shape != self.W.shape:
            return False
        if self.gradb is not None and self.gradb.shape != found[1][1:2]:
            return False
        if (x := planes(input)) is None or (g := planes(gradOutput)) is None:
            return False
        if kernels.convolution_weights(g, x, *found[0], weights(self.gradW)) is None:
            return False
        if self.gradb is not None and kernels.channel_sums(g, self.gradb) is None:
            self.gradb += g.sum((1, 2, 3))
        return True

    def _of_transposed(self, input: Array) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """Stride, padding, dilation, and the shape of the output; None where NumPy computes, or refuses the input."""
        footprint = self.footprint
        if input.ndim != self.W.ndim or input.shape[1] != len(self.W) or len(input) < LEAST_BATCH:
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
                self.output_padding,
                strict=True,
            )
        ]
        if min(lengths) < 1:
            return None
        shape = (len(input), self.W.shape[1] * footprint.groups, *lengths)
        return (*footprint.stride, top, left, *footprint.dilation), shape


class ConvTranspose1d(_ConvTranspose, of.ConvTranspose1d):  # type: ignore[misc]  # whose attributes are those of Conv2d
    """Twin of `minnet_conv.ConvTranspose1d`."""

    STANDS_FOR = of.ConvTranspose1d


class ConvTranspose2d(_ConvTranspose, of.ConvTranspose2d):  # type: ignore[misc]  # whose attributes are those of Conv2d
    """Twin of `minnet_conv.ConvTranspose2d`."""

    STANDS_FOR = of.ConvTranspose2d


def _empty_planes(shape: tuple[int, ...]) -> Array:
    batch, channels, *lengths = shape
    return np.empty((channels, *[1] * (2 - len(lengths)), *lengths, batch), np.float32)


TRANSPOSED = (ConvTranspose1d, ConvTranspose2d)
