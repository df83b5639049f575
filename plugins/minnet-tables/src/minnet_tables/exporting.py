"""What containers and tables are in ONNX, said by the hook ``minnet_export`` of minnet-onnx.

Each function gets a layer, the value that it takes and the graph that operators are put into; it returns what is made.
A table is a tuple of values, of which ONNX knows nothing: taking one apart, or putting one together, is no operator.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from attrs import evolve

from minnet_core import Module, Sequential
from minnet_core.nn import leaves, listed_modules

from .arguments import stretch
from .arithmetic import MM, CMaxTable, CMinTable
from .containers import Bottle, Concat, ConcatTable, MapTable, ParallelTable
from .gradient_reversal import GradientReversal
from .shapes import Narrow, Padding, Replicate, Reshape, Squeeze, Transpose
from .tables import FlattenTable, JoinTable, NarrowTable, SelectTable


def through(module: Sequential, value: Any, graph: Any) -> Any:
    """One module after another."""
    for name, child in listed_modules(module):
        value = graph.export(child, value, name)
    return value


def bottle(layer: Bottle, value: Any, graph: Any) -> Any:
    """The leading axes become one, and several again behind the modules."""
    lead, rest = value.shape[: value.rank - layer.n_input_dims + 1], value.shape[value.rank - layer.n_input_dims + 1 :]
    rows = tuple(array.reshape(-1, *rest) for array in value.samples)
    flat = evolve(graph.reshape(value, (None, *rest)), samples=rows)
    made = through(layer, flat, graph)
    return graph.reshape(made, (*lead, *made.shape[1:]))


def concat(layer: Concat, value: Any, graph: Any) -> Any:
    """Every module has the same input; their outputs along an axis."""
    return graph.op("Concat", *concat_table(layer, value, graph), axis=layer.axis)


def concat_table(layer: Concat | ConcatTable, value: Any, graph: Any) -> Any:
    """Every module has the same input."""
    return tuple(graph.export(module, value, name) for name, module in listed_modules(layer))


def parallel_table(layer: ParallelTable, value: Any, graph: Any) -> Any:
    """Every module has its own element."""
    pairs = zip(listed_modules(layer), value, strict=True)
    return tuple(graph.export(module, part, name) for (name, module), part in pairs)


def map_table(layer: MapTable, value: Any, graph: Any) -> Any:
    """Every element goes through the same modules."""
    return tuple(through(layer, part, graph) for part in value)


def join_table(layer: JoinTable, value: Any, graph: Any) -> Any:
    """Arrays along an axis."""
    return graph.op("Concat", *value, axis=layer.axis)


def select_table(layer: SelectTable, value: Any, graph: Any) -> Any:
    """An element."""
    return value[layer.index]


def narrow_table(layer: NarrowTable, value: Any, graph: Any) -> Any:
    """Some elements."""
    return value[stretch(layer, layer.offset, layer.length, len(value), value)]


def flatten_table(layer: FlattenTable, value: Any, graph: Any) -> Any:
    """All arrays of nested tables."""
    return tuple(leaves(value))


def extremum(kind: str) -> Callable[..., Any]:
    """The largest or smallest of several arrays."""
    return lambda layer, value, graph: reduce(lambda made, each: graph.op(kind, made, each), value)


def gradient_reversal(layer: GradientReversal, value: Any, graph: Any) -> Any:
    """Training alone knows it."""
    return value


def mm(layer: MM, value: Any, graph: Any) -> Any:
    """The product of two matrices, or of their transposes."""
    turned = []
    for part, is_turned in zip(value, (layer.trans_a, layer.trans_b), strict=True):
        axes = list(range(part.rank))
        axes[-2:] = reversed(axes[-2:])
        turned.append(graph.op("Transpose", part, perm=axes) if is_turned else part)
    return graph.op("MatMul", *turned)


def replicate(layer: Replicate, value: Any, graph: Any) -> Any:
    """A new axis along which everything is the same."""
    place = layer.axis % (value.rank + 1)
    counts = np.ones(value.rank + 1, np.int64)
    counts[place] = layer.n
    return graph.op("Tile", graph.op("Unsqueeze", value, (place,)), counts)


def reshape(layer: Reshape, value: Any, graph: Any) -> Any:
    """The batch stays; of one length that is -1 the others tell what it is."""
    size = math.prod(value.length(axis) for axis in range(1, value.rank))
    known = math.prod(length for length in layer.shape if length != -1)
    return graph.reshape(value, (None, *(size // known if length == -1 else length for length in layer.shape)))


def narrow(layer: Narrow, value: Any, graph: Any) -> Any:
    """A stretch of an axis."""
    part = stretch(layer, layer.start, layer.length, value.length(layer.axis), value.samples[0])
    return graph.op("Slice", value, (part.start,), (part.stop,), (layer.axis,))


def padding(layer: Padding, value: Any, graph: Any) -> Any:
    """Places before or behind an axis."""
    widths = np.zeros((2, value.rank), np.int64)
    widths[int(layer.pad > 0), layer.axis] = abs(layer.pad)
    return graph.op("Pad", value, widths.ravel(), layer.value, mode="constant")


def transpose(layer: Transpose, value: Any, graph: Any) -> Any:
    """Axes in another order."""
    order = list(range(value.rank))
    for one, other in layer.pairs:
        order[one], order[other] = order[other], order[one]
    return graph.op("Transpose", value, perm=[order[axis] for axis in layer.permutation] or order)


def squeeze(layer: Squeeze, value: Any, graph: Any) -> Any:
    """An axis of length 1, or all of them behind the batch; a batch of one stays."""
    axes = [axis for axis, length in enumerate(value.shape) if axis and length == 1]
    chosen = axes if layer.axis is None else [layer.axis]
    return graph.op("Squeeze", value, tuple(chosen)) if chosen else value


EXPORTS: Mapping[type[Module], Callable[..., Any]] = {
    Bottle: bottle,
    CMaxTable: extremum("Max"),
    CMinTable: extremum("Min"),
    Concat: concat,
    ConcatTable: concat_table,
    FlattenTable: flatten_table,
    GradientReversal: gradient_reversal,
    JoinTable: join_table,
    MM: mm,
    MapTable: map_table,
    Narrow: narrow,
    NarrowTable: narrow_table,
    Padding: padding,
    ParallelTable: parallel_table,
    Replicate: replicate,
    Reshape: reshape,
    SelectTable: select_table,
    Squeeze: squeeze,
    Transpose: transpose,
}
"""What the hook returns."""
