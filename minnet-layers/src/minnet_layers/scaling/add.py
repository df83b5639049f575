"""`Add`: a learned offset, one for everything or one for each feature."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, expect_shape
from minnet_core.nn import as_floating, positive_int

from ..arguments import draw_uniform
from .spreading import expect_spread, spread_affine, spread_sums


class Add(Module):
    r"""Adds to each feature a number that is learned, or one to everything; input ``(batch, ..., n_out)``.

    .. math:: y_j = x_j + \beta_j

    Backward, with :math:`g = \partial L/\partial y`; :math:`\beta_j` meets feature :math:`j` of every sample, so its
    gradient is a sum over all axes but the last, and that of a single :math:`\beta` over all:

    .. math:: \frac{\partial L}{\partial x} = g, \quad \frac{\partial L}{\partial\beta_j} = \sum_s g_{sj}

    PyTorch: none. Torch7: ``nn.Add(n_out)``, and ``nn.Add(n, true)`` where ``n_out`` is 1, with the same range of
    initial values. `CAdd` has an offset for each element of any size.

    Args:
        n_out: how many features there are; 1 for one number that is added to everything, whatever the shape.
        rng: seed or generator that draws the offsets, uniform in :math:`\pm 1/\sqrt{n_\mathrm{out}}`.
        dtype: of the offsets and their gradient.

    Attributes:
        beta, gradBeta: ``(n_out,)``; also ``bias`` and ``gradBias``.

    >>> import numpy as np
    >>> from minnet_layers import Add
    >>> layer = Add(2)
    >>> layer.beta[...] = [0.5, -1.0]
    >>> layer.forward(np.array([[1.0, 2.0]]))
    array([[1.5, 1. ]])
    """

    PARAMETERS: ClassVar = {"beta": "gradBeta"}
    ALIASES: ClassVar = {"bias": "beta"}
    EXAMPLES = (
        Example(
            arguments={"n_out": 3},
            input=[(4, 3), (2, 5, 3)],
            rejects=[(4, 2), (3,)],
            rejected_arguments=[{"n_out": 0}, {"dtype": "int32"}],
        ),
        Example(input=[(4, 3), (2, 3, 5)]),
    )

    def __init__(
        self, n_out: int = 1, *, rng: int | np.random.Generator | None = None, dtype: npt.DTypeLike = "float32"
    ) -> None:
        super().__init__()
        n_out = positive_int("Add", "n_out", n_out)
        self.beta = draw_uniform("Add", np.random.default_rng(rng), n_out, (n_out,), dtype)
        self.gradBeta = np.zeros_like(self.beta)

    def updateOutput(self, input: Array) -> Array:
        expect_spread(self, input, self.beta.shape)
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
