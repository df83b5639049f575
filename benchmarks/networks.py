"""The networks of the table: those that SPEED.md, the record of what is attainable, was measured with."""

from __future__ import annotations

from itertools import pairwise

from .workload import Inference, Layers, Spec, Training


def _dense(*widths: int, activation: str) -> Layers:
    layers: list[Spec] = []
    for n_in, n_out in pairwise(widths):
        layers += [Spec("Linear", {"n_in": n_in, "n_out": n_out}), Spec(activation)]
    return (*layers[:-1], Spec("LogSoftMax"))


def _normalized(*widths: int) -> Layers:
    """Linear, BatchNormalization, ChannelwiseScaling, ReLU and Dropout again and again."""
    layers: list[Spec] = []
    for n_in, n_out in pairwise(widths[:-1]):
        layers += [
            Spec("Linear", {"n_in": n_in, "n_out": n_out}),
            Spec("BatchNormalization", {"alpha": 0.9}),
            Spec("ChannelwiseScaling", {"n_out": n_out}),
            Spec("ReLU"),
            Spec("Dropout", {"p": 0.5}),
        ]
    return (*layers, Spec("Linear", {"n_in": widths[-2], "n_out": widths[-1]}), Spec("LogSoftMax"))


TINY = _dense(2, 16, 2, activation="ReLU")
SMALL = _dense(64, 128, 64, 10, activation="ReLU")
DIGITS = _normalized(784, 256, 128, 10)
WIDE = _dense(1024, 1024, 1024, 10, activation="ELU")

# The rates are small: thousands of steps on few batches shall not make gradients denormal numbers, which are slow.
_SGD = Spec("SGD", {"lr": 1e-3})
_MOMENTUM = Spec("SGD", {"lr": 1e-4, "momentum": 0.9})
_ADAM = Spec("Adam", {"lr": 1e-4})

NETWORKS = (
    Training("mlp-tiny", TINY, _SGD, 32),
    Training("mlp-small", SMALL, _SGD, 64),
    Training("digits-64", DIGITS, _ADAM, 64),
    Training("digits-256", DIGITS, _ADAM, 256),
    Training("wide-elu", WIDE, _MOMENTUM, 256),
    Inference("inference-1", DIGITS, 1),
    Inference("inference-1024", DIGITS, 1024),
    Inference("inference-1-fused", DIGITS, 1, fused=True),
    Inference("inference-1024-fused", DIGITS, 1024, fused=True),
)
"""mlp-tiny is 2-16-2, mlp-small 64-128-64-10, digits 784-256-128-10, and wide-elu 1024-1024-1024-10."""
