"""`Uniform`: all numbers of an interval alike."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer


class Uniform(Initializer):
    r"""Draws from :math:`U(a, b)`.

    PyTorch: ``torch.nn.init.uniform_(tensor, low, high)``; what PyTorch and minnet begin a linear layer with is
    ``Uniform(-n**-0.5, n**-0.5)``, :math:`n` being its inputs. Keras's ``RandomUniform`` is ``Uniform(-0.05, 0.05)``.

    Args:
        low, high: :math:`a < b`.

    >>> from minnet_layers.initializers import Uniform
    >>> values = Uniform(-2, 2)((1000,), rng=0)
    >>> bool(abs(values).max() <= 2), bool(values.min() < -1.9)
    (True, True)
    """

    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"low": 1.0}, {"high": float("inf")}]),
        Example(arguments={"low": -0.1, "high": 0.1}, input=[(5,), (2, 3, 2)]),
    )

    def __init__(self, low: float = 0.0, high: float = 1.0) -> None:
        if not (low < high and math.isfinite(high - low)):
            raise ValueError(f"Uniform: expected finite low and high, low below high, received {low!r} and {high!r}")
        self.low, self.high = float(low), float(high)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.uniform(self.low, self.high, shape)
