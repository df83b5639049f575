"""`MM`: the product of two matrices, of each sample."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape
from minnet_core.nn import describe

from ..tensors import expect_arrays


class MM(Module):
    r"""Multiplies the two matrices of a table; input ``((..., n, m), (..., m, k))``, output ``(..., n, k)``.

    Axes before the last two, such as the batch, are those of both, and each place of them has a product of its own.

    .. math:: Y = A' B', \qquad A' = A \text{ or } A^{\top}, \quad B' = B \text{ or } B^{\top}

    Backward, with :math:`G = \partial L/\partial Y`; from
    :math:`\mathrm d Y = \mathrm d A'\, B' + A'\, \mathrm d B'`:

    .. math:: \frac{\partial L}{\partial A'} = G B'^{\top}, \qquad \frac{\partial L}{\partial B'} = A'^{\top} G

    and the gradients by :math:`A` and :math:`B` are these, or their transposes.

    PyTorch: ``torch.matmul(a, b)``, ``torch.bmm`` with one batch axis; axes of other lengths are not broadcast here.
    Torch7: ``nn.MM(transA, transB)``.

    Args:
        trans_a, trans_b: whether the first and the second matrix are transposed.

    >>> import numpy as np
    >>> from minnet_tables import MM
    >>> a = np.array([[[1.0, 2.0]]])
    >>> MM(trans_b=True).forward((a, np.array([[[3.0, 4.0], [5.0, 6.0]]])))
    array([[[11., 17.]]])
    """

    EXAMPLES = (
        Example(
            input=[((3, 2, 4), (3, 4, 5)), ((2, 1, 3, 2), (2, 1, 2, 3))],
            rejects=[((3, 2, 4), (3, 2, 4)), ((3, 2, 4), (2, 4, 2)), ((3,), (3,)), (3, 2, 4), ((2, 4, 2), (4, 2))],
            reference=Reference("torch.matmul"),
        ),
        Example(arguments={"trans_a": True, "trans_b": True}, input=((3, 4, 2), (3, 5, 4))),
    )

    def __init__(self, trans_a: bool = False, trans_b: bool = False) -> None:
        super().__init__()
        self.trans_a, self.trans_b = bool(trans_a), bool(trans_b)

    def updateOutput(self, input: tuple[Array, Array]) -> Array:
        a, b = self._factors(input)
        output: Array = np.matmul(a, b)
        self.output = output
        return output

    def updateGradInput(self, input: tuple[Array, Array], gradOutput: Array) -> tuple[Array, Array]:
        a, b = self._factors(input)
        expect_shape(self, gradOutput, (*a.shape[:-1], b.shape[-1]), "gradOutput")
        # The transpose of a product is the product of the transposes in the other order: no result is turned round.
        by_a = np.matmul(b, _turned(gradOutput)) if self.trans_a else np.matmul(gradOutput, _turned(b))
        by_b = np.matmul(_turned(gradOutput), a) if self.trans_b else np.matmul(_turned(a), gradOutput)
        gradInput = by_a, by_b
        self.gradInput = gradInput  # type: ignore[assignment]  # a table
        return gradInput

    def _factors(self, input: tuple[Array, Array]) -> tuple[Array, Array]:
        a, b = expect_arrays(self, input, 2, alike=False)
        if a.ndim == b.ndim >= 2:
            a, b = _turned(a) if self.trans_a else a, _turned(b) if self.trans_b else b
            if a.shape[-1] == b.shape[-2] and a.shape[:-2] == b.shape[:-2]:
                return a, b
        raise ShapeError(
            f"{self}: expected input to be two arrays ({'..., m, n' if self.trans_a else '..., n, m'}) and "
            f"({'..., k, m' if self.trans_b else '..., m, k'}), received {describe(input)}"
        )


def _turned(matrices: Array) -> Array:
    return np.swapaxes(matrices, -1, -2)
