"""`Kaiming`: weights that keep the variance of one pass, before rectifiers."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer

from .scales import DISTRIBUTIONS, draw_scaled, fans, gain_of, one_of

MODES = ("fan_in", "fan_out")


class Kaiming(Initializer):
    r"""Draws weights that keep the variance from layer to layer where rectifiers follow (He).

    A sum of :math:`n` independent products has :math:`n\sigma^2` times the mean square of its input, and a rectifier
    leaves half of that, so that :math:`n\sigma^2/2 = 1` keeps it; in general with the gain :math:`g`:

    .. math:: \sigma = \frac{g}{\sqrt{n}}

    PyTorch: ``torch.nn.init.kaiming_normal_`` and ``kaiming_uniform_``, whose ``a`` is ``slope`` and whose
    ``nonlinearity`` is ``gain``.

    Paper: He et al., 2015, "Delving Deep into Rectifiers", arXiv:1502.01852.

    Args:
        mode: whether :math:`n` is ``fan_in``, what an output meets, which keeps the variance forward; or ``fan_out``,
            which keeps it backward.
        gain: :math:`g`, a number or the name of the activation that follows: ``relu``, ``leaky_relu``, ``linear``,
            ``selu``, ``sigmoid`` or ``tanh``.
        slope: of ``leaky_relu``; no other looks at it.
        distribution: ``normal``, or ``uniform``, in :math:`\pm\sqrt3\sigma`.

    >>> from minnet_layers.initializers import Kaiming
    >>> round(float(Kaiming()((100, 800), rng=0).std()), 3)
    0.05
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 3, 3)],
            rejects=[(4,)],
            rejected_arguments=[{"mode": "fan"}, {"gain": -1.0}, {"gain": "gelu"}, {"distribution": "gamma"}],
        ),
        Example(arguments={"gain": "leaky_relu", "slope": 0.5, "distribution": "uniform"}, input=(6, 4)),
        Example(arguments={"mode": "fan_out", "gain": 1.0}, input=(6, 4, 2)),
    )

    def __init__(
        self, mode: str = "fan_in", gain: float | str = "relu", slope: float = 0.01, distribution: str = "normal"
    ) -> None:
        self.mode = one_of("Kaiming", "mode", mode, MODES)
        self.gain = gain_of("Kaiming", gain, slope)
        self.distribution = one_of("Kaiming", "distribution", distribution, DISTRIBUTIONS)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        fan = fans(self, shape)[MODES.index(self.mode)]
        return draw_scaled(rng, shape, self.gain / math.sqrt(max(fan, 1)), self.distribution)
