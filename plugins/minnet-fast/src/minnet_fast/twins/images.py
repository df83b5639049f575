"""Twins of the layers of minnet-conv.

They compute ``(channels, height, width, batch)``, as images lie in memory behind a convolution; a sequence is an image
of one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

import minnet_conv as of
from minnet_core import Affine, Array, Module, ShapeError

from .. import kernels
from ..loading import computed
from .planes import LEAST_BATCH, arranged, images, outline, planes, weights
from .transposed_convolutions import TRANSPOSED

if TYPE_CHECKING:
    _Base = of.Conv2d
else:
    _Base = object


class _Convolution(_Base):
    """What is alike for images and sequences, before the base class of either."""

    def updateOutput(self, input: Array) -> Array:
        output = _convolved(self, input)
        if output is None:
            return super().updateOutput(arranged(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = _convolved_back(self, input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, arranged(gradOutput))
        self.gradInput = gradInput
        return gradInput

    def backward(self, input: Array, gradOutput: Array) -> Array:
        gradInput: Array = super().backward(input, arranged(gradOutput))  # of which both gradients are made
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        if not _add_gradients(self, input, gradOutput):
            super().accGradParameters(arranged(input), arranged(gradOutput))

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
        x = planes(input) if input.ndim == 4 else None
        if x is None:
            return super().updateOutput(input)
        y = np.empty((x.shape[0], *self.windows.counts(self, input), x.shape[3]), np.float32)
        if kernels.max_pool(x, *_numbers_of(self.windows), y) is None:
            return super().updateOutput(input)
        self.output = images(y, input.ndim)
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        is_taken = input.ndim == 4 and len(input) >= LEAST_BATCH
        x, g = (planes(input), planes(gradOutput)) if is_taken else (None, None)
        if x is None or g is None:
            return super().updateGradInput(input, gradOutput)
        h = np.empty(x.shape, np.float32)
        if kernels.max_pool_back(x, g, *_numbers_of(self.windows), h) is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = images(h, input.ndim)
        return self.gradInput


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
    if geometry is None or (x := planes(input)) is None:
        return None
    try:
        rows, columns = layer.footprint.counts((x.shape[1], x.shape[2]))
    except ShapeError:
        return None
    b = np.zeros(len(layer.W), np.float32) if layer.b is None else layer.b
    y = np.empty((len(layer.W), rows, columns, len(input)), np.float32)
    is_done = kernels.convolution(x, weights(layer.W), b, *geometry, y)
    return None if is_done is None else images(y, input.ndim)


def _convolved_back(layer: of.Conv2d, input: Array, gradOutput: Array) -> Array | None:
    geometry = _geometry(layer, input, gradOutput)
    if geometry is None or input.dtype != np.float32 or (g := planes(gradOutput)) is None:
        return None
    lengths = input.shape[2:] if input.ndim == 4 else (1, *input.shape[2:])
    h = np.empty((*input.shape[1:2], *lengths, len(input)), np.float32)
    is_done = kernels.convolution_back(g, weights(layer.W), *geometry, h)
    return None if is_done is None else images(h, input.ndim)


def _add_gradients(layer: of.Conv2d, input: Array, gradOutput: Array) -> bool:
    geometry = _geometry(layer, input, gradOutput)
    if geometry is None or (x := planes(input)) is None or (g := planes(gradOutput)) is None:
        return False
    if layer.gradW.shape != layer.W.shape:
        return False
    if kernels.convolution_weights(x, g, *geometry, weights(layer.gradW)) is None:
        return False
    if layer.gradb is not None and kernels.channel_sums(g, layer.gradb) is None:
        layer.gradb += g.sum((1, 2, 3))
    return True


def _numbers_of(windows: Any) -> tuple[int, ...]:
    return (*windows.kernel_size, *windows.stride, *windows.padding, *windows.dilation)


class AdaptiveAvgPool2d(of.AdaptiveAvgPool2d):
    """Twin of `minnet_conv.AdaptiveAvgPool2d`: NumPy computes, of images that are laid for it in C.

    Those that are cut in equal windows are left as they lie: these are few steps over the whole image.
    """

    STANDS_FOR = of.AdaptiveAvgPool2d

    def updateOutput(self, input: Array) -> Array:
        return super().updateOutput(input if _is_divisible(input, self.output_size) else arranged(input))

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        if _is_divisible(input, self.output_size):
            return super().updateGradInput(input, gradOutput)
        return super().updateGradInput(outline(input), arranged(gradOutput))


class AdaptiveMaxPool2d(of.AdaptiveMaxPool2d):
    """Twin of `minnet_conv.AdaptiveMaxPool2d`, of images that are cut in equal windows."""

    STANDS_FOR = of.AdaptiveMaxPool2d

    def updateOutput(self, input: Array) -> Array:
        numbers = self._numbers(input)
        x = None if numbers is None else planes(input)
        if x is None or numbers is None:
            return super().updateOutput(input)
        y = np.empty((x.shape[0], x.shape[1] // numbers[0], x.shape[2] // numbers[1], x.shape[3]), np.float32)
        if kernels.max_pool(x, *numbers, y) is None:
            return super().updateOutput(input)
        self.output = images(y, input.ndim)
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        numbers = self._numbers(input) if self.output is not None else None
        is_taken = numbers is not None and len(input) >= LEAST_BATCH and self.output.shape[:2] == input.shape[:2]
        x, g = (planes(input), planes(gradOutput)) if is_taken and gradOutput.ndim == 4 else (None, None)
        if x is None or g is None or numbers is None:
            return super().updateGradInput(input, gradOutput)
        h = np.empty(x.shape, np.float32)
        if kernels.max_pool_back(x, g, *numbers, h) is None:
            return super().updateGradInput(input, gradOutput)
        self.gradInput = images(h, input.ndim)
        return self.gradInput

    def _numbers(self, input: Array) -> tuple[int, ...] | None:
        """Window, stride, padding and dilation; None of windows of several sizes."""
        if not _is_divisible(input, self.output_size):
            return None
        counts = [size or length for size, length in zip(self.output_size, input.shape[2:], strict=True)]
        window = [length // count for length, count in zip(input.shape[2:], counts, strict=True)]
        return (*window, *window, 0, 0, 1, 1)


class ReflectionPad2d(of.ReflectionPad2d):
    """Twin of `minnet_conv.ReflectionPad2d`: NumPy computes, of images that are laid for it in C."""

    STANDS_FOR = of.ReflectionPad2d

    def updateOutput(self, input: Array) -> Array:
        return super().updateOutput(arranged(input))

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        return super().updateGradInput(outline(input), arranged(gradOutput))


def _is_divisible(input: Array, sizes: Sequence[int | None]) -> bool:
    """Whether images are cut in so many windows of one size, and have pixels."""
    if getattr(input, "ndim", 0) != 4 or not input.size:
        return False
    return all(length % (size or length) == 0 for length, size in zip(input.shape[2:], sizes, strict=True))


TWINS: Mapping[type[Module], type[Module]] = {
    twin.STANDS_FOR: twin
    for twin in (
        *(AdaptiveAvgPool2d, AdaptiveMaxPool2d, Conv1d, Conv2d, MaxPool2d, ReflectionPad2d, SameConv2d),
        *TRANSPOSED,
    )
}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
