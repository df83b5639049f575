"""`Euclidean`: the distance between an input and each of several learned centres."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, expect_forward, expect_shape
from minnet_core.nn import as_floating, axis_sums, column_sums, positive_int

from ..arguments import draw_uniform
from .distances import Distances


class Euclidean(Module):
    r"""Distances to learned centres; input ``(batch, n_in)``, output ``(batch, n_out)``.

    .. math:: y_{sj} = \|x_s - w_j\| = \Bigl(\sum_i (x_{si} - w_{ji})^2\Bigr)^{1/2}

    Backward, with :math:`g = \partial L/\partial y`; a distance grows along the line that joins the two points,
    :math:`\partial y_{sj}/\partial x_s = (x_s - w_j)/y_{sj} = -\partial y_{sj}/\partial w_j`, and where they are one
    point the derivative is taken to be 0:

    .. math:: \frac{\partial L}{\partial x_s} = \sum_j \frac{g_{sj}}{y_{sj}} (x_s - w_j), \qquad
              \frac{\partial L}{\partial w_j} = \sum_s \frac{g_{sj}}{y_{sj}} (w_j - x_s)

    PyTorch: ``torch.cdist(x, W)``. Torch7: ``nn.Euclidean``, with the same range of initial values, whose weight is
    transposed.

    Args:
        n_in, n_out: features of a sample, and how many centres there are.
        rng: seed or generator that draws the centres, uniform in :math:`\pm 1/\sqrt{n_\mathrm{in}}`.
        dtype: of the centres and their gradient.

    Attributes:
        W, gradW: ``(n_out, n_in)``, a centre in each row; also ``weight`` and ``gradWeight``.

    >>> import numpy as np
    >>> from minnet_layers import Euclidean
    >>> layer = Euclidean(2, 2)
    >>> layer.W[...] = [[0.0, 0.0], [3.0, 0.0]]
    >>> layer.forward(np.array([[3.0, 4.0]]))
    array([[5., 4.]])
    """

    PARAMETERS: ClassVar = {"W": "gradW"}
    ALIASES: ClassVar = {"weight": "W"}
    CACHES = ("distances",)
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2},
            input=[(4, 3), (1, 3)],
            rejects=[(4, 2), (3,), (2, 4, 3)],
            rejected_arguments=[{"n_in": 0}, {"n_out": 2.5}, {"dtype": "int32"}],
        ),
        Example(arguments={"n_in": 1, "n_out": 4}, input=(5, 1), traits={"kinks"}),
    )

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        n_in, n_out = positive_int("Euclidean", "n_in", n_in), positive_int("Euclidean", "n_out", n_out)
        self.W = draw_uniform("Euclidean", np.random.default_rng(rng), n_in, (n_out, n_in), dtype)
        self.gradW = np.zeros_like(self.W)
        self.distances: Distances = None  # type: ignore[assignment]  # before a pass

    def updateOutput(self, input: Array) -> Array:
        expect_shape(self, input, ("batch", self.W.shape[1]))
        distances = Distances.of(input, self.W)
        values = distances.values * distances.scale if distances.scale != 1 else distances.values
        output = values.astype(np.result_type(as_floating(input), as_floating(self.W)), copy=False)
        self.distances, self.output = distances, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        found = self._found(input, gradOutput)
        (x, W), slopes = found.moved, found.slopes(gradOutput)
        gradInput: Array = x * axis_sums(slopes)
        gradInput -= np.dot(slopes, W)
        for centre, rows, differences in found.near():
            gradInput[rows] += gradOutput[rows, centre][:, np.newaxis] * found.directions(centre, rows, differences)
        self.gradInput = gradInput.astype(np.result_type(as_floating(gradOutput), as_floating(self.W)), copy=False)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        found = self._found(input, gradOutput)
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        (x, W), slopes = found.moved, found.slopes(gradOutput)
        gradient = W * column_sums(slopes)[:, np.newaxis]
        gradient -= np.dot(slopes.T, x)
        for centre, rows, differences in found.near():
            gradient[centre] -= np.dot(gradOutput[rows, centre], found.directions(centre, rows, differences))
        self.gradW += gradient

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _found(self, input: Array, gradOutput: Array) -> Distances:
        """The distances of the last pass."""
        expect_forward(self)
        expect_shape(self, input, self.distances.x.shape)
        expect_shape(self, gradOutput, self.output.shape, "gradOutput")
        return self.distances

    def __repr__(self) -> str:
        return f"Euclidean {self.W.shape[1]} -> {self.W.shape[0]}"
