"""The Swish activation."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, sigmoid


class Swish(Module):
    r"""Swish: the input times its own sigmoid.

    - input: any shape
    - output: the same shape

    Forward, with :math:`\sigma(z) = 1/(1 + e^{-z})`:

    .. math:: y = x\,\sigma(\beta x)

    Backward, by the product rule and :math:`\sigma'(z) = \sigma(z)\,\sigma(-z)`:

    .. math:: \frac{\partial L}{\partial x}
              = \frac{\partial L}{\partial y} \left(\sigma(\beta x) + \beta x\,\sigma(\beta x)\,\sigma(-\beta x)\right)

    PyTorch: ``torch.nn.SiLU`` for ``beta=1``.

    Paper: Ramachandran, Zoph and Le, 2017, "Searching for Activation Functions", arXiv:1710.05941.

    Args:
        beta: steepness; 0 gives x/2, a large one approaches ReLU.

    >>> import numpy as np
    >>> Swish().forward(np.array([-1000.0, 0.0, 1.0]))
    array([-0.        ,  0.        ,  0.73105858])
    """

    EXAMPLES = (
        Example(input=[(4, 5), (3,)], reference=Reference("torch.nn.SiLU")),
        Example(arguments={"beta": 1.5}, input=(2, 3, 4), rejected_arguments=[{"beta": "steep"}]),
    )

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = float(beta)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        output = sigmoid(self.beta * input)
        output *= input
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        steep = self.beta * as_floating(input)
        gate = sigmoid(steep)
        self.gradInput = gate + steep * gate * sigmoid(-steep)  # 1 - gate would round to 0 too early
        self.gradInput *= gradOutput
        return self.gradInput
