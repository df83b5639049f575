"""How large weights begin: fans, gains, and the two distributions of a deviation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from minnet_core import Array, ShapeError
from minnet_core.nn import positive_float

DISTRIBUTIONS = ("normal", "uniform")

GAINS: Mapping[str, float] = MappingProxyType(
    {
        "linear": 1.0,
        "relu": math.sqrt(2),
        "selu": 3 / 4,
        "sigmoid": 1.0,
        "tanh": 5 / 3,
    }
)
"""How much larger weights are before an activation, so that it keeps the variance; as PyTorch's."""


def gain_of(owner: object, gain: float | str, slope: float = 0.0) -> float:
    r"""Return a gain that is given as a number, or by the name of an activation.

    That of ``leaky_relu`` is :math:`\sqrt{2/(1 + s^2)}` with the slope :math:`s`.

    Raises:
        ValueError: if it is not above 0, or there is no such activation.

    >>> gain_of("Kaiming", "tanh"), gain_of("Kaiming", "leaky_relu", 1.0)
    (1.6666666666666667, 1.0)
    """
    if gain == "leaky_relu":
        return math.sqrt(2 / (1 + slope**2))
    if isinstance(gain, str):
        if gain not in GAINS:
            known = ", ".join(sorted([*GAINS, "leaky_relu"]))
            raise ValueError(f"{owner}: expected gain to be a number or one of {known}, received {gain!r}")
        return GAINS[gain]
    return positive_float(owner, "gain", gain)


def one_of(owner: object, name: str, value: str, known: Sequence[str]) -> str:
    """Return a text that is one of some.

    Raises:
        ValueError: if it is another.
    """
    if value not in known:
        raise ValueError(f"{owner}: expected {name} to be {' or '.join(map(repr, known))}, received {value!r}")
    return value


def fans(owner: object, shape: Sequence[int]) -> tuple[int, int]:
    r"""Count how many inputs an output meets, and how many outputs an input: fan-in and fan-out.

    Of a weight ``(outputs, inputs, *kernel)`` both are times the elements of the kernel, as in PyTorch.

    Raises:
        ShapeError: if the shape has fewer than two axes.

    >>> fans("Kaiming", (256, 784)), fans("Kaiming", (16, 3, 5, 5))
    ((784, 256), (75, 400))
    """
    if len(shape) < 2:
        raise ShapeError(f"{owner}: expected a shape of at least two axes (outputs, inputs, ...), received {shape}")
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def draw_scaled(rng: np.random.Generator, shape: tuple[int, ...], deviation: float, distribution: str) -> Array:
    r"""Draw numbers of mean 0: normal ones, or uniform ones in :math:`\pm\sqrt3\,\sigma`, which have that deviation."""
    if distribution == "normal":
        return deviation * rng.standard_normal(shape)
    bound = math.sqrt(3) * deviation
    return rng.uniform(-bound, bound, shape)
