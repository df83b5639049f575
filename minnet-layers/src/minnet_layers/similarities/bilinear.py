"""`Bilinear`: a learned product of two inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import as_floating, column_sums, describe, positive_int

from ..arguments import draw_uniform

BLOCK = 2**20
"""As many products of two features are held at a time: 4 MB in float32, rather than those of the whole batch."""


class Bilinear(Module):
    r"""A bilinear map of two inputs; input ``((batch, n_in1), (batch, n_in2))``, output ``(batch, n_out)``.

    .. math:: y_{sk} = \sum_{ij} x_{si} W_{kij} z_{sj} + b_k

    It is a linear map of all products :math:`x_{si} z_{sj}`, which is how it is computed, some samples at a time.

    Backward, with :math:`g = \partial L/\partial y` and :math:`m_{sij} = \sum_k g_{sk} W_{kij}`, the gradient of those
    products:

    .. math:: \frac{\partial L}{\partial x_{si}} = \sum_j m_{sij} z_{sj}, \quad
              \frac{\partial L}{\partial z_{sj}} = \sum_i m_{sij} x_{si}, \quad
              \frac{\partial L}{\partial W_{kij}} = \sum_s g_{sk} x_{si} z_{sj}, \quad
              \frac{\partial L}{\partial b_k} = \sum_s g_{sk}

    PyTorch: ``torch.nn.Bilinear(n_in1, n_in2, n_out, bias)``, with the same range of initial values but 2-D inputs
    only. Torch7: ``nn.Bilinear``.

    Args:
        n_in1, n_in2, n_out: features of the first and second input, and of the output.
        bias: whether there is a ``b``; without it ``b`` and ``gradb`` are None.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt{n_\mathrm{in1}}`.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(n_out, n_in1, n_in2)``; ``b`` and ``gradb`` are ``(n_out,)``.
        weight, bias, gradWeight, gradBias: further names of the same arrays.

    >>> import numpy as np
    >>> from minnet_layers import Bilinear
    >>> layer = Bilinear(2, 2, 1, bias=False)
    >>> layer.W[...] = np.eye(2)  # the dot product
    >>> layer.forward((np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])))
    array([[11.]])
    """

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W", "bias": "b"}
    EXAMPLES = (
        Example(
            arguments={"n_in1": 5, "n_in2": 3, "n_out": 2},
            input=[((4, 5), (4, 3)), ((1, 5), (1, 3))],
            rejects=[(4, 5), ((4, 3), (4, 5)), ((4, 5), (3, 3)), ((5,), (3,)), ((4, 5), (4, 3), (4, 3))],
            rejected_arguments=[{"n_in1": 0}, {"n_in2": 0}, {"n_out": 2.5}, {"dtype": "int32"}],
            reference=Reference(
                "torch.nn.Bilinear",
                {"in1_features": 5, "in2_features": 3, "out_features": 2},
                {"W": "weight", "b": "bias"},
            ),
        ),
        Example(
            arguments={"n_in1": 2, "n_in2": 3, "n_out": 4, "bias": False},
            input=((5, 2), (5, 3)),
            reference=Reference(
                "torch.nn.Bilinear",
                {"in1_features": 2, "in2_features": 3, "out_features": 4, "bias": False},
                {"W": "weight"},
            ),
        ),
    )

    def __init__(
        self,
        n_in1: int,
        n_in2: int,
        n_out: int,
        bias: bool = True,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        n_in1, n_in2 = positive_int("Bilinear", "n_in1", n_in1), positive_int("Bilinear", "n_in2", n_in2)
        n_out, rng = positive_int("Bilinear", "n_out", n_out), np.random.default_rng(rng)
        self.W = draw_uniform("Bilinear", rng, n_in1, (n_out, n_in1, n_in2), dtype)
        self.b = draw_uniform("Bilinear", rng, n_in1, (n_out,), dtype) if bias else None
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        x, z = self._read(input)
        W = self.W.reshape(len(self.W), -1)
        output: Array = np.empty((len(x), len(W)), np.result_type(x, z, as_floating(W)))
        for some in self._blocks(len(x)):
            output[some] = np.dot(_products(x[some], z[some]), W.T)
        if self.b is not None:
            expect_shape(self, self.b, self.W.shape[:1], "b")
            output += self.b
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        x, z = self._read(input)
        expect_shape(self, gradOutput, (len(x), len(self.W)), "gradOutput")
        g, W = as_floating(gradOutput), self.W.reshape(len(self.W), -1)
        dtype = np.result_type(g, as_floating(W))
        gradients = np.empty(x.shape, np.result_type(dtype, z)), np.empty(z.shape, np.result_type(dtype, x))
        for some in self._blocks(len(x)):
            m = np.dot(g[some], W).reshape(-1, *self.W.shape[1:])
            gradients[0][some] = np.matmul(m, z[some][:, :, np.newaxis])[:, :, 0]
            gradients[1][some] = np.matmul(x[some][:, np.newaxis], m)[:, 0]
        self.gradInput = gradients  # type: ignore[assignment]  # a table
        return gradients

    def accGradParameters(self, input: tuple[Array, Array], gradOutput: Array) -> None:
        x, z = self._read(input)
        expect_shape(self, gradOutput, (len(x), len(self.W)), "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        if self.gradb is not None:
            expect_shape(self, self.gradb, self.W.shape[:1], "gradb")
            self.gradb += column_sums(gradOutput)
        g = as_floating(gradOutput)
        for some in self._blocks(len(x)):
            self.gradW += np.dot(g[some].T, _products(x[some], z[some])).reshape(self.W.shape)

    def backwardParameters(self, input: tuple[Array, Array], gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def _read(self, input: tuple[Array, Array]) -> tuple[Array, Array]:
        n_in1, n_in2 = self.W.shape[1:]
        shapes: list[tuple[int, ...]] = []
        if isinstance(input, tuple):
            shapes = [getattr(each, "shape", ()) for each in input]
        if [shape[1:] for shape in shapes] != [(n_in1,), (n_in2,)] or shapes[0][0] != shapes[1][0]:
            raise ShapeError(f"{self}: expected input ((batch, {n_in1}), (batch, {n_in2})), received {describe(input)}")
        return as_floating(input[0]), as_floating(input[1])

    def _blocks(self, count: int) -> Iterator[slice]:
        """Samples that are worked through together."""
        step = max(1, BLOCK // self.W[0].size)
        return (slice(start, start + step) for start in range(0, count, step))

    def __repr__(self) -> str:
        n_out, n_in1, n_in2 = self.W.shape
        return f"Bilinear {n_in1} x {n_in2} -> {n_out}"


def _products(x: Array, z: Array) -> Array:
    """All products of a feature of one input with one of the other, a row for each sample."""
    products: Array = x[:, :, np.newaxis] * z[:, np.newaxis]
    return products.reshape(len(x), x.shape[1] * z.shape[1])
