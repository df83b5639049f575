"""`SoftMax`: scores to probabilities."""

from __future__ import annotations

from typing import ClassVar

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, axis_dot, axis_of, axis_sums, integer, shifted_exp, whole_rows


class SoftMax(Module):
    r"""Probabilities proportional to the exponentials of the input; any shape, usually ``(batch, classes)``.

    .. math:: y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    The maximum is subtracted first, which changes nothing and keeps :math:`e^{x_i}` from overflowing.
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

    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(
            input=(4, 3),
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.nn.Softmax", {"dim": -1}),
        ),
        Example(arguments={"axis": 1}, input=(2, 3, 5), reference=Reference("torch.nn.Softmax", {"dim": 1})),
    )

    def __init__(self, axis: int = -1) -> None:
        super().__init__()
        self.axis = integer("SoftMax", "axis", axis)

    def updateOutput(self, input: Array) -> Array:
        axis_of(self, self.axis, input)
        output = shifted_exp(as_floating(input), self.axis)
        with whole_rows(output):
            output *= 1 / axis_sums(output, self.axis)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        with whole_rows(gradOutput):
            gradInput = gradOutput - axis_dot(gradOutput, self.output, self.axis)
        gradInput *= self.output
        self.gradInput = gradInput
        return self.gradInput
