"""Rows of a learned table, by their indices."""

from __future__ import annotations

import numpy as np

from ..graph import Output
from .call import Call, rule


@rule("nn.Embedding")
def _embedding(call: Call) -> Output:
    """``padding_idx`` matters in training alone."""
    call.refuse("max_norm", None)
    return call.op("Gather", call.array("weight"), _indices(call), axis=0)


@rule("nn.EmbeddingBag")
def _embedding_bag(call: Call) -> Output:
    """Bags of one length, a row each; an index that stands for nothing is left out."""
    call.refuse("max_norm", None)
    call.refuse("include_last_offset", False)
    indices, mode, padding = _indices(call), call.get("mode", "mean"), call.get("padding_idx", None)
    rows = call.op("Gather", call.array("weight"), indices, axis=0)
    if padding is None:
        kind = {"sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax"}[mode]
        return call.op(kind, rows, (1,), keepdims=0)
    is_there = call.op("Unsqueeze", call.op("Not", call.op("Equal", indices, np.int64(padding))), (-1,))
    counted = call.op("Cast", is_there, to=1)
    if mode == "max":
        most = call.op("ReduceMax", call.op("Where", is_there, rows, float("-inf")), (1,), keepdims=0)
        is_any = call.op("Greater", call.op("ReduceSum", counted, (1,), keepdims=0), 0.0)
        return call.op("Where", is_any, most, 0.0)
    total = call.op("ReduceSum", call.op("Mul", rows, counted), (1,), keepdims=0)
    if mode == "sum":
        return total
    return call.op("Div", total, call.op("Max", call.op("ReduceSum", counted, (1,), keepdims=0), 1.0))


def _indices(call: Call) -> Output:
    return call.x if call.x.is_integer else call.op("Cast", call.x, to=7)
