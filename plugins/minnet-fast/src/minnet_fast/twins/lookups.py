"""Twins of layers that look up rows of a table: what is added, forward or backward, is added in C."""

from __future__ import annotations

from typing import Any

import numpy as np

import minnet_layers as of
from minnet_core import Array
from minnet_core.nn import Tensor

from .. import kernels


class Embedding(of.Embedding):
    """Twin of `minnet_layers.Embedding`, whose gradients it adds; rows are looked up by NumPy, which copies as fast."""

    STANDS_FOR = of.Embedding

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        rows = _integers(input)
        if rows is None or getattr(gradOutput, "shape", None) != (*input.shape, self.W.shape[1]):
            super().accGradParameters(input, gradOutput)
            return
        places, rows = _without(self.padding_idx, np.arange(rows.size), rows)
        g = gradOutput.reshape(-1, self.W.shape[1])
        if self.gradW.shape != self.W.shape or kernels.add_rows(g, places, rows, self.gradW) is None:
            super().accGradParameters(input, gradOutput)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)


class EmbeddingBag(of.EmbeddingBag):
    """Twin of `minnet_layers.EmbeddingBag`, for sums and means."""

    STANDS_FOR = of.EmbeddingBag

    def updateOutput(self, input: Tensor) -> Array:
        bags = _bags(self, input)
        if bags is None:
            return super().updateOutput(input)
        rows, numbers, count = bags
        output: Array = np.zeros((count, self.W.shape[1]), np.float32)
        if kernels.add_rows(self.W, rows, numbers, output) is None:
            return super().updateOutput(input)
        if self.mode == "mean":
            output /= _sizes(numbers, count)
        self.output = output
        return output

    def accGradParameters(self, input: Tensor, gradOutput: Array) -> None:
        bags, g = _bags(self, input), gradOutput
        if bags is None or getattr(g, "shape", None) != (bags[2], self.W.shape[1]) or g.dtype != np.float32:
            super().accGradParameters(input, gradOutput)
            return
        rows, numbers, count = bags
        if self.mode == "mean":
            g = g / _sizes(numbers, count)
        if self.gradW.shape != self.W.shape or kernels.add_rows(g, numbers, rows, self.gradW) is None:
            super().accGradParameters(input, gradOutput)

    def backwardParameters(self, input: Tensor, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)


def _integers(array: Any) -> Array | None:
    """The integers of an array, one after the other; None if it holds others."""
    if type(array) is not np.ndarray or array.dtype.kind not in "iu":
        return None
    return np.ascontiguousarray(array.reshape(-1), np.int64)


def _without(padding: int | None, places: Array, rows: Array) -> tuple[Array, Array]:
    if padding is None:
        return places, rows
    is_kept = rows != padding
    return places[is_kept], rows[is_kept]


def _bags(layer: of.EmbeddingBag, input: Tensor) -> tuple[Array, Array, int] | None:
    """The rows that are looked up, the bag of each, and how many bags there are; None for what NumPy is to read."""
    indices = input[0] if isinstance(input, tuple) and len(input) == 2 else input
    rows = _integers(indices)
    if rows is None or layer.mode == "max":
        return None
    if not isinstance(input, tuple):
        if input.ndim != 2:
            return None
        count, sizes = input.shape
        numbers = np.repeat(np.arange(count), sizes)
    else:
        starts = _integers(input[1])
        if starts is None or not indices.ndim == input[1].ndim == 1 or not len(starts) or starts[0]:
            return None
        lengths, count = np.diff(starts, append=rows.size), len(starts)
        if lengths.min() < 0:
            return None
        numbers = np.repeat(np.arange(count), lengths)
    numbers, rows = _without(layer.padding_idx, numbers, rows)
    return rows, numbers, count


def _sizes(numbers: Array, count: int) -> Array:
    """How many rows each bag has, at least 1: what an empty bag is divided by."""
    sizes: Array = np.maximum(np.bincount(numbers, minlength=count), 1)[:, np.newaxis].astype(np.float32)
    return sizes


LOOKUPS = (Embedding, EmbeddingBag)
