"""The layers that have twins, and inputs for them."""

from __future__ import annotations

import numpy as np

LAYERS = {
    "Linear": {"n_in": 6, "n_out": 5, "rng": 0},
    "BatchNormalization": {"alpha": 0.9},
    "ChannelwiseScaling": {"n_out": 6, "rng": 0},
    "LayerNormalization": {"normalized_shape": 6},
    "Dropout": {"p": 0.3, "rng": 0},
    "ReLU": {},
    "LeakyReLU": {"slope": 0.2},
    "ELU": {"alpha": 0.7},
    "SoftPlus": {},
    "Sigmoid": {},
    "SiLU": {},
    "GELU": {},
    "SoftMax": {},
    "LogSoftMax": {},
    "CELU": {"alpha": 0.7},
    "HardShrink": {"lambd": 0.3},
    "HardSigmoid": {},
    "HardSwish": {},
    "HardTanh": {"min_val": -0.3, "max_val": 0.7},
    "LogSigmoid": {},
    "Mish": {},
    "ReLU6": {},
    "SELU": {},
    "SoftMin": {},
    "SoftShrink": {"lambd": 0.3},
    "Threshold": {"threshold": 0.1, "value": 20.0},
}
"""Their names, and arguments for inputs of 6 features."""


def draw(shape, seed=0, dtype=np.float32):
    return (3 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)
