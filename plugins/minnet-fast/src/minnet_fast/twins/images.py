"""Twins of the layers of minnet-conv.

They compute ``(channels, height, width, batch)``, as images lie in memory behind a convolution; a sequence is an image
of one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import minnet_conv as of
from minnet_core import Array, Module

from .. import kernels
from ..loading import computed
from .convolutions import CONVOLUTIONS
from .planes import LEAST_BATCH, arranged, images, outline, planes
from .transposed_convolutions import TRANSPOSED


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
        *(AdaptiveAvgPool2d, AdaptiveMaxPool2d, MaxPool2d, ReflectionPad2d),
        *CONVOLUTIONS,
        *TRANSPOSED,
    )
}

for _twin in TWINS.values():
    _twin.accelerated_calls = staticmethod(computed)  # type: ignore[attr-defined]  # of which `examine_acceleration` asks
