"""`SoftMin`: distances to probabilities."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Reference
from minnet_core.nn import as_floating

from .soft_max import SoftMax


class SoftMin(SoftMax):
    r"""Probabilities that fall with the input, the largest for the smallest number; any shape.

    .. math:: y_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}

    It is `SoftMax` of :math:`-x`.

    Backward, with :math:`g = \partial L/\partial y`; by the chain rule what `SoftMax` gives, with the other sign:

    .. math:: \frac{\partial L}{\partial x_i} = -y_i\Bigl(g_i - \sum_j g_j y_j\Bigr)

    PyTorch: ``torch.nn.Softmin(dim=axis)``.

    Args:
        axis: the axis along which the probabilities sum to 1.

    >>> import numpy as np
    >>> from minnet_layers import SoftMin
    >>> SoftMin().forward(np.log([[1.0, 1.0, 2.0]]))
    array([[0.4, 0.4, 0.2]])
    """

    EXAMPLES = (
        Example(
            input=[(4, 3), (2, 3, 5)],
            rejected_arguments=[{"axis": 0.5}],
            reference=Reference("torch.nn.Softmin", {"dim": -1}),
        ),
    )

    def updateOutput(self, input: Array) -> Array:
        output = super().updateOutput(-as_floating(input))
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = super().updateGradInput(input, gradOutput)
        return np.negative(gradInput, out=gradInput)
