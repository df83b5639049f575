"""Twins of the layers of minnet-conv.

They compute ``(channels, height, width, batch)``, as images lie in memory behind a convolution; a sequence is an image
of one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

import minnet_conv as of
from minnet_core import Affine, Array, Module, ShapeError

from .. import kernels
from ..loading import computed

LEAST_BATCH = 16
"""Samples that fill a vector, of whatever variant: with fewer, gradients are faster in NumPy."""

if TYPE_CHECKING:
    _Base = of.Conv2d
else:
    _Base = object


class _Convolution(_Base):
    """What is alike for images and sequences, before the base class of either."""

    def updateOutput(self, input: Array) -> Array:
        output = _convolved(self, input)
        if output is None:
            return super().updateOutput(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = _convolved_back(self, input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = gradInput
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        if not _add_gradients(self, input, gradOutput):
            super().accGradParameters(input, gradOutput)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def absorb(self, affine: Affine) -> Any:
        return super().absorb(affine)


class Conv1d(_Convolution, of.Conv1d):  # type: ignore[misc]  # whose attributes are those of Conv2d
    """Twin of `minnet_conv.Conv1d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.Conv1d


class Conv2d(_Convolution, of.Conv2d):
    """Twin of `minnet_conv.Conv2d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.Conv2d


class SameConv2d(_Convolution, of.SameConv2d):
    """Twin of `minnet_conv.SameConv2d`; its gradients for 16 samples and more."""

    STANDS_FOR = of.SameConv2d


class MaxPool2d(of.MaxPool2d):
    """Twin of `minnet_conv.MaxPool2d`; its gradient for 16 images and more."""

    STANDS_FOR = of.MaxPool2d

    def updateOutput(self, input: Array) -> Array:
        x = _planes(input) if input.ndim == 4 else None
        if x is None:
            return super().updateOutput(input)
        y = np.empty((x.shape[0], *self.windows.counts(self, input), x.shape[3]), np.float32)
        if kernels.max_pool(x, *_numbers_of(self.windows), y) is None:
            return super().updateOutput(input)
        self.output = _images(y, input.ndim)
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        is_taken = input.ndim == 4 and len(input) >= LEAST_BATCH
        x, g = (_planes(input), _planes(gradOutput)) if is_taken else (None, None)
        if x is None or g is None:
            return super().updateGradInput(input, gradOutput)
        h = np.empty(x.shape, np.float32)
        if kernels.max_pool_back(x, g, *_numbers_of(self.windows), h) is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = _images(h, input.ndim)
        return self.gradInput


def _planes(x: Array) -> Array | None:
    """Lay images with the batch innermost, by a copy if need be; None for what is none of float32."""
    if type(x) is not np.ndarray or x.dtype != np.float32 or x.ndim not in (3, 4):
        return None
    if x.ndim == 3:
        x = x[:, :, np.newaxis]
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0))


def _images(planes: Array, ndim: int) -> Array:
    x: Array = planes.transpose(3, 0, 1, 2)
    return x[:, :, 0] if ndim == 3 else x


def _weights(W: Array) -> Array:
    return W[:, :, np.newaxis] if W.ndim == 3 else W


def _geometry(layer: of.Conv2d, *images: Array) -> tuple[int, ...] | None:
    """Stride, padding and dilation; None where NumPy computes, or refuses the input, which comes first.

    It computes the gradients of few samples, their output for strides, and for any number of them where the padding is
    other than zeros, and for kernels of one number, which are products.
    """
    footprint = layer.footprint
    if images[0].ndim != layer.W.ndim or images[0].shape[1] != layer.W.shape[1] * footprint.groups:
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


def _convolved(layer: of.Conv2d, input: Array) -> Array | None:
    geometry, x = _geometry(layer, input), None
    if geometry is None or (x := _planes(input)) is None:
        return None
    try:
        rows, columns = layer.footprint.counts((x.shape[1], x.shape[2]))
    except ShapeError:
        return None
    b = np.zeros(len(layer.W), np.float32) if layer.b is None else layer.b
    y = np.empty((len(layer.W), rows, columns, len(input)), np.float32)
    is_done = kernels.convolution(x, _weights(layer.W), b, *geometry, y)
    return None if is_done is None else _images(y, input.ndim)


def _convolved_back(layer: of.Conv2d, input: Array, gradOutput: Array) -> Array | None:
    geometry = _geometry(layer, input, gradOutput)
    if geometry is None or input.dtype != np.float32 or (g := _planes(gradOutput)) is None:
        return None
    lengths = input.shape[2:] if input.ndim == 4 else (1, *input.shape[2:])
    h = np.empty((*input.shape[1:2], *lengths, len(input)), np.float32)
    is_done = kernels.convolution_back(g, _weights(layer.W), *geometry, h)
    return None if is_done is None else _images(h, input.ndim)


def _add_gradients(layer: of.Conv2d, input: Array, gradOutput: Array) -> bool:
    geometry = _geometry(layer, input, gradOutput)
    if geometry is None or (x := _planes(input)) is None or (g := _planes(gradOutput)) is None:
        return False
    if layer.gradW.shape != layer.W.shape:
        return False
    if kernels.convolution_weights(x, g, *geometry, _weights(layer.gradW)) is None:
        return False
    if layer.gradb is not None and kernels.channel_sums(g, layer.gradb) is None:
        layer.gradb += g.sum((1, 2, 3))
    return True


def _numbers_of(windows: Any) -> tuple[int, ...]:
    return (*windows.kernel_size, *windows.stride, *windows.padding, *windows.dilation)


TWINS: Mapping[type[Module], type[Module]] = {twin.STANDS_FOR: twin for twin in (Conv1d, Conv2d, MaxPool2d, SameConv2d)}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
