"""Lengths of vectors, angles and distances."""

from __future__ import annotations

import math
from typing import Any

from ..graph import OnnxGraph, Output
from .call import Call, rule


@rule("nn.functional.normalize")
def _normalize(call: Call) -> Output:
    axis = int(call.get("dim", 1))
    length = lengths(call.graph, call.x, float(call.get("p", 2.0)), axis, keepdims=1)
    return call.op("Div", call.x, call.op("Max", length, float(call.get("eps", 1e-12))))


@rule("nn.CosineSimilarity", "nn.functional.cosine_similarity", "cosine_similarity")
def _cosine_similarity(call: Call) -> Output:
    (a, b), axis, least = call.several, int(call.get("dim", 1)), float(call.get("eps", 1e-8))
    dot = call.op("ReduceSum", call.op("Mul", a, b), (axis,), keepdims=0)
    both = [call.op("Max", lengths(call.graph, each, 2.0, axis), least) for each in (a, b)]
    return call.op("Div", dot, call.op("Mul", *both))


@rule("nn.PairwiseDistance", "nn.functional.pairwise_distance", "pairwise_distance")
def _pairwise_distance(call: Call) -> Output:
    a, b = call.several
    difference = call.op("Add", call.op("Sub", a, b), float(call.get("eps", 1e-6)))
    return lengths(call.graph, difference, float(call.get("p", 2.0)), -1, keepdims=int(call.get("keepdim", False)))


def lengths(graph: OnnxGraph, value: Any, p: float, axis: int, *, keepdims: int = 0) -> Output:
    """The p-norm along an axis."""
    if p in (1, 2):
        return graph.op("ReduceL1" if p == 1 else "ReduceL2", value, (axis,), keepdims=keepdims)
    size = graph.op("Abs", value)
    if math.isinf(p):
        return graph.op("ReduceMax", size, (axis,), keepdims=keepdims)
    return graph.op("Pow", graph.op("ReduceSum", graph.op("Pow", size, p), (axis,), keepdims=keepdims), 1 / p)
