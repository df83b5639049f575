"""Other shapes of an array, parts of it, and what is put around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ExportError
from ..graph import OnnxGraph, Output, Value
from .call import Call, pair, rule

_MODES = {"constant": "constant", "zeros": "constant", "reflect": "reflect", "replicate": "edge"}


@rule("reshape", "nn.Flatten", "flatten", "nn.Unflatten", "unflatten", "ravel")
def _reshape(call: Call) -> Output:
    return call.graph.reshape(call.x, call.made.shape)


@rule("squeeze")
def _squeeze(call: Call) -> Output:
    axes = call.get("dim", None)
    if axes is None:
        return call.graph.reshape(call.x, call.made.shape)
    return call.op("Squeeze", call.x, tuple(np.ravel(axes).tolist()))


@rule("unsqueeze")
def _unsqueeze(call: Call) -> Output:
    return call.op("Unsqueeze", call.x, (int(call.get("dim", 0)),))


@rule("transpose", "swapaxes")
def _transpose(call: Call) -> Output:
    axes = list(range(call.x.rank))
    first, second = call.get("dim0", call.get("axis0", 0)), call.get("dim1", call.get("axis1", 1))
    axes[first], axes[second] = axes[second], axes[first]
    return call.op("Transpose", call.x, perm=axes)


@rule("permute")
def _permute(call: Call) -> Output:
    return call.op("Transpose", call.x, perm=[call.x.axis(axis) for axis in call.get("dims", ())])


@rule("narrow")
def _narrow(call: Call) -> Output:
    axis, start, length = (int(call.get(name, 0)) for name in ("dim", "start", "length"))
    start = start + call.x.length(axis) if start < 0 else start
    return sliced(call.graph, call.x, axis, start, start + length)


@rule("select")
def _select(call: Call) -> Output:
    return call.op("Gather", call.x, np.int64(call.get("index", 0)), axis=int(call.get("dim", 0)))


@rule("unbind")
def _unbind(call: Call) -> Value:
    axis = int(call.get("dim", 0))
    count = call.x.length(axis)
    return tuple(call.op("Gather", call.x, np.int64(index), axis=axis) for index in range(count))


@rule("nn.functional.pad")
def _pad(call: Call) -> Output:
    """The widths are those of the last axis first, before and behind, as PyTorch gives them."""
    widths = [int(width) for width in call.get("pad", ())]
    mode, value = call.get("mode", "constant"), float(call.get("value", None) or 0.0)
    return padded(call.graph, call.x, widths, mode, value)


@rule("nn.ZeroPad1d", "nn.ZeroPad2d")
def _zero_pad(call: Call) -> Output:
    return padded(call.graph, call.x, _around(call), "constant")


@rule("nn.ConstantPad1d", "nn.ConstantPad2d")
def _constant_pad(call: Call) -> Output:
    return padded(call.graph, call.x, _around(call), "constant", float(call.get("value", 0.0)))


@rule("nn.ReflectionPad1d", "nn.ReflectionPad2d")
def _reflection_pad(call: Call) -> Output:
    return padded(call.graph, call.x, _around(call), "reflect")


@rule("nn.ReplicationPad1d", "nn.ReplicationPad2d")
def _replication_pad(call: Call) -> Output:
    return padded(call.graph, call.x, _around(call), "replicate")


@rule("nn.CircularPad1d", "nn.CircularPad2d")
def _circular_pad(call: Call) -> Output:
    return padded(call.graph, call.x, _around(call), "circular")


def sliced(graph: OnnxGraph, value: Any, axis: int, start: int, stop: int) -> Output:
    """A stretch of an axis."""
    return graph.op("Slice", value, (start,), (stop,), (axis,))


def padded(graph: OnnxGraph, value: Output, widths: list[int], mode: str, number: float = 0.0) -> Output:
    """Put numbers around the last axes; a negative width takes some away.

    Args:
        graph: where the operators go.
        value: what gets them.
        widths: of the last axis before and behind, then of the one before, as PyTorch counts them.
        mode: as PyTorch calls it.
        number: what is put there, if ``mode`` is constant.
    """
    axes = [value.rank - 1 - index for index in range(len(widths) // 2)]
    around = {axis: (widths[2 * i], widths[2 * i + 1]) for i, axis in enumerate(axes)}
    if mode == "circular":
        return _wrapped(graph, value, around)
    if mode not in _MODES:
        raise ExportError(f"expected padding of mode {', '.join(map(repr, _MODES))} or 'circular', received {mode!r}")
    made = value
    wide = {axis: (max(low, 0), max(high, 0)) for axis, (low, high) in around.items()}
    if any(map(any, wide.values())):
        both = [[wide.get(axis, (0, 0))[end] for axis in range(value.rank)] for end in (0, 1)]
        constant = number if _MODES[mode] == "constant" else None
        made = graph.op("Pad", made, (*both[0], *both[1]), constant, mode=_MODES[mode])
    for axis, (low, high) in around.items():
        if min(low, high) < 0:
            length = value.length(axis) + max(low, 0) + max(high, 0)
            made = sliced(graph, made, axis, max(-low, 0), length - max(-high, 0))
    return made


def _wrapped(graph: OnnxGraph, value: Output, around: dict[int, tuple[int, int]]) -> Output:
    """Go on at the other end; the mode ``wrap`` is one of opset 19."""
    made = value
    for axis, (low, high) in around.items():
        length = value.length(axis)
        if (low, high) != (0, 0):
            before = [sliced(graph, made, axis, length - low, length)] if low else []
            behind = [sliced(graph, made, axis, 0, high)] if high else []
            made = graph.op("Concat", *before, made, *behind, axis=axis)
    return made


def _around(call: Call) -> list[int]:
    return pair(call.get("padding", 0), 2 * (call.x.rank - 2))
