"""`SiLU`: the linear unit that the logistic function gates."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, sigmoid


class SiLU(Module):
    r"""Sigmoid linear unit, also called swish: the input times its logistic function; any shape.

    .. math:: y = x\,\sigma(x), \qquad \sigma(x) = \frac{1}{1 + e^{-x}}

    Backward, with :math:`g = \partial L/\partial y`, by the product rule and
    :math:`\sigma' = \sigma\,(1 - \sigma)`:

    .. math:: \frac{\partial L}{\partial x} = g\,\sigma(x)\,\bigl(1 + x\,(1 - \sigma(x))\bigr)

    PyTorch: ``torch.nn.SiLU()``.

    Paper: Elfwing, Uchibe and Doya, 2017, arXiv:1702.03118.

    >>> import numpy as np
    >>> from minnet_layers import SiLU
    >>> SiLU().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([-0.   ,  0.   ,  0.731])
    """

    CACHES = ("gate",)
    EXAMPLES = (Example(input=[(4, 3), (7,), (2, 3, 5)], reference=Reference("torch.nn.SiLU")),)

    def __init__(self) -> None:
        super().__init__()
        self.gate: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        gate = sigmoid(input)
        output: Array = input * gate
        self.gate = gate if self.training else None
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gate = self.gate if self.training else None
        if gate is None:
            gate = sigmoid(as_floating(input))
        expect_shape(self, input, gate.shape)
        gradInput = 1 - gate
        gradInput *= input
        gradInput += 1
        gradInput *= gate
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
