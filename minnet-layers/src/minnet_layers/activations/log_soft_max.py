"""`LogSoftMax`: scores to log-probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, axis_maxima, axis_of, axis_sums, integer, whole_rows


class LogSoftMax(Module):
    r"""Logarithm of `SoftMax`, right where the probability itself would round to 0; any shape.

    .. math:: y_i = x_i - \log \sum_j e^{x_j}

    The maximum is subtracted first, which changes nothing and keeps the sum between 1 and the number of classes.
    A score of :math:`-\infty` gives :math:`-\infty`, as long as one score beside it is finite.

    Backward, with :math:`g = \partial L/\partial y`, from
    :math:`\partial y_j/\partial x_i = \delta_{ij} - e^{y_i}`:

    .. math:: \frac{\partial L}{\partial x_i} = g_i - e^{y_i} \sum_j g_j

    The exponentials of the forward pass are kept for it, together with their sums.

    PyTorch: ``torch.nn.LogSoftmax(dim=axis)``.

    Args:
        axis: the axis along which the probabilities sum to 1.

    >>> import numpy as np
    >>> from minnet_layers import LogSoftMax
    >>> LogSoftMax().forward(np.array([[0.0, 1000.0]]))
    array([[-1000.,     0.]])
    """

    CACHES = ("exponentials", "sums")
    EXAMPLES = (
        Example(
            input=(4, 3),
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.nn.LogSoftmax", {"dim": -1}),
        ),
        Example(arguments={"axis": 1}, input=(2, 3, 5), reference=Reference("torch.nn.LogSoftmax", {"dim": 1})),
    )

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = integer("LogSoftMax", "axis", axis)
        self.exponentials: Array = None  # type: ignore[assignment]  # None before the first pass, as output is
        self.sums: Array = None  # type: ignore[assignment]

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        self.exponentials = None  # type: ignore[assignment]  # so that the next ones may have their memory
        x = as_floating(input)
        maxima = axis_maxima(x, self.axis)
        with whole_rows(x):
            output = x - maxima
            exponentials = np.exp(output)
            sums = axis_sums(exponentials, self.axis)
            output -= np.log(sums)
        self.exponentials, self.sums, self.output = exponentials, sums, output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        with whole_rows(gradOutput):
            gradInput = self.exponentials * (axis_sums(gradOutput, self.axis) / self.sums)
        np.subtract(gradOutput, gradInput, out=gradInput)
        self.gradInput = gradInput
        return self.gradInput
