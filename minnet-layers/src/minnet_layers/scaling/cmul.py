"""`CMul`: a learned factor for each element of a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, expect_shape
from minnet_core.nn import as_floating, whole_rows

from ..arguments import draw_uniform
from ..feature_rows import positive_shape
from .spreading import expect_spread, spread_affine, spread_sums


class CMul(Module):
    r"""Multiplies each element of a sample by a number that is learned; input ``(batch, ..., *size)``.

    .. math:: y_{si} = \gamma_i x_{si}

    An axis of length 1 in ``size`` meets any length, as in NumPy: ``(3, 1, 1)`` has one factor for each of 3 channels.

    Backward, with :math:`g = \partial L/\partial y`; a factor meets an element of every sample, and all of an axis of
    length 1, so its gradient is the sum over them:

    .. math:: \frac{\partial L}{\partial x_{si}} = \gamma_i g_{si}, \quad
              \frac{\partial L}{\partial\gamma_i} = \sum_s g_{si} x_{si}

    PyTorch: none. Torch7: ``nn.CMul``, with the same range of initial values; its size may begin with a 1 for the
    batch, which is never counted here.

    Args:
        size: lengths of the last axes; a number for one axis.
        rng: seed or generator that draws the factors, uniform in :math:`\pm 1/\sqrt n` where :math:`n` is their number.
        dtype: of the factors and their gradient.

    Attributes:
        gamma, gradGamma: of the shape ``size``; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import CMul
    >>> layer = CMul(2)
    >>> layer.gamma[...] = [2.0, 3.0]
    >>> layer.forward(np.array([[1.0, 1.0], [0.0, 2.0]]))
    array([[2., 3.],
           [0., 6.]])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma"}
    ALIASES: ClassVar = {"weight": "gamma"}
    EXAMPLES = (
        Example(
            arguments={"size": 3},
            input=[(4, 3), (2, 5, 3)],
            rejects=[(4, 2), (3,)],
            rejected_arguments=[{"size": 0}, {"size": ()}, {"dtype": "int32"}],
        ),
        Example(arguments={"size": (3, 1, 2)}, input=[(4, 3, 5, 2), (2, 3, 4, 2)], rejects=[(4, 3, 5, 1), (3, 5, 2)]),
    )

    def __init__(
        self,
        size: int | Sequence[int],
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        shape = positive_shape("CMul", "size", size)
        self.gamma = draw_uniform("CMul", np.random.default_rng(rng), math.prod(shape), shape, dtype)
        self.gradGamma = np.zeros_like(self.gamma)

    def updateOutput(self, input: Array) -> Array:
        expect_spread(self, input, self.gamma.shape)
        with whole_rows(input):
            output: Array = as_floating(input) * self.gamma
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_spread(self, input, self.gamma.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        with whole_rows(gradOutput):
            gradInput: Array = as_floating(gradOutput) * self.gamma
        self.gradInput = gradInput
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_spread(self, input, self.gamma.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        expect_shape(self, self.gradGamma, self.gamma.shape, "gradGamma")
        self.gradGamma += spread_sums(as_floating(gradOutput) * input, self.gamma.shape)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def as_affine(self) -> Affine | None:
        return spread_affine(self.gamma, 0.0, self.gamma.shape)
