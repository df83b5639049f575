"""`CAdd`: a learned offset for each element of a sample."""

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


class CAdd(Module):
    r"""Adds to each element of a sample a number that is learned; input ``(batch, ..., *size)``.

    .. math:: y_{si} = x_{si} + \beta_i

    An axis of length 1 in ``size`` meets any length, as in NumPy: ``(5, 1)`` has one offset for each of 5 steps.

    Backward, with :math:`g = \partial L/\partial y`; an offset meets an element of every sample, and all of an axis of
    length 1, so its gradient is the sum over them:

    .. math:: \frac{\partial L}{\partial x_{si}} = g_{si}, \quad \frac{\partial L}{\partial\beta_i} = \sum_s g_{si}

    PyTorch: none. Torch7: ``nn.CAdd``, with the same range of initial values; its size may begin with a 1 for the
    batch, which is never counted here.

    Args:
        size: lengths of the last axes; a number for one axis.
        rng: seed or generator that draws the offsets, uniform in :math:`\pm 1/\sqrt n` where :math:`n` is their number.
        dtype: of the offsets and their gradient.

    Attributes:
        beta, gradBeta: of the shape ``size``; also ``bias`` and ``gradBias``.

    >>> import numpy as np
    >>> from minnet_layers import CAdd
    >>> layer = CAdd((2, 1))
    >>> layer.beta[...] = [[10.0], [20.0]]
    >>> layer.forward(np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    array([[[11., 12.],
            [23., 24.]]])
    """

    PARAMETERS: ClassVar = {"beta": "gradBeta"}
    ALIASES: ClassVar = {"bias": "beta"}
    EXAMPLES = (
        Example(
            arguments={"size": (3, 2)},
            input=[(4, 3, 2), (2, 5, 3, 2)],
            rejects=[(4, 2, 3), (3, 2)],
            rejected_arguments=[{"size": 0}, {"size": (2.5,)}, {"dtype": "int32"}],
        ),
        Example(arguments={"size": (3, 1)}, input=[(4, 3, 2), (2, 3, 5)]),
    )

    def __init__(
        self,
        size: int | Sequence[int],
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        shape = positive_shape("CAdd", "size", size)
        self.beta = draw_uniform("CAdd", np.random.default_rng(rng), math.prod(shape), shape, dtype)
        self.gradBeta = np.zeros_like(self.beta)

    def updateOutput(self, input: Array) -> Array:
        expect_spread(self, input, self.beta.shape)
        with whole_rows(input):
            output: Array = as_floating(input) + self.beta
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_spread(self, input, self.beta.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        self.gradInput = np.array(as_floating(gradOutput))
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_spread(self, input, self.beta.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        expect_shape(self, self.gradBeta, self.beta.shape, "gradBeta")
        self.gradBeta += spread_sums(gradOutput, self.beta.shape)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def as_affine(self) -> Affine | None:
        return spread_affine(1.0, self.beta, self.beta.shape)
