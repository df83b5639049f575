"""Functions of one number after another, and softmax."""

from __future__ import annotations

import math
from typing import Any

from minnet_core import Module

from .use import READERS, Made, Use, layer, reads

_PLAIN = {
    **{"Relu": "ReLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softplus": "SoftPlus", "Softsign": "SoftSign"},
    **{"Mish": "Mish", "HardSwish": "HardSwish", "Abs": "Abs", "Exp": "Exp", "Log": "Log", "Sqrt": "Sqrt"},
}


def _plain(name: str) -> Any:
    return lambda use: layer(name)


for _kind, _name in _PLAIN.items():
    READERS[_kind] = _plain(_name)


@reads("Identity")
def _identity(use: Use) -> Made:
    return None


@reads("Dropout")
def _dropout(use: Use) -> Made:
    """Of a model that is evaluated, which drops nothing."""
    is_training = use.optional(2, "training_mode")
    if is_training is not None and is_training.any():
        use.refuse("its training_mode is true: it drops numbers whenever the model is run")
    return None


@reads("Cast")
def _cast(use: Use) -> Made:
    """Layers take indices of any dtype, and compute in that of their parameters; none of them cuts numbers off."""
    use.expect("to", 1, 6, 7, 10, 11)
    if use.get("to", 1) in (6, 7) and not use.is_integer and set(use.takers.get(use.outputs[0], ())) - {("Gather", 1)}:
        use.refuse("it cuts numbers off, which are more than indices")
    return None


@reads("Elu")
def _elu(use: Use) -> Module:
    return layer("ELU", float(use.get("alpha", 1.0)))


@reads("Celu")
def _celu(use: Use) -> Module:
    return layer("CELU", float(use.get("alpha", 1.0)))


@reads("Selu")
def _selu(use: Use) -> Module:
    for name, value in (("alpha", 1.6732632), ("gamma", 1.0507010)):
        if not math.isclose(use.get(name, value), value, rel_tol=1e-6):
            use.refuse(f"its {name} is {use.get(name, value)}, where {value} was expected")
    return layer("SELU")


@reads("LeakyRelu")
def _leaky_relu(use: Use) -> Module:
    return layer("LeakyReLU", float(use.get("alpha", 0.01)))


@reads("PRelu")
def _prelu(use: Use) -> Module:
    slope = use.constant(1, "slope")
    if slope.size == 1:
        return layer("PReLU", arrays={"slope": slope})
    spread = [1] * (use.rank - slope.ndim) + list(slope.shape)
    if spread.count(1) != use.rank - 1 or spread[1] != slope.size:
        use.refuse(f"its slopes have shape {slope.shape}, where one for each channel was expected")
    return layer("PReLU", slope.size, arrays={"slope": slope})


@reads("HardSigmoid")
def _hard_sigmoid(use: Use) -> Module:
    alpha, beta = float(use.get("alpha", 0.2)), float(use.get("beta", 0.5))
    if not (math.isclose(alpha, 1 / 6, rel_tol=1e-6) and beta == 0.5):
        use.refuse(f"its alpha and beta are {alpha:g} and {beta:g}, where 1/6 and 0.5 were expected")
    return layer("HardSigmoid")


@reads("Clip")
def _clip(use: Use) -> Made:
    low, high = use.optional(1, "min"), use.optional(2, "max")
    bounds = [None if bound is None else float(bound.item()) for bound in (low, high)]
    if bounds == [None, None]:
        return None
    if bounds == [0.0, 6.0]:
        return layer("ReLU6")
    return layer("Clamp", min=bounds[0], max=bounds[1])


@reads("Shrink")
def _shrink(use: Use) -> Module:
    bias, bound = float(use.get("bias", 0.0)), float(use.get("lambd", 0.5))
    if bias not in (0.0, bound):
        use.refuse(f"its bias is {bias:g}, where 0 or its lambd was expected")
    return layer("SoftShrink" if bias else "HardShrink", bound)


@reads("ThresholdedRelu")
def _thresholded_relu(use: Use) -> Module:
    return layer("Threshold", float(use.get("alpha", 1.0)), 0.0)


@reads("Gelu")
def _gelu(use: Use) -> Module:
    return layer("GELU", approximate=str(use.get("approximate", "none")))


@reads("Softmax")
def _softmax(use: Use) -> Module:
    return layer("SoftMax", axis=int(use.get("axis", -1)))


@reads("LogSoftmax")
def _log_softmax(use: Use) -> Module:
    return layer("LogSoftMax", axis=int(use.get("axis", -1)))
