"""Convolutions and transposed convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula
from minnet_core.nn import as_floating


def convolution(
    x: Array,
    W: Array,
    b: Array | None,
    stride: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
    groups: int,
    mode: str,
) -> Array:
    # y[n, o, h, w] = b[o] + the sum over c, i, j of W[o, c, i, j] times what it meets of x
    x = np.pad(x, ((0, 0), (0, 0), *padding), mode)
    spans = [step * (size - 1) + 1 for step, size in zip(dilation, W.shape[2:], strict=True)]
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, tuple(range(2, x.ndim)))
    windows = windows[(..., *(slice(None, None, step) for step in (*stride, *dilation)))]
    summed = (1, *range(x.ndim, windows.ndim))
    parts = [
        np.tensordot(part, weights, (summed, range(1, W.ndim)))
        for part, weights in zip(np.split(windows, groups, 1), np.split(W, groups), strict=True)
    ]
    y = np.moveaxis(np.concatenate(parts, -1), -1, 1)
    return y if b is None else y + b.reshape(-1, *[1] * (x.ndim - 2))


def transposed_convolution(
    x: Array,
    W: Array,
    b: Array | None,
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    groups: int,
    output_padding: tuple[int, ...],
) -> Array:
    x = as_floating(x)
    # each number of x puts W, times itself, into y: at i, j it meets y[stride * h + dilation * i, ...]
    kernel, counts = W.shape[2:], x.shape[2:]
    lengths = [
        (count - 1) * step + apart * (size - 1) + 1 + more
        for count, step, apart, size, more in zip(counts, stride, dilation, kernel, output_padding, strict=True)
    ]
    y = np.zeros((len(x), W.shape[1] * groups, *lengths), x.dtype)
    for place in np.ndindex(*kernel):
        parts = [
            np.tensordot(part, weights[(slice(None), slice(None), *place)], (1, 0))
            for part, weights in zip(np.split(x, groups, 1), np.split(W, groups), strict=True)
        ]
        met = [
            slice(apart * i, apart * i + step * (count - 1) + 1, step)
            for apart, i, step, count in zip(dilation, place, stride, counts, strict=True)
        ]
        y[(slice(None), slice(None), *met)] += np.moveaxis(np.concatenate(parts, -1), -1, 1)
    y = y[(..., *(slice(pad, length - pad) for pad, length in zip(padding, lengths, strict=True)))]
    return y if b is None else y + b.reshape(-1, *[1] * len(kernel))


_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _laid(layer: Any) -> dict[str, Any]:
    first, footprint = 4 - layer.W.ndim, layer.footprint
    return {
        "W": layer.W,
        "b": layer.b,
        "stride": footprint.stride[first:],
        "padding": footprint.padding[first:],
        "dilation": footprint.dilation[first:],
        "groups": footprint.groups,
    }


def _convolution(layer: Any) -> dict[str, Any]:
    return {**_laid(layer), "mode": _MODES[layer.footprint.mode]}


def _transposed(layer: Any) -> dict[str, Any]:
    laid = _laid(layer)
    padding = tuple(before for before, _ in laid["padding"])
    return {**laid, "padding": padding, "output_padding": layer.output_padding}


CONVOLUTION = Formula(convolution, _convolution)
TRANSPOSED_CONVOLUTION = Formula(transposed_convolution, _transposed)
