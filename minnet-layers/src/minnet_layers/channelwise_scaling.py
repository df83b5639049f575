"""`ChannelwiseScaling`: a learned scale and offset for each feature."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, expect_shape
from minnet_core.nn import as_floating, column_sums, floating_dtype, positive_int, whole_rows

from .arguments import draw_uniform, expect_features


class ChannelwiseScaling(Module):
    r"""Scales and shifts each feature; input ``(..., n_out)``, the features on the last axis, output the same.

    .. math:: y = \gamma x + \beta

    Backward, with :math:`g = \partial L/\partial y`; :math:`\gamma_j` and :math:`\beta_j` meet feature :math:`j` of
    every sample, so their gradients are sums over all axes but the last:

    .. math:: \frac{\partial L}{\partial x} = \gamma g, \quad \frac{\partial L}{\partial \beta_j} = \sum_s g_{sj}, \quad
              \frac{\partial L}{\partial \gamma_j} = \sum_s g_{sj} x_{sj}

    PyTorch: the second half of ``torch.nn.BatchNorm1d(n)``; its ``weight`` and ``bias`` start as 1 and 0, here drawn.

    Args:
        n_out: how many features there are: the length of ``gamma``, ``beta``, ``gradGamma`` and ``gradBeta``, which
            are ``weight``, ``bias``, ``gradWeight`` and ``gradBias`` too.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt{n_\mathrm{out}}`.
        dtype: of the parameters and their gradients.

    >>> import numpy as np
    >>> from minnet_layers import ChannelwiseScaling
    >>> layer = ChannelwiseScaling(2)
    >>> layer.gamma, layer.beta = np.array([2.0, 3.0]), np.array([0.0, 1.0])
    >>> layer.forward(np.array([[1.0, 2.0]]))
    array([[2., 7.]])
    """

    PARAMETERS: ClassVar = {"gamma": "gradGamma", "beta": "gradBeta"}
    ALIASES: ClassVar = {"weight": "gamma", "bias": "beta"}
    EXAMPLES = (
        Example(arguments={"n_out": 3}, input=(4, 3), rejects=[(4, 2), (1,)], rejected_arguments=[{"n_out": 0}]),
        Example(arguments={"n_out": 2}, input=(3, 4, 2)),
    )

    def __init__(
        self, n_out: int, *, rng: int | np.random.Generator | None = None, dtype: npt.DTypeLike = "float32"
    ) -> None:
        super().__init__()
        n_out, rng = positive_int("ChannelwiseScaling", "n_out", n_out), np.random.default_rng(rng)
        self.gamma, self.beta = (draw_uniform("ChannelwiseScaling", rng, n_out, (n_out,), dtype) for _ in range(2))
        self.gradGamma, self.gradBeta = np.zeros_like(self.gamma), np.zeros_like(self.beta)

    def updateOutput(self, input: Array) -> Array:
        expect_features(self, input, self.gamma.size)
        with whole_rows(input):
            output = as_floating(input) * self.gamma
            np.add(output, self.beta, out=output)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_features(self, input, self.gamma.size)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        with whole_rows(gradOutput):
            self.gradInput = gradOutput * self.gamma
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_features(self, input, self.gamma.size)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        expect_shape(self, self.gradGamma, self.gamma.shape, "gradGamma")
        self.gradGamma += column_sums(as_floating(gradOutput) * input)
        self.gradBeta += column_sums(gradOutput)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def as_affine(self) -> Affine:
        return Affine(self.gamma, self.beta)

    def absorb(self, affine: Affine) -> ChannelwiseScaling | None:
        r"""Fold another map of each feature: :math:`s(\gamma x + \beta) + t = (s\gamma)x + (s\beta + t)`."""
        if (folded := self.as_affine().then(affine)) is None:
            return None
        layer = ChannelwiseScaling(self.gamma.size, dtype=floating_dtype(self.gamma))
        layer.gamma[...], layer.beta[...] = folded.scale, folded.shift
        return layer
