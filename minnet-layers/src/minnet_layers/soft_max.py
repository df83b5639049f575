"""`SoftMax`: scores to probabilities."""

from __future__ import annotations

import operator

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, axis_maxima, axis_sums, whole_rows


class SoftMax(Module):
    r"""Probabilities proportional to the exponentials of the input; any shape, usually ``(batch, classes)``.

    .. math:: y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    The maximum is subtracted first, which changes nothing and keeps :math:`e^{x_i}` from overflowing; where many scores
    have no maximum below 0 or above 64, nothing can overflow or vanish, and it is left out.
    A score of :math:`-\infty` gives probability 0, as long as one score beside it is finite.

    Backward, with :math:`g = \partial L/\partial y`, from
    :math:`\partial y_j/\partial x_i = y_j(\delta_{ij} - y_i)`:

    .. math:: \frac{\partial L}{\partial x_i} = y_i\Bigl(g_i - \sum_j g_j y_j\Bigr)

    PyTorch: ``torch.nn.Softmax(dim=axis)``.

    Args:
        axis: the axis along which the probabilities sum to 1.

    >>> import numpy as np
    >>> from minnet_layers import SoftMax
    >>> SoftMax().forward(np.log([[1.0, 1.0, 2.0]]))
    array([[0.25, 0.25, 0.5 ]])
    """

    EXAMPLES = (
        Example(
            input=(4, 3),
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.nn.Softmax", {"dim": -1}),
        ),
        Example(arguments={"axis": 1}, input=(2, 3, 5), reference=Reference("torch.nn.Softmax", {"dim": 1})),
    )

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = operator.index(axis)

    def updateOutput(self, input: Array) -> Array:
        x = as_floating(input)
        maximum = axis_maxima(x, self.axis)
        with whole_rows(x):
            output = np.exp(x if _are_near(x, maximum) else x - maximum)
            output *= 1 / axis_sums(output, self.axis)
        self.output = output
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        with whole_rows(gradOutput):
            gradInput = gradOutput - _products(gradOutput, self.output, self.axis)
        gradInput *= self.output
        self.gradInput = gradInput
        return self.gradInput


def _products(g: Array, y: Array, axis: int) -> Array:
    """Sum ``g * y`` over an axis, which stays; over rows that lie in one piece by BLAS, without ``g * y`` itself."""
    if axis in (-1, y.ndim - 1) and g.flags.c_contiguous and y.flags.c_contiguous:
        products: Array = np.matmul(g[..., np.newaxis, :], y[..., np.newaxis])
        return products[..., 0]
    return axis_sums(g * y, axis)


def _are_near(x: Array, maximum: Array) -> bool:
    """Whether no exponential of ``x`` overflows or loses digits, and ``x`` is so large that a pass is worth saving."""
    return x.size >= 32768 and x.dtype.itemsize >= 4 and bool(maximum.min() >= 0 and maximum.max() <= 64)
