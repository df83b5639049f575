"""What layers without a counterpart in PyTorch are in ONNX, said by the hook ``minnet_export`` of minnet-onnx.

Each function gets a layer, the value that it takes and the graph that operators are put into; it returns what is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minnet_core import Module
from minnet_core.nn import listed_modules

from . import HardSigmoid  # the room of activations exports nothing itself
from .noise import GaussianNoise
from .reductions import Maxout
from .residual import Residual
from .scaling import CAdd, CMul
from .similarities import Cosine, Euclidean


def gaussian_noise(layer: GaussianNoise, value: Any, graph: Any) -> Any:
    """Training alone knows it."""
    return value


def hard_sigmoid(layer: HardSigmoid, value: Any, graph: Any) -> Any:
    """``Clip(x + 3, 0, 6) / 6``, in one operator."""
    return graph.op("HardSigmoid", value, alpha=1 / 6, beta=0.5)


def residual(layer: Residual, value: Any, graph: Any) -> Any:
    """What the modules make, added to the input."""
    made = value
    for name, module in listed_modules(layer):
        made = graph.export(module, made, name)
    return graph.op("Add", made, value)


def c_mul(layer: CMul, value: Any, graph: Any) -> Any:
    """Factors of the last axes."""
    return graph.op("Mul", value, graph.array("gamma", layer.gamma))


def c_add(layer: CAdd, value: Any, graph: Any) -> Any:
    """Offsets of the last axes."""
    return graph.op("Add", value, graph.array("beta", layer.beta))


def maxout(layer: Maxout, value: Any, graph: Any) -> Any:
    """One map after the other, and the largest of them."""
    bias = None if layer.b is None else graph.array("b", layer.b)
    scores = graph.op("Gemm", value, graph.array("W", layer.W), bias, transB=1)
    pieces = graph.op("Reshape", scores, np.array([-1, layer.pieces, len(layer.W) // layer.pieces]))
    return graph.op("ReduceMax", pieces, (1,), keepdims=0)


def cosine(layer: Cosine, value: Any, graph: Any) -> Any:
    """Inputs of length 1 times rows of length 1; those of the rows are known."""
    W = layer.W.astype(np.float64)
    rows = W / np.maximum(np.linalg.norm(W, axis=1, keepdims=True), layer.eps)
    length = graph.op("Max", graph.op("ReduceL2", value, (1,), keepdims=1), layer.eps)
    return graph.op("Gemm", graph.op("Div", value, length), graph.array("directions", rows), transB=1)


def euclidean(layer: Euclidean, value: Any, graph: Any) -> Any:
    """The length of each difference, which a product of matrices would lose near a centre."""
    differences = graph.op("Sub", graph.op("Unsqueeze", value, (1,)), graph.array("W", layer.W))
    return graph.op("ReduceL2", differences, (2,), keepdims=0)


EXPORTS: Mapping[type[Module], Callable[..., Any]] = {
    CAdd: c_add,
    CMul: c_mul,
    Cosine: cosine,
    Euclidean: euclidean,
    GaussianNoise: gaussian_noise,
    HardSigmoid: hard_sigmoid,
    Maxout: maxout,
    Residual: residual,
}
"""What the hook returns."""
