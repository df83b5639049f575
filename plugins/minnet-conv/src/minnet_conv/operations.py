"""The operations that layers of images stand for in a table (`minnet_core.compile`).

Each function adds the rows of ``updateOutput``, and returns the output and what adds those of ``backward``.
Images are ``(channels, height, width, batch)`` there, and a sequence is an image of one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from minnet_core import ShapeError
from minnet_core.compilation import Backward, NoOperationsError, Table, Value, operations as o

if TYPE_CHECKING:
    from .avg_pool2d import AvgPool2d
    from .conv2d import Conv2d
    from .flatten import Flatten
    from .max_pool2d import MaxPool2d
    from .pooling import Windows


def convolution(table: Table, layer: Conv2d, x: Value) -> tuple[Value, Backward]:
    """Lay the kernel on images everywhere; of `Conv1d`, on sequences."""
    footprint = layer.footprint
    (top, bottom), (left, right) = footprint.padding
    if (top, left) != (bottom, right) or (footprint.mode != "zeros" and top + left):
        raise NoOperationsError("it pads otherwise than by as many zeros on each side")
    if len(x.shape) != layer.W.ndim or x.shape[1] != layer.W.shape[1] * footprint.groups:
        raise NoOperationsError(f"expected another input, received {x.shape}")
    how = {"stride": footprint.stride, "padding": (top, left), "dilation": footprint.dilation}
    planes = table.planes(x)
    channels, *lengths, batch = planes.shape
    images = planes.reshape(channels, *_two(lengths), batch)
    try:
        rows, columns = footprint.counts(images.shape[1:3])  # type: ignore[arg-type]  # two of four
    except ShapeError as error:
        raise NoOperationsError(str(error)) from None
    W, n_out = table.parameter(_image(layer.W)), len(layer.W)
    b = table.array(np.zeros(n_out, layer.W.dtype)) if layer.b is None else table.parameter(layer.b)
    y = Value((n_out, rows, columns, batch), table.dtype)
    table.emit(o.convolution, images, W, b, into=y, **how)

    def backward(g: Value) -> Value:
        slopes = table.planes(g).reshape(*y.shape)
        if layer.gradb is not None:
            table.accumulate(layer.gradb, o.channel_sums, slopes)
        table.accumulate(_image(layer.gradW), o.convolution_weights, images, slopes, **how)
        h = Value(images.shape, table.dtype)
        table.emit(o.convolution_back, slopes, W, into=h, **how)
        return h.reshape(*planes.shape).batch_first()

    return y.reshape(n_out, *(rows, columns)[2 - len(lengths) :], batch).batch_first(), backward


def max_pool2d(table: Table, layer: MaxPool2d, x: Value) -> tuple[Value, Backward]:
    """Take the largest number of each window."""
    images, y, how = _pooled(table, layer, layer.windows, x)
    table.emit(o.max_pool, images, into=y, **how)

    def backward(g: Value) -> Value:
        h = Value(images.shape, table.dtype)
        table.emit(o.max_pool_back, images, y, table.planes(g), into=h, **how)
        return h.batch_first()

    return y.batch_first(), backward


def avg_pool2d(table: Table, layer: AvgPool2d, x: Value) -> tuple[Value, Backward]:
    """Take the average of each window."""
    images, y, how = _pooled(table, layer, layer.windows, x)
    how["counts_padding"] = layer.count_include_pad
    table.emit(o.average_pool, images, into=y, **how)

    def backward(g: Value) -> Value:
        h = Value(images.shape, table.dtype)
        table.emit(o.average_pool_back, table.planes(g), into=h, **how)
        return h.batch_first()

    return y.batch_first(), backward


def flatten(table: Table, layer: Flatten, x: Value) -> tuple[Value, Backward]:
    """Make one axis of all but the batch."""
    axes = len(x.shape)
    if axes < 2 or layer.start_dim not in (1, 1 - axes) or layer.end_dim not in (-1, axes - 1):
        raise NoOperationsError("it makes one axis of others than all but the batch")
    return table.plain(x).rows(), lambda g: g.reshape(*x.shape)


def _pooled(table: Table, layer: Any, windows: Windows, x: Value) -> tuple[Value, Value, dict[str, Any]]:
    """The input, where the output is to be, and how the windows lie."""
    try:
        rows, columns = windows.counts(layer, np.broadcast_to(np.float32(0), x.shape))
    except ShapeError as error:
        raise NoOperationsError(str(error)) from None
    images = table.planes(x)
    how = {
        "window": windows.kernel_size,
        "stride": windows.stride,
        "padding": windows.padding,
        "dilation": windows.dilation,
    }
    return images, Value((images.shape[0], rows, columns, images.shape[3]), table.dtype), how


def _two(lengths: list[int]) -> tuple[int, int]:
    return (1, lengths[0]) if len(lengths) == 1 else (lengths[0], lengths[1])


def _image(W: Any) -> Any:
    return W[:, :, np.newaxis] if W.ndim == 3 else W
