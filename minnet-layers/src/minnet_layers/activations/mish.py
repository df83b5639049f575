"""`Mish`: the linear unit that the tanh of a smooth rectifier gates."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, sigmoid, softplus


class Mish(Module):
    r"""The input times the tanh of its `SoftPlus`; any shape.

    .. math:: y = x t, \qquad t = \tanh(\log(1 + e^x))

    Backward, with :math:`g = \partial L/\partial y`, by the product rule; :math:`\tanh' = 1 - \tanh^2`, and the
    derivative of :math:`\log(1 + e^x)` is the logistic function :math:`\sigma(x)`:

    .. math:: \frac{\partial L}{\partial x} = g\,\bigl(t + x\,(1 - t^2)\,\sigma(x)\bigr)

    PyTorch: ``torch.nn.Mish()``.

    Paper: Misra, 2019, arXiv:1908.08681.

    >>> import numpy as np
    >>> from minnet_layers import Mish
    >>> Mish().forward(np.array([-1000.0, 0.0, 1.0])).round(3)
    array([-0.   ,  0.   ,  0.865])
    """

    CACHES = ("gate",)
    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], reference=Reference("torch.nn.Mish")),)

    def __init__(self) -> None:
        super().__init__()
        self.gate: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        gate = np.tanh(softplus(input))
        output: Array = input * gate
        self.gate = gate if self.training else None
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gate = self.gate if self.training else None
        if gate is None:
            gate = np.tanh(softplus(input))
        expect_shape(self, input, gate.shape)
        gradInput = 1 - np.square(gate)
        gradInput *= sigmoid(as_floating(input))
        gradInput *= input
        gradInput += gate
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
