"""`LogSoftMax`: scores to log-probabilities."""

from __future__ import annotations

import operator

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.arrays import floating_dtype


class LogSoftMax(Module):
    r"""Logarithm of `SoftMax`, right where the probability itself would round to 0; any shape.

    .. math:: y_i = x_i - \log \sum_j e^{x_j}

    The maximum is subtracted first, which changes nothing and keeps the sum between 1 and the number of classes.
    A score of :math:`-\infty` gives :math:`-\infty`, as long as one score beside it is finite.

    Backward, with :math:`g = \partial L/\partial y`, from
    :math:`\partial y_j/\partial x_i = \delta_{ij} - e^{y_i}`:

    .. math:: \frac{\partial L}{\partial x_i} = g_i - e^{y_i} \sum_j g_j

    PyTorch: ``torch.nn.LogSoftmax(dim=axis)``.

    Args:
        axis: the axis along which the probabilities sum to 1.

    >>> import numpy as np
    >>> from minnet_layers import LogSoftMax
    >>> LogSoftMax().forward(np.array([[0.0, 1000.0]]))
    array([[-1000.,     0.]])
    """

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
        self.axis = operator.index(axis)

    def updateOutput(self, input: Array) -> Array:
        output = np.subtract(input, input.max(self.axis, keepdims=True), dtype=floating_dtype(input))
        output -= np.log(np.exp(output).sum(self.axis, keepdims=True))
        self.output = output
        return self.output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = np.exp(self.output)
        gradInput *= gradOutput.sum(self.axis, keepdims=True)
        np.subtract(gradOutput, gradInput, out=gradInput)
        self.gradInput = gradInput
        return self.gradInput
