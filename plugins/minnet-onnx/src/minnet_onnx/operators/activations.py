"""Functions of one number after another, and softmax with its relatives."""

from __future__ import annotations

import math
from typing import Any

from ..graph import Output, Value
from .call import RULES, Call, rule

_ALIKE = {
    "Relu": ("nn.ReLU", "nn.functional.relu", "relu"),
    "Sigmoid": ("nn.Sigmoid", "nn.functional.sigmoid", "sigmoid"),
    "Tanh": ("nn.Tanh", "nn.functional.tanh", "tanh"),
    "Softsign": ("nn.Softsign", "nn.functional.softsign"),
    "Mish": ("nn.Mish", "nn.functional.mish"),
    "HardSwish": ("nn.Hardswish", "nn.functional.hardswish"),
    "Selu": ("nn.SELU", "nn.functional.selu", "selu"),
}
"""Operators of ONNX that need no arguments."""


def _plain(kind: str) -> Any:
    return lambda call: call.op(kind, call.x)


for _kind, _names in _ALIKE.items():
    RULES.update(dict.fromkeys((f"torch.{name}" for name in _names), _plain(_kind)))


@rule(
    *("nn.Identity", "nn.Dropout", "nn.Dropout1d", "nn.Dropout2d", "nn.Dropout3d"),
    *("nn.AlphaDropout", "nn.FeatureAlphaDropout"),
)
def _vanishes(call: Call) -> Value:
    """What only training knows."""
    return call.value


@rule("nn.ReLU6", "nn.functional.relu6")
def _relu6(call: Call) -> Output:
    return call.op("Clip", call.x, 0.0, 6.0)


@rule("nn.Hardtanh", "nn.functional.hardtanh")
def _hardtanh(call: Call) -> Output:
    return call.op("Clip", call.x, float(call.get("min_val", -1.0)), float(call.get("max_val", 1.0)))


@rule("clamp", "clip")
def _clamp(call: Call) -> Output:
    bounds = [call.get(name, None) for name in ("min", "max")]
    return call.op("Clip", call.x, *(None if bound is None else float(bound) for bound in bounds))


@rule("nn.Hardsigmoid", "nn.functional.hardsigmoid")
def _hardsigmoid(call: Call) -> Output:
    return call.op("HardSigmoid", call.x, alpha=1 / 6, beta=0.5)


@rule("nn.ELU", "nn.functional.elu")
def _elu(call: Call) -> Output:
    return call.op("Elu", call.x, alpha=float(call.get("alpha", 1.0)))


@rule("nn.CELU", "nn.functional.celu", "celu")
def _celu(call: Call) -> Output:
    return call.op("Celu", call.x, alpha=float(call.get("alpha", 1.0)))


@rule("nn.LeakyReLU", "nn.functional.leaky_relu")
def _leaky_relu(call: Call) -> Output:
    return call.op("LeakyRelu", call.x, alpha=float(call.get("negative_slope", 0.01)))


@rule("nn.RReLU", "nn.functional.rrelu", "rrelu")
def _rrelu(call: Call) -> Output:
    """Evaluated, its slope is the mean of those that training draws."""
    return call.op("LeakyRelu", call.x, alpha=(call.get("lower", 1 / 8) + call.get("upper", 1 / 3)) / 2)


@rule("nn.PReLU")
def _prelu(call: Call) -> Output:
    """Slopes of channels, which are on axis 1."""
    count = call.arrays["weight"].size
    shape = (count, *[1] * (call.x.rank - 2)) if count > 1 else (1,)
    return call.op("PRelu", call.x, call.array("weight", shape))


@rule("nn.Softplus", "nn.functional.softplus")
def _softplus(call: Call) -> Output:
    """PyTorch returns its argument above a threshold, where the two are one number in float32."""
    beta = float(call.get("beta", 1.0))
    if beta == 1:
        return call.op("Softplus", call.x)
    return call.op("Div", call.op("Softplus", call.op("Mul", call.x, beta)), beta)


@rule("nn.LogSigmoid", "nn.functional.logsigmoid")
def _log_sigmoid(call: Call) -> Output:
    return call.op("Neg", call.op("Softplus", call.op("Neg", call.x)))


@rule("nn.Hardshrink", "nn.functional.hardshrink")
def _hardshrink(call: Call) -> Output:
    return call.op("Shrink", call.x, bias=0.0, lambd=float(call.get("lambd", 0.5)))


@rule("nn.Softshrink", "nn.functional.softshrink")
def _softshrink(call: Call) -> Output:
    bound = float(call.get("lambd", 0.5))
    return call.op("Shrink", call.x, bias=bound, lambd=bound)


@rule("nn.Tanhshrink", "nn.functional.tanhshrink")
def _tanhshrink(call: Call) -> Output:
    return call.op("Sub", call.x, call.op("Tanh", call.x))


@rule("nn.Threshold", "nn.functional.threshold")
def _threshold(call: Call) -> Output:
    is_above = call.op("Greater", call.x, float(call.get("threshold", 0.0)))
    return call.op("Where", is_above, call.x, float(call.get("value", 0.0)))


@rule("nn.SiLU", "nn.functional.silu")
def _silu(call: Call) -> Output:
    return call.op("Mul", call.x, call.op("Sigmoid", call.x))


@rule("nn.GELU", "nn.functional.gelu")
def _gelu(call: Call) -> Output:
    """By the error function, or by tanh; ONNX has an operator of it from opset 20 on."""
    call.refuse("approximate", "none", "tanh")
    x = call.x
    if call.get("approximate", "none") == "tanh":
        cubic = call.op("Mul", call.op("Mul", call.op("Mul", x, x), x), 0.044715)
        inner = call.op("Tanh", call.op("Mul", call.op("Add", x, cubic), math.sqrt(2 / math.pi)))
    else:
        inner = call.op("Erf", call.op("Div", x, math.sqrt(2)))
    return call.op("Mul", call.op("Mul", x, call.op("Add", inner, 1.0)), 0.5)


@rule("nn.GLU", "nn.functional.glu")
def _glu(call: Call) -> Output:
    half = call.x.length(axis := int(call.get("dim", -1))) // 2
    kept, gate = call.graph.ops("Split", 2, call.x, (half, half), axis=axis)
    return call.op("Mul", kept, call.op("Sigmoid", gate))


@rule("nn.Softmax", "nn.functional.softmax", "softmax")
def _softmax(call: Call) -> Output:
    return call.op("Softmax", call.x, axis=int(call.get("dim", -1)))


@rule("nn.LogSoftmax", "nn.functional.log_softmax", "log_softmax")
def _log_softmax(call: Call) -> Output:
    return call.op("LogSoftmax", call.x, axis=int(call.get("dim", -1)))


@rule("nn.Softmin", "nn.functional.softmin")
def _softmin(call: Call) -> Output:
    return call.op("Softmax", call.op("Neg", call.x), axis=int(call.get("dim", -1)))
