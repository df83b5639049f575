"""Pooling, padding, upsampling, and other shapes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula, NumpyCode, Structure
from minnet_core.nn import as_floating


def pooling_windows(
    x: Array,
    fill: float,
    kernel_size: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    ceil_mode: bool,
) -> Array:
    # all windows of x, the numbers of each along the last axes; what is beyond the padding is filled too
    spans = [step * (size - 1) + 1 for step, size in zip(dilation, kernel_size, strict=True)]
    widths, counts = [(0, 0), (0, 0)], []
    for length, span, step, pad in zip(x.shape[2:], spans, stride, padding, strict=True):
        room = length + 2 * pad - span
        count = (-(-room // step) if ceil_mode else room // step) + 1
        if ceil_mode and (count - 1) * step >= length + pad:
            count -= 1  # the last window begins in the image, or in the padding before it
        widths.append((pad, max(0, (count - 1) * step + span - length - pad)))
        counts.append(count)
    x = np.pad(x, widths, constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(x, spans, tuple(range(2, x.ndim)))
    windows = windows[(..., *(slice(None, None, step) for step in (*stride, *dilation)))]
    return windows[(slice(None), slice(None), *(slice(count) for count in counts))]


def max_pool(
    x: Array,
    kernel_size: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    dilation: tuple[int, ...],
    ceil_mode: bool,
) -> Array:
    x = as_floating(x)
    windows = pooling_windows(x, -np.inf, kernel_size, stride, padding, dilation, ceil_mode)
    return windows.max(tuple(range(x.ndim, windows.ndim)))


def average_pool(
    x: Array,
    kernel_size: tuple[int, ...],
    stride: tuple[int, ...],
    padding: tuple[int, ...],
    ceil_mode: bool,
    count_include_pad: bool,
) -> Array:
    x = as_floating(x)
    apart, axes = (1,) * len(kernel_size), tuple(range(-len(kernel_size), 0))
    sums = pooling_windows(x, 0, kernel_size, stride, padding, apart, ceil_mode).sum(axes)
    counted = np.ones((1, 1, *x.shape[2:]), x.dtype)
    if count_include_pad:
        counted = np.pad(counted, ((0, 0), (0, 0), *((pad, pad) for pad in padding)), constant_values=1)
        padding = (0,) * len(padding)
    return (
        sums
        / pooling_windows(counted, 0, kernel_size, stride, padding, apart, ceil_mode).sum(axes)[
            (slice(None), slice(None), *(slice(count) for count in sums.shape[2:]))
        ]
    )


def adaptive_pool(x: Array, output_size: tuple[int | None, int | None], largest: bool) -> Array:
    x = as_floating(x)
    rows, columns = output_size[0] or x.shape[2], output_size[1] or x.shape[3]
    height, width = x.shape[2:]
    y = np.empty((*x.shape[:2], rows, columns), x.dtype)
    for i in range(rows):
        for j in range(columns):
            top, bottom = i * height // rows, -(-(i + 1) * height // rows)
            left, right = j * width // columns, -(-(j + 1) * width // columns)
            window = x[:, :, top:bottom, left:right]
            y[:, :, i, j] = window.max((2, 3)) if largest else window.mean((2, 3))
    return y


def global_average(x: Array) -> Array:
    return as_floating(x).mean((2, 3))


def global_maximum(x: Array) -> Array:
    return as_floating(x).max((2, 3))


def flatten(x: Array, start: int, end: int) -> Array:
    start, end = start % x.ndim, end % x.ndim
    return x.reshape(*x.shape[:start], math.prod(x.shape[start : end + 1]), *x.shape[end + 1 :])


def unflatten(x: Array, axis: int, sizes: tuple[int, ...]) -> Array:
    axis = axis % x.ndim
    rest = x.shape[axis] // math.prod(size for size in sizes if size != -1)
    return x.reshape(*x.shape[:axis], *(rest if size == -1 else size for size in sizes), *x.shape[axis + 1 :])


def pixel_shuffle(x: Array, factor: int) -> Array:
    batch, channels, height, width = x.shape
    parts = x.reshape(batch, channels // factor**2, factor, factor, height, width)
    return parts.transpose(0, 1, 4, 2, 5, 3).reshape(batch, channels // factor**2, height * factor, width * factor)


def zero_pad(x: Array, padding: tuple[int, int, int, int]) -> Array:
    left, right, top, bottom = padding
    x = x[:, :, max(-top, 0) : x.shape[2] - max(-bottom, 0), max(-left, 0) : x.shape[3] - max(-right, 0)]
    return np.pad(x, ((0, 0), (0, 0), (max(top, 0), max(bottom, 0)), (max(left, 0), max(right, 0))))


def reflection_pad(x: Array, padding: tuple[int, int, int, int]) -> Array:
    left, right, top, bottom = padding
    last_row, last_column = x.shape[2] - 1, x.shape[3] - 1
    rows = last_row - np.abs(last_row - np.abs(np.arange(-top, x.shape[2] + bottom)))
    columns = last_column - np.abs(last_column - np.abs(np.arange(-left, x.shape[3] + right)))
    return x[:, :, rows][:, :, :, columns]


def upsample_nearest(x: Array, size: tuple[int, int] | None, factors: tuple[float, float] | None) -> Array:
    for axis in (0, 1):
        length = x.shape[2 + axis]
        count = size[axis] if size else math.floor(length * factors[axis])
        scale = 1 / factors[axis] if factors and count not in (length, 2 * length) else length / count
        places = np.floor(np.arange(count, dtype=np.float32) * np.float32(scale)).astype(int)
        x = np.take(x, np.minimum(places, length - 1), 2 + axis)
    return x


def upsample_bilinear(
    x: Array, size: tuple[int, int] | None, factors: tuple[float, float] | None, align_corners: bool
) -> Array:
    x = as_floating(x)
    for axis in (0, 1):
        length = x.shape[2 + axis]
        count = size[axis] if size else math.floor(length * factors[axis])
        scale = 1 / factors[axis] if factors and count != length else length / count
        if align_corners:
            places = np.linspace(0, length - 1, count) if count > 1 else np.zeros(1)
        else:
            places = np.maximum((np.arange(count) + 0.5) * scale - 0.5, 0)
        lower = np.minimum(np.floor(places).astype(int), length - 1)
        share = np.clip(places - lower, 0, 1).reshape(-1, *[1] * (1 - axis)).astype(x.dtype)
        upper = np.minimum(lower + 1, length - 1)
        x = np.take(x, lower, 2 + axis) * (1 - share) + np.take(x, upper, 2 + axis) * share
    return x


def _as_it_is(code: NumpyCode, layer: Any, x: str) -> str:
    return x


def _upsample(code: NumpyCode, layer: Any, x: str) -> str:
    how = {"size": layer.size, "factors": layer.scale_factor}
    if layer.mode == "nearest":
        return code.call(upsample_nearest, x, **how)
    return code.call(upsample_bilinear, x, **how, align_corners=layer.align_corners)


def _maximum_windows(layer: Any) -> dict[str, Any]:
    windows = layer.windows
    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    return {name: getattr(windows, name) for name in names}


def _average_windows(layer: Any) -> dict[str, Any]:
    arguments = _maximum_windows(layer)
    del arguments["dilation"]
    return {**arguments, "count_include_pad": layer.count_include_pad}


ADAPTIVE_AVERAGE = Formula(adaptive_pool, lambda layer: {"output_size": layer.output_size, "largest": False})
ADAPTIVE_MAXIMUM = Formula(adaptive_pool, lambda layer: {"output_size": layer.output_size, "largest": True})
AVERAGE_POOL = Formula(average_pool, _average_windows)
FLATTEN = Formula(flatten, lambda layer: {"start": layer.start_dim, "end": layer.end_dim})
MAX_POOL = Formula(max_pool, _maximum_windows)
PIXEL_SHUFFLE = Formula(pixel_shuffle, lambda layer: {"factor": layer.upscale_factor})
SPATIAL_DROPOUT = Structure(_as_it_is)
UNFLATTEN = Formula(unflatten, lambda layer: {"axis": layer.dim, "sizes": layer.unflattened_size})
UPSAMPLE = Structure(_upsample)
