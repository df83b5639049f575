"""`GaussianNoise`: normal noise, added in training."""

from __future__ import annotations

import numpy as np

from minnet_core import Affine, Array, Example, Module, expect_shape
from minnet_core.nn import floating_dtype, normal_numbers, positive_float


class GaussianNoise(Module):
    r"""Adds normal numbers of mean 0 to its input, in training mode; any shape.

    .. math:: y = x + \sigma z, \qquad z \sim \mathcal N(0, 1)

    Evaluation mode is the identity (a copy of the input) and draws nothing.

    Backward, with :math:`g = \partial L/\partial y`; the noise does not depend on :math:`x`:

    .. math:: \frac{\partial L}{\partial x} = g

    PyTorch: none; ``x + std * torch.randn_like(x)``. Keras: ``GaussianNoise(std)``. Torch7:
    ``nn.WhiteNoise(mean, std)``, of any mean.

    Paper: Bishop, 1995, Neural Computation 7:108, which shows it to be a penalty on slopes.

    Args:
        std: :math:`\sigma`, the standard deviation of the noise, 0 or more.
        rng: seed or generator of the noise.

    >>> import numpy as np
    >>> from minnet_layers import GaussianNoise
    >>> layer = GaussianNoise(0.1, rng=0)
    >>> bool(np.abs(layer.forward(np.zeros(1000))).max() < 0.5)
    True
    >>> layer.evaluate()
    >>> layer.forward(np.zeros(2))
    array([0., 0.])
    """

    EXAMPLES = (
        Example(
            arguments={"std": 0.5},
            input=[(4, 3), (2, 3, 4)],
            traits={"stochastic", "train-differs"},
            rejected_arguments=[{"std": -0.1}, {"std": float("inf")}, {"std": float("nan")}],
        ),
    )

    def __init__(self, std: float, *, rng: int | np.random.Generator | None = None) -> None:
        super().__init__()
        self.std = positive_float("GaussianNoise", "std", std, or_zero=True)
        self.rng = np.random.default_rng(rng)

    def updateOutput(self, input: Array) -> Array:
        if self.training:
            output = normal_numbers(self.rng, input.shape, floating_dtype(input))
            output *= self.std
            output += input
        else:
            output = input.astype(floating_dtype(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = gradOutput.astype(floating_dtype(gradOutput))
        return self.gradInput

    def as_affine(self) -> Affine:
        return Affine()
