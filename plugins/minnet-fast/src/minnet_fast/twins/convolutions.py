"""Twins of convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

import minnet_conv as of
from minnet_core import Affine, Array, ShapeError

from .. import kernels
from .convolution_twin import ConvolutionTwin
from .planes import LEAST_BATCH, images, planes, weights


class _Convolution(ConvolutionTwin):
    """What is alike for images and sequences, before the base class of either."""

    def output_in_c(self, input: Array) -> Array | None:
        geometry, x = self._geometry(input), None
        if geometry is None or (x := planes(input)) is None:
            return None
        try:
            rows, columns = self.footprint.counts((x.shape[1], x.shape[2]))
        except ShapeError:
            return None
        b = np.zeros(len(self.W), np.float32) if self.b is None else self.b
        y = np.empty((len(self.W), rows, columns, len(input)), np.float32)
        is_done = kernels.convolution(x, weights(self.W), b, *geometry, y)
        return None if is_done is None else images(y, input.ndim)

    def gradInput_in_c(self, input: Array, gradOutput: Array) -> Array | None:
        geometry = self._geometry(input, gradOutput)
        if geometry is None or input.dtype != np.float32 or (g := planes(gradOutput)) is None:
            return None
        lengths = input.shape[2:] if input.ndim == 4 else (1, *input.shape[2:])
        h = np.empty((*input.shape[1:2], *lengths, len(input)), np.float32)
        is_done = kernels.convolution_back(g, weights(self.W), *geometry, h)
        return None if is_done is None else images(h, input.ndim)

    def add_gradients_in_c(self, input: Array, gradOutput: Array) -> bool:
        geometry = self._geometry(input, gradOutput)
        if geometry is None or (x := planes(input)) is None or (g := planes(gradOutput)) is None:
            return False
        if self.gradW.shape != self.W.shape:
            return False
        if kernels.convolution_weights(x, g, *geometry, weights(self.gradW)) is None:
            return False
        if self.gradb is not None and kernels.channel_sums(g, self.gradb) is None:
            self.gradb += g.sum((1, 2, 3))
        return True

    def absorb(self, affine: Affine) -> Any:
        return super().absorb(affine)

    def _geometry(self, *images: Array) -> tuple[int, ...] | None:
        """Stride, padding and dilation; None where NumPy computes, or refuses the input, which comes first.

        It computes the gradients of few samples, their output for strides, and for any number of them where the padding
        is other than zeros, and for kernels of one number, which are products.
        """
        footprint = self.footprint
        if images[0].ndim != self.W.ndim or images[0].shape[1] != self.W.shape[1] * footprint.groups:
            return None
        (top, bottom), (left, right) = footprint.padding
        if (
            (len(images[0]) < LEAST_BATCH and (len(images) > 1 or footprint.stride != (1, 1)))
            or (top, left) != (bottom, right)
            or (footprint.mode != "zeros" and top + left)
            or footprint.kernel_size == (1, 1)
        ):
            return None
        return (*footprint.stride, top, left, *footprint.dilation)


class Conv1d(_Convolution, of.Conv1d):  # type: ignore[misc]  # whose attributes are those of Conv2d
    """Twin of `minnet_conv.Conv1d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.Conv1d


class Conv2d(_Convolution, of.Conv2d):
    """Twin of `minnet_conv.Conv2d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.Conv2d


class SameConv2d(_Convolution, of.SameConv2d):
    """Twin of `minnet_conv.SameConv2d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.SameConv2d


CONVOLUTIONS = (Conv1d, Conv2d, SameConv2d)
