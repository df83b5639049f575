"""`SoftPlus`: the smooth rectifier."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_forward, expect_shape
from minnet_core.nn import as_floating, sigmoid_of_softplus, softplus


class SoftPlus(Module):
    r"""A smooth version of `ReLU`; any shape.

    .. math:: y = \log(1 + e^x) = \max(x, 0) + \mathrm{log1p}(e^{-|x|})

    The second form neither overflows at large :math:`x` nor loses the digits of :math:`e^x` at negative :math:`x`.

    Backward, with :math:`g = \partial L/\partial y`; the derivative :math:`e^x/(1 + e^x)` is the logistic function:

    .. math:: \frac{\partial L}{\partial x} = g\,\sigma(x), \qquad \sigma(x) = \frac{1}{1 + e^{-x}} = e^{x - y}

    PyTorch: ``torch.nn.Softplus()``, which returns :math:`x` itself above its threshold 20; this is exact there too.

    Paper: Dugas et al., 2000, NIPS.

    >>> import numpy as np
    >>> from minnet_layers import SoftPlus
    >>> SoftPlus().forward(np.array([-1000.0, 0.0, 1000.0])).round(3)
    array([0.00e+00, 6.93e-01, 1.00e+03])
    """

    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], reference=Reference("torch.nn.Softplus")),)

    def updateOutput(self, input: Array) -> Array:
        output = softplus(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_shape(self, input, self.output.shape)
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = sigmoid_of_softplus(as_floating(input), self.output)
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
