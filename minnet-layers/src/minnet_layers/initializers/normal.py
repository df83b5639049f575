"""`Normal`: the bell curve."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer
from minnet_core.nn import positive_float


class Normal(Initializer):
    r"""Draws from :math:`N(\mu, \sigma^2)`.

    PyTorch: ``torch.nn.init.normal_(tensor, mean, std)``. Keras's ``RandomNormal`` has a ``std`` of 0.05.

    Args:
        mean: :math:`\mu`.
        std: :math:`\sigma`, above 0.

    >>> from minnet_layers.initializers import Normal
    >>> values = Normal(5.0, std=0.01)((1000,), rng=0)
    >>> round(float(values.mean()), 3), round(float(values.std()), 3)
    (5.0, 0.01)
    """

    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"std": 0.0}, {"mean": float("nan")}]),
        Example(arguments={"mean": 1.0, "std": 0.1}, input=[(5,), (2, 3, 2)]),
    )

    def __init__(self, mean: float = 0.0, std: float = 1.0) -> None:
        if not math.isfinite(mean):
            raise ValueError(f"Normal: expected mean to be a finite number, received {mean!r}")
        self.mean, self.std = float(mean), positive_float("Normal", "std", std)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return self.mean + self.std * rng.standard_normal(shape)
