"""A workload for the usual layers, criterions and optimizers in several sizes, and for the other optimizers in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .networks import DIGITS, SMALL, TINY, WIDE
from .workload import CriterionPasses, LayerPasses, Layers, OptimizerSteps, Shape, Spec

SHAPES: tuple[Shape, ...] = ((32, 64), (256, 1024), (4096, 1024))

POSITIVE = {"Log", "Sqrt"}
"""Layers that take numbers above 0 only."""

LAYERS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "Abs": lambda n: {},
    "BatchNormalization": lambda n: {"alpha": 0.9},
    "CELU": lambda n: {},
    "ChannelwiseScaling": lambda n: {"n_out": n},
    "Clamp": lambda n: {"min": -1.0, "max": 1.0},
    "Dropout": lambda n: {"p": 0.5},
    "ELU": lambda n: {},
    "Exp": lambda n: {},
    "GELU": lambda n: {},
    "HardShrink": lambda n: {},
    "HardSigmoid": lambda n: {},
    "HardSwish": lambda n: {},
    "HardTanh": lambda n: {},
    "Identity": lambda n: {},
    "LeakyReLU": lambda n: {},
    "Linear": lambda n: {"n_in": n, "n_out": n},
    "Log": lambda n: {},
    "LogSigmoid": lambda n: {},
    "LogSoftMax": lambda n: {},
    "Mish": lambda n: {},
    "PReLU": lambda n: {},
    "Power": lambda n: {"exponent": 3.0},
    "RReLU": lambda n: {},
    "ReLU": lambda n: {},
    "ReLU6": lambda n: {},
    "SELU": lambda n: {},
    "SiLU": lambda n: {},
    "Sigmoid": lambda n: {},
    "SoftMax": lambda n: {},
    "SoftMin": lambda n: {},
    "SoftPlus": lambda n: {},
    "SoftShrink": lambda n: {},
    "SoftSign": lambda n: {},
    "Sqrt": lambda n: {},
    "Square": lambda n: {},
    "Tanh": lambda n: {},
    "TanhShrink": lambda n: {},
    "Threshold": lambda n: {"threshold": 0.1, "value": 2.0},
}
"""Name -> the arguments for that many features."""

CRITERIONS: Mapping[str, tuple[str, ...]] = {
    "ClassNLLCriterion": ("classes", "one-hot"),
    "ClassNLLCriterionUnstable": ("classes", "one-hot"),
    "MSECriterion": ("values",),
}
"""Name -> the kinds of target that it takes."""

OPTIMIZERS: Mapping[str, Spec] = {
    "SGD": Spec("SGD", {"lr": 1e-3}),
    "SGD-momentum": Spec("SGD", {"lr": 1e-3, "momentum": 0.9}),
    "Adam": Spec("Adam", {"lr": 1e-3}),
    "AdamW": Spec("AdamW", {"lr": 1e-3, "weight_decay": 0.01}),
    "RMSprop": Spec("RMSprop", {"lr": 1e-3}),
    "Adagrad": Spec("Adagrad", {"lr": 1e-3}),
}

OTHER_OPTIMIZERS: Mapping[str, Spec] = {
    "Adadelta": Spec("Adadelta", {"lr": 0.1}),
    "Adamax": Spec("Adamax", {"lr": 1e-3}),
    "LAMB": Spec("LAMB", {"lr": 1e-3}),
    "LBFGS": Spec(
        "LBFGS",  # a step is one iteration, and none ends it early, so that all take the same time
        {"lr": 1e-3, "max_iter": 1, "history_size": 10, "tolerance_grad": 0.0, "tolerance_change": 0.0},
    ),
    "Lion": Spec("Lion", {"lr": 1e-4}),
    "NAdam": Spec("NAdam", {"lr": 1e-3}),
    "RAdam": Spec("RAdam", {"lr": 1e-3}),
    "Rprop": Spec("Rprop", {"lr": 1e-3}),
}
"""Those that are measured in one size."""

PARAMETERS: Mapping[str, Layers] = {"82": TINY, "17k": SMALL, "235k": DIGITS, "2.1M": WIDE}
"""Their number -> the network that has them: an optimizer's cost depends on how many tensors they are, too."""


def component_workloads() -> Iterator[LayerPasses | CriterionPasses | OptimizerSteps]:
    """All of them, by kind, then by name, then by size."""
    for layer, arguments in LAYERS.items():
        for shape in SHAPES:
            yield LayerPasses(f"{layer}-{_size(shape)}", Spec(layer, arguments(shape[1])), shape, layer in POSITIVE)
    for criterion, targets in CRITERIONS.items():
        for target in targets:
            for shape in SHAPES:
                suffix = "" if target == targets[0] else f"-{target}"
                yield CriterionPasses(f"{criterion}{suffix}-{_size(shape)}", criterion, target, shape)
    for label, optimizer in OPTIMIZERS.items():
        for size, layers in PARAMETERS.items():
            yield OptimizerSteps(f"{label}-{size}", optimizer, layers)
    for label, optimizer in OTHER_OPTIMIZERS.items():
        yield OptimizerSteps(f"{label}-235k", optimizer, PARAMETERS["235k"], has_closure=label == "LBFGS")


def _size(shape: Shape) -> str:
    return "x".join(map(str, shape))
