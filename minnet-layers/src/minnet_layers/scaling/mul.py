"""`Mul`: one learned factor."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, expect_shape
from minnet_core.nn import as_floating

from ..arguments import draw_uniform
from .spreading import spread_affine, spread_sums


class Mul(Module):
    r"""Multiplies everything by one number that is learned; input and output of one shape, which is any.

    .. math:: y = \gamma x

    Backward, with :math:`g = \partial L/\partial y`; :math:`\gamma` meets every element, so its gradient is a sum:

    .. math:: \frac{\partial L}{\partial x} = \gamma g, \quad \frac{\partial L}{\partial\gamma} = \sum g x

    PyTorch: none. Torch7: ``nn.Mul``, with the same range of initial values.

    Args:
        rng: seed or generator that draws the factor, uniform in :math:`\pm 1`.
        dtype: of the factor and its gradient.

    Attributes:
        gamma, gradGamma: ``(1,)``; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import Mul
    >>> layer = Mul()
    >>> layer.gamma[...] = 3
    >>> layer.forward(np.array([1.0, 2.0]))
    array([3., 6.])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma"}
    ALIASES: ClassVar = {"weight": "gamma"}
    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], rejected_arguments=[{"dtype": "int32"}]),)

    def __init__(self, *, rng: int | np.random.Generator | None = None, dtype: npt.DTypeLike = "float32") -> None:
        super().__init__()
        self.gamma = draw_uniform("Mul", np.random.default_rng(rng), 1, (1,), dtype)
        self.gradGamma = np.zeros_like(self.gamma)

    def updateOutput(self, input: Array) -> Array:
        expect_shape(self, self.gamma, (1,), "gamma")
        output: Array = (as_floating(input) * self.gamma).reshape(input.shape)  # also where that is ()
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = (as_floating(gradOutput) * self.gamma).reshape(input.shape)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        expect_shape(self, self.gradGamma, (1,), "gradGamma")
        self.gradGamma += spread_sums(as_floating(gradOutput) * input, ())

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def as_affine(self) -> Affine | None:
        return spread_affine(self.gamma, 0.0, self.gamma.shape)
