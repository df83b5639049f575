"""`Xavier`: weights that keep the variance of both passes, before activations that are nearly linear."""

from __future__ import annotations

import math

import numpy as np

from minnet_core import Array, Example, Initializer

from .scales import DISTRIBUTIONS, draw_scaled, fans, gain_of, one_of


class Xavier(Initializer):
    r"""Draws weights with a deviation between what forward and what backward ask for (Glorot).

    A sum of :math:`n_\mathrm{in}` independent products has :math:`n_\mathrm{in}\sigma^2` times the variance of its
    input, and going backward it is :math:`n_\mathrm{out}\sigma^2` times. Both cannot be 1, their mean can, with the
    gain :math:`g` that makes up for the activation:

    .. math:: \sigma = g \sqrt{\frac{2}{n_\mathrm{in} + n_\mathrm{out}}}

    PyTorch: ``torch.nn.init.xavier_uniform_`` and ``xavier_normal_``; the default is Keras's ``GlorotUniform``.

    Paper: Glorot and Bengio, 2010, "Understanding the difficulty of training deep feedforward neural networks".

    Args:
        gain: :math:`g`, a number or the name of the activation that follows: ``linear``, ``relu``, ``leaky_relu``,
            ``selu``, ``sigmoid`` or ``tanh``.
        distribution: ``uniform``, in :math:`\pm\sqrt3\sigma`, or ``normal``.

    >>> from minnet_layers.initializers import Xavier
    >>> weights = Xavier()((100, 200), rng=0)
    >>> bool(abs(weights).max() <= (6 / 300) ** 0.5)
    True
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 3, 3)],
            rejects=[(4,)],
            rejected_arguments=[{"gain": 0.0}, {"gain": "gelu"}, {"distribution": "gamma"}],
        ),
        Example(arguments={"gain": "tanh", "distribution": "normal"}, input=(6, 4)),
    )

    def __init__(self, gain: float | str = 1.0, distribution: str = "uniform") -> None:
        self.gain = gain_of("Xavier", gain)
        self.distribution = one_of("Xavier", "distribution", distribution, DISTRIBUTIONS)

    def draw(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        deviation = self.gain * math.sqrt(2 / max(sum(fans(self, shape)), 1))
        return draw_scaled(rng, shape, deviation, self.distribution)
