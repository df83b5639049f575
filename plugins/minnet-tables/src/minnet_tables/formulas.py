"""The layers as plain functions of NumPy: what `minnet export` writes into a NumPy program.

Each computes what its layer does in evaluation mode, as briefly as that can be written. Its source is copied into
programs, so it uses ``np``, ``math``, its arguments, and other functions of this kind.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.exporting import Formula, NumpyCode, Structure
from minnet_core.nn import as_floating


def add(arrays: tuple[Array, ...]) -> Array:
    y = as_floating(arrays[0])
    for each in arrays[1:]:
        y = y + each
    return y


def multiply(arrays: tuple[Array, ...]) -> Array:
    y = as_floating(arrays[0])
    for each in arrays[1:]:
        y = y * each
    return y


def divide(pair: tuple[Array, Array]) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floating(pair[0]) / pair[1]


def subtract(pair: tuple[Array, Array]) -> Array:
    return as_floating(pair[0]) - pair[1]


def maximum(arrays: tuple[Array, ...]) -> Array:
    y = as_floating(arrays[0])
    for each in arrays[1:]:
        y = np.maximum(y, each)
    return y


def minimum(arrays: tuple[Array, ...]) -> Array:
    y = as_floating(arrays[0])
    for each in arrays[1:]:
        y = np.minimum(y, each)
    return y


def matrix_product(pair: tuple[Array, Array], trans_a: bool, trans_b: bool) -> Array:
    a = np.swapaxes(pair[0], -1, -2) if trans_a else pair[0]
    b = np.swapaxes(pair[1], -1, -2) if trans_b else pair[1]
    return as_floating(a) @ b


def dot_product(pair: tuple[Array, Array]) -> Array:
    return (as_floating(pair[0]) * pair[1]).sum(-1)


def cosine_distance(pair: tuple[Array, Array], eps: float) -> Array:
    a, b = (each / np.maximum(np.linalg.norm(each, axis=-1, keepdims=True), eps) for each in map(as_floating, pair))
    return (a * b).sum(-1)


def pairwise_distance(pair: tuple[Array, Array], p: float, eps: float) -> Array:
    return np.linalg.norm(as_floating(pair[0]) - pair[1] + eps, p, -1)


def stretch(start: int, length: int, count: int) -> slice:
    first = start + count if start < 0 else start
    return slice(first, first + length if length >= 0 else count + 1 + length)


def narrow(x: Array, axis: int, start: int, length: int) -> Array:
    return np.moveaxis(np.moveaxis(x, axis, 0)[stretch(start, length, x.shape[axis])], 0, axis)


def narrow_table(table: tuple[Array, ...], offset: int, length: int) -> tuple[Array, ...]:
    return table[stretch(offset, length, len(table))]


def pad(x: Array, axis: int, pad: int, value: float) -> Array:
    widths = [(0, 0)] * x.ndim
    widths[axis] = (-pad, 0) if pad < 0 else (0, pad)
    return np.pad(as_floating(x), widths, constant_values=value)


def replicate(x: Array, n: int, axis: int) -> Array:
    place = axis % (x.ndim + 1)
    return np.repeat(np.expand_dims(x, place), n, place)


def reshape(x: Array, shape: tuple[int, ...]) -> Array:
    known = math.prod(length for length in shape if length != -1)
    rest = math.prod(x.shape[1:]) // known
    return x.reshape(len(x), *(rest if length == -1 else length for length in shape))


def select(x: Array, axis: int, index: int) -> Array:
    return np.moveaxis(x, axis, 0)[index]


def squeeze(x: Array, axis: int | None) -> Array:
    if axis is None:
        return x.reshape(len(x), *(length for length in x.shape[1:] if length != 1))
    return np.squeeze(x, axis)


def swap_axes(x: Array, pairs: tuple[tuple[int, int], ...]) -> Array:
    for one, other in pairs:
        x = np.swapaxes(x, one, other)
    return x


def permute_axes(x: Array, permutation: tuple[int, ...]) -> Array:
    return np.transpose(x, permutation)


def unsqueeze(x: Array, axis: int) -> Array:
    return np.expand_dims(x, axis)


def split_table(x: Array, axis: int) -> tuple[Array, ...]:
    return tuple(np.moveaxis(x, axis, 0))


def join_table(table: tuple[Array, ...], axis: int) -> Array:
    return np.concatenate(table, axis)


def flatten_table(table: Array | tuple[Array, ...]) -> tuple[Array, ...]:
    if not isinstance(table, tuple):
        return (table,)
    return tuple(array for each in table for array in flatten_table(each))


def merge_axes(x: Array, axes: int) -> Array:
    samples = x.shape[x.ndim - axes + 1 :]
    return x.reshape(math.prod(x.shape[: x.ndim - axes + 1]), *samples)


def part_axes(y: Array, x: Array, axes: int) -> Array:
    return y.reshape(*x.shape[: x.ndim - axes + 1], *y.shape[1:])


def _transpose(code: NumpyCode, layer: Any, x: str) -> str:
    if layer.permutation:
        return code.call(permute_axes, x, permutation=layer.permutation)
    return code.call(swap_axes, x, pairs=layer.pairs)


def _select_table(code: NumpyCode, layer: Any, x: str) -> str:
    return f"{x}[{layer.index}]"


def _as_it_is(code: NumpyCode, layer: Any, x: str) -> str:
    return x


def _concat(code: NumpyCode, container: Any, x: str) -> str:
    outputs = code.branches(container, [x] * len(container.modules))
    return code.call(join_table, code.table(outputs), axis=container.axis)


def _concat_table(code: NumpyCode, container: Any, x: str) -> str:
    return code.table(code.branches(container, [x] * len(container.modules)))


def _parallel_table(code: NumpyCode, container: Any, x: str) -> str:
    return code.table(code.branches(container, [f"{x}[{place}]" for place in range(len(container.modules))]))


def _map_table(code: NumpyCode, container: Any, x: str) -> str:
    return f"tuple({code.subroutine(container)}(part) for part in {x})"


def _bottle(code: NumpyCode, container: Any, x: str) -> str:
    axes = container.n_input_dims
    samples = code.assign(code.new_name("samples"), code.call(merge_axes, x, axes=axes))
    made = code.sequence(container, samples, into=code.new_name("y"))
    return f"{code.functions.name_of(part_axes)}({made}, {x}, axes={axes})"


BOTTLE = Structure(_bottle)
CONCAT = Structure(_concat)
CONCAT_TABLE = Structure(_concat_table)
GRADIENT_REVERSAL = Structure(_as_it_is)
MAP_TABLE = Structure(_map_table)
PARALLEL_TABLE = Structure(_parallel_table)
RESHAPE = Formula(reshape, lambda layer: {"shape": layer.shape})
SELECT_TABLE = Structure(_select_table)
TRANSPOSE = Structure(_transpose)
