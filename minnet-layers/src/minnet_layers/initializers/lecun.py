"""`LeCun`: weights that keep the variance forward."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer

from .scales import DISTRIBUTIONS, draw_scaled, fans, one_of


class LeCun(Initializer):
    r"""Draws weights whose sums have the variance of one input; for SELU, whose derivation assumes it.

    A sum of :math:`n` independent products has :math:`n\sigma^2` times the variance of its input, so

    .. math:: \sigma = \frac{1}{\sqrt{n_\mathrm{in}}}

    PyTorch: none; ``kaiming_normal_(nonlinearity="linear")`` is the same. Keras's ``LecunNormal`` has this deviation
    too, of a normal distribution that is cut off at two deviations.

    Paper: LeCun, Bottou, Orr and Müller, 1998, "Efficient BackProp".

    Args:
        distribution: ``normal``, or ``uniform``, in :math:`\pm\sqrt3\sigma`.

    >>> from minnet_layers.initializers import LeCun
    >>> round(float(LeCun()((100, 400), rng=0).std()), 3)
    0.05
    """

    EXAMPLES = (
        Example(input=[(4, 3), (2, 3, 3)], rejects=[(4,)], rejected_arguments=[{"distribution": "gamma"}]),
        Example(arguments={"distribution": "uniform"}, input=(6, 4)),
    )

    def __init__(self, distribution: str = "normal") -> None:
        self.distribution = one_of("LeCun", "distribution", distribution, DISTRIBUTIONS)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        fan_in, _ = fans(self, shape)
        return draw_scaled(rng, shape, 1 / math.sqrt(max(fan_in, 1)), self.distribution)
