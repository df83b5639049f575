"""`Constant`: one number everywhere."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer


class Constant(Initializer):
    r"""Fills a parameter with one number, :math:`W = c`.

    Weights of a hidden layer that are all equal stay equal: this is for biases and scales.

    PyTorch: ``torch.nn.init.constant_``, ``zeros_`` and ``ones_``.

    Args:
        value: :math:`c`, a finite number.

    >>> from minnet_layers.initializers import Constant
    >>> Constant(0.5)((2,))
    array([0.5, 0.5], dtype=float32)
    """

    EXAMPLES = (
        Example(input=[(4, 3), (5,)], rejected_arguments=[{"value": float("nan")}]),
        Example(arguments={"value": 0.1}, input=(2, 3, 2)),
    )

    def __init__(self, value: float = 0.0) -> None:
        if not math.isfinite(value):
            raise ValueError(f"Constant: expected value to be a finite number, received {value!r}")
        self.value = float(value)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return np.full(shape, self.value)
