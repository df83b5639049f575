"""Windows along the axes of images: their means and maxima.

Means of windows that ONNX has no operator for, of different sizes or cut off at the end, are products with matrices:
each axis by itself, as a mean over a window is linear.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from ..errors import ExportError
from ..graph import Output
from .call import Call, pair, rule
from .shapes import sliced

Windows = list[tuple[int, int]]


@rule("nn.MaxPool1d", "nn.MaxPool2d", "nn.functional.max_pool1d", "nn.functional.max_pool2d")
def _max_pool(call: Call) -> Output:
    """A last window that is cut off, as ``ceil_mode`` has it, ends in a margin of minus infinity."""
    call.refuse("return_indices", False)
    kernel, stride, padding, dilation = _geometry(call)
    x, before, behind = call.x, list(padding), list(padding)
    count = len(kernel)
    reach = [its * (length - 1) + 1 for its, length in zip(dilation, kernel, strict=True)]
    need = [
        (call.made.length(axis + 2) - 1) * stride[axis] + reach[axis] - padding[axis] - x.length(axis + 2)
        for axis in range(count)
    ]
    if any(more > has for more, has in zip(need, behind, strict=True)):
        both = [0, 0, *before], [0, 0, *(max(more, has) for more, has in zip(need, behind, strict=True))]
        x = call.op("Pad", x, (*both[0], *both[1]), float("-inf"), mode="constant")
        before, behind = [0] * count, [0] * count
    return call.op("MaxPool", x, kernel_shape=kernel, strides=stride, pads=[*before, *behind], dilations=dilation)


@rule("nn.AvgPool1d", "nn.AvgPool2d", "nn.functional.avg_pool1d", "nn.functional.avg_pool2d")
def _avg_pool(call: Call) -> Output:
    call.refuse("divisor_override", None)
    kernel, stride, padding, _ = _geometry(call)
    counts_padding = bool(call.get("count_include_pad", True))
    lengths = [call.x.length(axis + 2) for axis in range(len(kernel))]
    made = [call.made.length(axis + 2) for axis in range(len(kernel))]
    is_cut = any(
        (count - 1) * step + size > length + 2 * width
        for count, step, size, length, width in zip(made, stride, kernel, lengths, padding, strict=True)
    )
    if not is_cut:
        return call.op(
            "AveragePool",
            call.x,
            kernel_shape=kernel,
            strides=stride,
            pads=[*padding, *padding],
            count_include_pad=int(counts_padding),
        )
    matrices = []
    for axis, length in enumerate(lengths):
        starts = [index * stride[axis] - padding[axis] for index in range(made[axis])]
        windows = [(start, min(start + kernel[axis], length + padding[axis])) for start in starts]
        matrices.append(_means(windows, length, counts_padding))
    return _by_matrices(call, matrices)


@rule("nn.AdaptiveAvgPool1d", "nn.AdaptiveAvgPool2d", "nn.functional.adaptive_avg_pool2d")
def _adaptive_avg_pool(call: Call) -> Output:
    lengths, windows = _adaptive(call)
    if all(len(its) == 1 for its in windows):
        return call.op("GlobalAveragePool", call.x)
    if (size := _equal(lengths, windows)) is not None:
        return call.op("AveragePool", call.x, kernel_shape=size, strides=size)
    return _by_matrices(call, [_means(its, length, False) for its, length in zip(windows, lengths, strict=True)])


@rule("nn.AdaptiveMaxPool1d", "nn.AdaptiveMaxPool2d", "nn.functional.adaptive_max_pool2d")
def _adaptive_max_pool(call: Call) -> Output:
    call.refuse("return_indices", False)
    lengths, windows = _adaptive(call)
    if all(len(its) == 1 for its in windows):
        return call.op("GlobalMaxPool", call.x)
    if (size := _equal(lengths, windows)) is not None:
        return call.op("MaxPool", call.x, kernel_shape=size, strides=size)
    made = call.x
    for axis, its in enumerate(windows, 2):
        parts = [sliced(call.graph, made, axis, start, stop) for start, stop in its]
        made = call.op("Concat", *(call.op("ReduceMax", part, (axis,), keepdims=1) for part in parts), axis=axis)
    return made


def _geometry(call: Call) -> tuple[list[int], list[int], list[int], list[int]]:
    count = call.x.rank - 2
    if count < 1:
        raise ExportError(f"expected images, received {call.x.rank} axes")
    kernel = pair(call.get("kernel_size", 1), count)
    stride = call.get("stride", None)
    return (
        kernel,
        kernel if stride is None else pair(stride, count),
        pair(call.get("padding", 0), count),
        pair(call.get("dilation", 1), count),
    )


def _adaptive(call: Call) -> tuple[list[int], list[Windows]]:
    """The lengths of the axes, and of each the windows that PyTorch divides it into."""
    lengths = [call.x.length(axis) for axis in range(2, call.x.rank)]
    made = [call.made.length(axis) for axis in range(2, call.x.rank)]
    windows = [
        [(index * length // count, -(-(index + 1) * length // count)) for index in range(count)]
        for length, count in zip(lengths, made, strict=True)
    ]
    return lengths, windows


def _equal(lengths: list[int], windows: list[Windows]) -> list[int] | None:
    """The size of windows that divide all axes evenly."""
    sizes = [length // len(its) for length, its in zip(lengths, windows, strict=True)]
    is_even = all(length % len(its) == 0 for length, its in zip(lengths, windows, strict=True))
    return sizes if is_even else None


def _means(windows: Windows, length: int, counts_padding: bool) -> Array:
    """The matrix (length, windows) whose columns take the mean of a window each; what is outside the axis is 0."""
    matrix = np.zeros((length, len(windows)))
    for index, (start, stop) in enumerate(windows):
        inside = slice(max(start, 0), min(stop, length))
        matrix[inside, index] = 1 / ((stop - start) if counts_padding else (inside.stop - inside.start))
    return matrix


def _by_matrices(call: Call, matrices: list[Array]) -> Output:
    """Multiply each axis of images by a matrix; the axis before the last from the left."""
    made = call.op("MatMul", call.x, matrices[-1])
    if len(matrices) == 2:
        made = call.op("MatMul", np.ascontiguousarray(matrices[0].T), made)
    return made
