"""`LogSigmoid`: the logarithm of the logistic function."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, sigmoid_of_softplus, softplus


class LogSigmoid(Module):
    r"""The log-probability that a score of each number gives, always below 0; any shape.

    .. math:: y = \log\sigma(x) = -\log(1 + e^{-x}), \qquad \sigma(x) = \frac{1}{1 + e^{-x}}

    It is minus `SoftPlus` of :math:`-x`, which neither overflows nor loses digits.

    Backward, with :math:`g = \partial L/\partial y`; by the chain rule :math:`\sigma'/\sigma = 1 - \sigma(x)`, that is

    .. math:: \frac{\partial L}{\partial x} = g\,\sigma(-x)

    PyTorch: ``torch.nn.LogSigmoid()``.

    >>> import numpy as np
    >>> from minnet_layers import LogSigmoid
    >>> LogSigmoid().forward(np.array([-1000.0, 0.0, 1000.0])).round(3)
    array([-1.00e+03, -6.93e-01, -0.00e+00])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.nn.LogSigmoid")),)

    def updateOutput(self, input: Array) -> Array:
        output = softplus(-as_floating(input))
        np.negative(output, out=output)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = sigmoid_of_softplus(-as_floating(input), -self.output)
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
