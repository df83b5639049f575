"""`TruncatedNormal`: the bell curve without its tails."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer
from minnet_core.nn import positive_float

_USUAL = 0.1
"""From this probability of the interval on, normal numbers are drawn until they are in it."""

_FAR = 40.0
"""Beyond an end that is far out, the density has fallen by the factor exp(-40) after 40 times one over that end."""


class TruncatedNormal(Initializer):
    r"""Draws from :math:`N(\mu, \sigma^2)`, given that the number is from :math:`a` to :math:`b`.

    PyTorch: ``torch.nn.init.trunc_normal_(tensor, mean, std, low, high)``. Like there, the ends are not in deviations:
    for a ``std`` of 0.02 the usual ``low`` and ``high`` are -0.04 and 0.04. Without the tails the deviation is less
    than ``std``, 0.88 of it if they begin at two deviations.

    Args:
        mean, std: :math:`\mu` and :math:`\sigma` of the normal distribution.
        low, high: :math:`a < b`; either may be infinite.

    >>> from minnet_layers.initializers import TruncatedNormal
    >>> values = TruncatedNormal()((10000,), rng=0)
    >>> bool(abs(values).max() <= 2), round(float(values.std()), 2)
    (True, 0.88)
    """

    EXAMPLES = (
        Example(input=(4, 3), rejected_arguments=[{"std": 0.0}, {"low": 2.0}, {"mean": float("nan")}]),
        Example(arguments={"mean": 0.1, "std": 0.02, "low": 0.06, "high": 0.14}, input=[(5,), (2, 3, 2)]),
        Example(arguments={"low": 4.0, "high": 100.0}, input=(5,)),
    )

    def __init__(self, mean: float = 0.0, std: float = 1.0, low: float = -2.0, high: float = 2.0) -> None:
        if not math.isfinite(mean):
            raise ValueError(f"TruncatedNormal: expected mean to be a finite number, received {mean!r}")
        if not low < high:
            raise ValueError(f"TruncatedNormal: expected low below high, received {low!r} and {high!r}")
        self.mean, self.std = float(mean), positive_float("TruncatedNormal", "std", std)
        self.low, self.high = float(low), float(high)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        low, high = (self.low - self.mean) / self.std, (self.high - self.mean) / self.std
        values = np.empty(math.prod(shape))
        left = np.arange(values.size)
        propose = _propose_normal if _probability(low, high) > _USUAL else _propose_uniform
        while left.size:
            drawn, is_taken = propose(rng, low, high, left.size)
            values[left[is_taken]] = drawn[is_taken]
            left = left[~is_taken]
        return np.clip(self.mean + self.std * values, self.low, self.high).reshape(shape)


def _probability(low: float, high: float) -> float:
    return (math.erf(high / math.sqrt(2)) - math.erf(low / math.sqrt(2))) / 2


def _propose_normal(rng: np.random.Generator, low: float, high: float, n: int) -> tuple[Array, Array]:
    drawn = rng.standard_normal(n)
    return drawn, (low <= drawn) & (drawn <= high)


def _propose_uniform(rng: np.random.Generator, low: float, high: float, n: int) -> tuple[Array, Array]:
    r"""Uniform numbers, taken with the probability :math:`e^{(m^2 - x^2)/2}`, :math:`m` being the nearest to 0.

    This is for an interval that is narrow or far out, where next to no normal number falls.
    """
    nearest = min(max(low, 0.0), high)
    reach = _FAR / max(abs(nearest), 1.0)
    drawn = rng.uniform(max(low, nearest - reach), min(high, nearest + reach), n)
    return drawn, rng.random(n) <= np.exp((nearest**2 - drawn**2) / 2)
