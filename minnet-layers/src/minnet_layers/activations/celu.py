"""`CELU`: the exponential linear unit whose derivative is continuous for every alpha."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import negative_part, positive_float, positive_part


class CELU(Module):
    r"""Keeps what is positive and bends the rest towards :math:`-\alpha`, smoothly; any shape.

    .. math:: y = \begin{cases} x & x > 0 \\ \alpha(e^{x/\alpha} - 1) & x \le 0 \end{cases}
                = \max(x, 0) + \alpha\,\mathrm{expm1}(\min(x, 0)/\alpha)

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above 0 and :math:`e^{x/\alpha}` below, which
    is 1 at 0:

    .. math:: \frac{\partial L}{\partial x} = g\,e^{\min(x, 0)/\alpha}

    PyTorch: ``torch.nn.CELU(alpha)``, which takes negative numbers too, for which the exponential grows without bound.

    Paper: Barron, 2017, arXiv:1704.07483.

    Args:
        alpha: :math:`\alpha`, finite and above 0.

    >>> import numpy as np
    >>> from minnet_layers import CELU
    >>> CELU(2.0).forward(np.array([-1000.0, 0.0, 3.0]))
    array([-2.,  0.,  3.])
    """

    EXAMPLES = (
        Example(
            arguments={"alpha": 0.5},
            input=[(4, 3), (2, 3, 5)],
            rejected_arguments=[{"alpha": 0.0}, {"alpha": -1.0}],
            reference=Reference("torch.nn.CELU", {"alpha": 0.5}),
        ),
    )

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = positive_float("CELU", "alpha", alpha)

    def updateOutput(self, input: Array) -> Array:
        output = self._scaled(input)
        np.expm1(output, out=output)
        output *= self.alpha
        output += positive_part(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = self._scaled(input)
        np.exp(gradInput, out=gradInput)
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput

    def _scaled(self, input: Array) -> Array:
        low = negative_part(input)
        with np.errstate(over="ignore"):  # to minus infinity, whose exponential is 0
            low /= self.alpha
        return low
