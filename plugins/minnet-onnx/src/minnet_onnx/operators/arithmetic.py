"""Arithmetic, element by element or along axes, and products of matrices."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from ..errors import ExportError
from ..graph import Output
from .call import RULES, Call, rule

_UNARY = {
    **{"Abs": "abs", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Neg": "neg", "Reciprocal": "reciprocal"},
    **{"Sin": "sin", "Cos": "cos", "Erf": "erf", "Floor": "floor", "Ceil": "ceil", "Sign": "sign", "Round": "round"},
}
_OF_SEVERAL = {"Add": "add", "Mul": "mul", "Sub": "sub", "Div": "div", "Max": "maximum", "Min": "minimum"}
_ALONG = {"ReduceMean": "mean", "ReduceSum": "sum", "ReduceMax": "amax", "ReduceMin": "amin", "ReduceProd": "prod"}


def _unary(kind: str) -> Any:
    return lambda call: call.op(kind, call.x)


def _of_several(kind: str) -> Any:
    def put(call: Call) -> Output:
        call.refuse("alpha", 1)
        call.refuse("rounding_mode", None)
        return reduce(lambda made, each: call.op(kind, made, each), call.several)

    return put


def _along(kind: str) -> Any:
    def put(call: Call) -> Output:
        axes = call.get("dim", call.get("axis", None))
        kept = int(call.get("keepdim", False))
        return call.op(kind, call.x, None if axes is None else tuple(np.ravel(axes).tolist()), keepdims=kept)

    return put


RULES.update((f"torch.{name}", _unary(kind)) for kind, name in _UNARY.items())
RULES.update((f"torch.{name}", _of_several(kind)) for kind, name in _OF_SEVERAL.items())
RULES.update((f"torch.{name}", _along(kind)) for kind, name in _ALONG.items())
RULES.update({"torch.max": RULES["torch.amax"], "torch.min": RULES["torch.amin"]})


@rule("square")
def _square(call: Call) -> Output:
    return call.op("Mul", call.x, call.x)


@rule("rsqrt")
def _rsqrt(call: Call) -> Output:
    return call.op("Reciprocal", call.op("Sqrt", call.x))


@rule("pow")
def _power(call: Call) -> Output:
    return call.op("Pow", call.x, float(call.get("exponent", 1.0)))


@rule("matmul", "bmm", "mm")
def _matmul(call: Call) -> Output:
    a, b = call.several
    return call.op("MatMul", a, b)


@rule("cat", "concat")
def _cat(call: Call) -> Output:
    return call.op("Concat", *call.several, axis=int(call.get("dim", 0)))


@rule("linalg.vecdot")
def _vecdot(call: Call) -> Output:
    a, b = call.several
    return call.op("ReduceSum", call.op("Mul", a, b), (int(call.get("dim", -1)),), keepdims=0)


@rule("nn.Linear")
def _linear(call: Call) -> Output:
    """``Gemm`` with the weight as it is, for rows; ``MatMul`` with its transpose for more axes."""
    bias = call.array("bias")
    if call.x.rank == 2:
        return call.op("Gemm", call.x, call.array("weight"), bias, transB=1)
    made = call.op("MatMul", call.x, call.graph.array("weight", call.arrays["weight"].T))
    return made if bias is None else call.op("Add", made, bias)


@rule("nn.Bilinear")
def _bilinear(call: Call) -> Output:
    a, b = call.several
    if a.rank != 2:
        raise ExportError(f"expected two matrices, received arrays of {a.rank} axes")
    made = call.op("Einsum", a, call.array("weight"), b, equation="bi,oij,bj->bo")
    bias = call.array("bias")
    return made if bias is None else call.op("Add", made, bias)
