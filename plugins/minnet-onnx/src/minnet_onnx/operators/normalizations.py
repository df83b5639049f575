"""Numbers brought to mean 0 and variance 1: over what training saw, or over a part of each sample."""

from __future__ import annotations

import math

import numpy as np

from ..errors import ExportError
from ..graph import Output
from .call import Call, rule


@rule(*(f"nn.{lazy}BatchNorm{axes}d" for lazy in ("", "Lazy") for axes in (1, 2, 3)))
def _batch_norm(call: Call) -> Output:
    """By the moving statistics; PyTorch's momentum is what a batch counts, ONNX's what the statistics keep."""
    count = call.x.length(1)
    arrays = {
        name: call.arrays.get(name, np.full(count, fill))
        for name, fill in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0))
    }
    momentum = call.get("momentum", 0.1)
    return call.op(
        "BatchNormalization",
        call.x,
        *(call.graph.array(name, array) for name, array in arrays.items()),
        epsilon=float(call.get("eps", 1e-5)),
        momentum=None if momentum is None else 1 - float(momentum),
    )


@rule("nn.LayerNorm")
def _layer_norm(call: Call) -> Output:
    shape = tuple(np.ravel(call.get("normalized_shape", ())).tolist())
    weight = call.array("weight")
    scale = np.ones(shape, np.float32) if weight is None else weight
    return call.op(
        "LayerNormalization",
        call.x,
        scale,
        call.array("bias"),
        axis=-len(shape),
        epsilon=float(call.get("eps", 1e-5)),
    )


@rule("nn.RMSNorm")
def _rms_norm(call: Call) -> Output:
    shape = np.ravel(call.get("normalized_shape", ())).tolist()
    epsilon = call.get("eps", None)
    epsilon = float(np.finfo(np.float32).eps) if epsilon is None else float(epsilon)
    axes = tuple(range(-len(shape), 0))
    mean = call.op("ReduceMean", call.op("Mul", call.x, call.x), axes, keepdims=1)
    made = call.op("Div", call.x, call.op("Sqrt", call.op("Add", mean, epsilon)))
    weight = call.array("weight")
    return made if weight is None else call.op("Mul", made, weight)


@rule("nn.GroupNorm")
def _group_norm(call: Call) -> Output:
    """Each group in a row of its own; the operator of opset 18 has a scale for a group, and not for a channel."""
    batch, channels, *rest = call.x.shape
    if channels is None or None in rest:
        raise ExportError("expected images of one size, received a size that changes with the batch")
    return _in_groups(call, int(call.get("num_groups", 1)), (batch, channels, *rest))


@rule("nn.InstanceNorm1d", "nn.InstanceNorm2d", "nn.InstanceNorm3d")
def _instance_norm(call: Call) -> Output:
    call.refuse("track_running_stats", False)
    if call.x.rank < 3:
        raise ExportError(f"expected (batch, channels, ...), received {call.x.rank} axes")
    count = call.x.length(1)
    arrays = (call.arrays.get(name, np.full(count, fill)) for name, fill in (("weight", 1.0), ("bias", 0.0)))
    scale, shift = (call.graph.array(name, array) for name, array in zip(("weight", "bias"), arrays, strict=True))
    return call.op("InstanceNormalization", call.x, scale, shift, epsilon=float(call.get("eps", 1e-5)))


def _in_groups(call: Call, groups: int, shape: tuple[int | None, ...]) -> Output:
    batch, channels, *rest = shape
    assert channels is not None
    numbers = channels // groups * math.prod(length for length in rest if length is not None)
    rows = call.graph.reshape(call.x, (batch, groups, numbers))
    ones, zeros = np.ones(groups, np.float32), np.zeros(groups, np.float32)
    rows = call.op("InstanceNormalization", rows, ones, zeros, epsilon=float(call.get("eps", 1e-5)))
    made = call.graph.reshape(rows, shape)
    each = (channels, *[1] * len(rest))
    for kind, name in (("Mul", "weight"), ("Add", "bias")):
        array = call.array(name, each)
        made = made if array is None else call.op(kind, made, array)
    return made
