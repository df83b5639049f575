"""`is_activation`: which layers can stand where another activation stands, told from what they compute."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Module
from minnet_core.support import needed_arguments

_GRID = np.concatenate([np.linspace(-4.0, 4.0, 63), [-1e4, -1e3, 1e3, 1e4]])
"""Numbers of both signs, near and far from 0, none of them a corner of a usual activation."""

_MOST_GROWTH = 10.0
"""What the outputs may be at most, by the size of the inputs."""


def is_activation(cls: type[Module]) -> bool:
    """Whether a layer, made without arguments, is an activation.

    That is: it computes a function of one number after another, the same in training and in evaluation, takes every
    real number, is no linear function, and grows no faster than one. No package declares which of its layers are that,
    so they are asked: a stranger's layers are found as ours are. The identity, dropout, softmax and normalizations are
    none, and neither are squares and exponentials, with which a network of several layers overflows.

    >>> from minnet_core import layers
    >>> [name for name in ("Dropout", "Exp", "Identity", "ReLU", "SoftMax", "Tanh") if is_activation(layers[name])]
    ['ReLU', 'Tanh']
    """
    try:
        if needed_arguments(cls):
            return False
        return _computes_one(cls)
    except Exception:  # a stranger's layer may raise anything, for arguments or inputs that it does not take
        return False


def _computes_one(cls: type[Module]) -> bool:
    rng = np.random.default_rng(0)
    rows = np.stack([rng.permutation(_GRID) for _ in range(3)]).astype(np.float32)
    with np.errstate(all="ignore"):
        layer = cls()
        trained, again = _forward(layer, rows), _forward(layer, rows)
        layer.evaluate()
        evaluated = _forward(layer, rows)
        if not (_alike(trained, again) and _alike(trained, evaluated) and np.isfinite(evaluated).all()):
            return False
        # The same number gives the same one wherever it stands, whatever stands beside it.
        order = np.argsort(rows, axis=1)
        values = np.take_along_axis(evaluated, order, axis=1)
        if evaluated.shape != rows.shape or not _alike(values, np.broadcast_to(values[:1], values.shape)):
            return False
        alone = _forward(layer, rows[:1, :1])
        if not _alike(alone, evaluated[:1, :1]):
            return False
        return not _is_linear(np.sort(_GRID), values[0]) and _grows_little(np.sort(_GRID), values[0])


def _forward(layer: Module, rows: Array) -> Array:
    return np.asarray(layer.forward(rows.copy()), np.float64)


def _alike(first: Array, second: Array) -> bool:
    return first.shape == second.shape and bool(np.allclose(first, second, rtol=1e-5, atol=1e-6))


def _is_linear(inputs: Array, outputs: Array) -> bool:
    slope, offset = np.polyfit(inputs, outputs, 1)
    return bool(np.allclose(outputs, slope * inputs + offset, rtol=1e-4, atol=1e-4))


def _grows_little(inputs: Array, outputs: Array) -> bool:
    return bool((np.abs(outputs) <= _MOST_GROWTH * (1 + np.abs(inputs))).all())
