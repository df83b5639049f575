"""`Linear`: the fully connected layer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, column_sums, floating_dtype, positive_int

from .arguments import draw_uniform


class Linear(Module):
    r"""Affine map of each sample; input ``(batch, n_in)``, output ``(batch, n_out)``.

    .. math:: Y = X W^\top + b

    Backward, with :math:`G = \partial L/\partial Y`.
    :math:`Y_{sj} = \sum_i X_{si} W_{ji} + b_j`, so :math:`W_{ji}` meets every sample and :math:`X_{si}` every output:

    .. math:: \frac{\partial L}{\partial X} = G W, \quad \frac{\partial L}{\partial W} = G^\top X, \quad
              \frac{\partial L}{\partial b_j} = \sum_s G_{sj}

    PyTorch: ``torch.nn.Linear(n_in, n_out, bias)``, with the same range of initial values but 2-D input only.

    Args:
        n_in, n_out: features of a sample, and of its output.
        bias: whether there is a ``b``; without it ``b`` and ``gradb`` are None.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt{n_\mathrm{in}}`.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(n_out, n_in)``; ``b`` and ``gradb`` are ``(n_out,)``.
        weight, bias, gradWeight, gradBias: further names of the same arrays, those of Torch7 and PyTorch.

    >>> import numpy as np
    >>> from minnet_layers import Linear
    >>> layer = Linear(3, 2)
    >>> layer
    Linear 3 -> 2
    >>> layer.W, layer.b = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]), np.array([0.5, 0.0])
    >>> layer.forward(np.array([[1.0, 2.0, 3.0]]))
    array([[7.5, 2. ]])
    """

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W", "bias": "b"}
    EXAMPLES = (
        Example(
            arguments={"n_in": 3, "n_out": 2},
            input=[(4, 3), (1, 3)],
            rejects=[(4, 2), (3,), (2, 4, 3)],
            rejected_arguments=[{"n_in": 0}, {"n_out": 2.5}, {"dtype": "int32"}],
            reference=Reference("torch.nn.Linear", {"in_features": 3, "out_features": 2}, {"W": "weight", "b": "bias"}),
        ),
        Example(
            arguments={"n_in": 5, "n_out": 4, "bias": False},
            input=(2, 5),
            reference=Reference(
                "torch.nn.Linear", {"in_features": 5, "out_features": 4, "bias": False}, {"W": "weight"}
            ),
        ),
    )

    def __init__(
        self,
        n_in: int,
        n_out: int,
        bias: bool = True,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        n_in, n_out = positive_int("Linear", "n_in", n_in), positive_int("Linear", "n_out", n_out)
        rng = np.random.default_rng(rng)
        self.W = draw_uniform("Linear", rng, n_in, (n_out, n_in), dtype)
        self.b = draw_uniform("Linear", rng, n_in, (n_out,), dtype) if bias else None
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input: Array) -> Array:
        self._expect_features(input)
        output: Array = np.dot(as_floating(input), self.W.T)
        if self.b is not None:
            expect_shape(self, self.b, self.W.shape[:1], "b")
            output += self.b
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        self._expect_features(input)
        expect_shape(self, gradOutput, (len(input), len(self.W)), "gradOutput")
        self.gradInput = np.dot(as_floating(gradOutput), self.W)
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        self._expect_features(input)
        expect_shape(self, gradOutput, (len(input), len(self.W)), "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        if self.gradb is not None:
            expect_shape(self, self.gradb, self.W.shape[:1], "gradb")
            self.gradb += column_sums(gradOutput)
        self.gradW += np.dot(as_floating(gradOutput).T, input)

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def absorb(self, affine: Affine) -> Linear | None:
        r"""Fold a map of each output: :math:`s(Wx + b) + t = (\operatorname{diag}(s) W)x + (sb + t)`."""
        if (found := affine.of_features(len(self.W), axis=-1, ndim=2)) is None:
            return None
        (scale, shift), (n_out, n_in) = found, self.W.shape
        layer = Linear(n_in, n_out, self.b is not None or bool(shift.any()), dtype=floating_dtype(self.W))
        layer.W[...] = self.W * scale[:, np.newaxis]
        if layer.b is not None:
            layer.b[...] = shift if self.b is None else self.b * scale + shift
        return layer

    def _expect_features(self, input: Array) -> None:
        if getattr(input, "shape", ())[1:] != self.W.shape[1:]:
            expect_shape(self, input, ("batch", self.W.shape[1]))

    def __repr__(self) -> str:
        return f"Linear {self.W.shape[1]} -> {self.W.shape[0]}"
