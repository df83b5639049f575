"""`ELU`: the exponential linear unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import negative_part, positive_mask, positive_part


class ELU(Module):
    r"""Keeps what is positive and bends the rest towards :math:`-\alpha`; any shape.

    .. math:: y = \begin{cases} x & x > 0 \\ \alpha(e^x - 1) & x \le 0 \end{cases}
                = \max(x, 0) + \alpha\,\mathrm{expm1}(\min(x, 0))

    ``expm1`` keeps its digits near 0, where :math:`e^x - 1` would cancel; the minimum keeps it from overflowing.

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above 0, :math:`\alpha e^x` below, and at 0
    :math:`\alpha`. As :math:`e^{\min(x, 0)} = 1` above 0,

    .. math:: \frac{\partial L}{\partial x} = g\,\bigl(\alpha e^{\min(x, 0)} + (1 - \alpha)[x > 0]\bigr)

    PyTorch: ``torch.nn.ELU(alpha)``.

    Paper: Clevert, Unterthiner and Hochreiter, 2015, arXiv:1511.07289.

    Args:
        alpha: :math:`\alpha`; the derivative is continuous if it is 1.

    >>> import numpy as np
    >>> from minnet_layers import ELU
    >>> ELU().forward(np.array([-1000.0, 0.0, 3.0]))
    array([-1.,  0.,  3.])
    """

    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        Example(input=(4, 3), reference=Reference("torch.nn.ELU")),
        Example(
            arguments={"alpha": 0.5},
            input=(2, 3, 5),
            traits={"kinks"},
            reference=Reference("torch.nn.ELU", {"alpha": 0.5}),
        ),
    )

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = float(alpha)

    def updateOutput(self, input: Array) -> Array:
        output = negative_part(input)
        np.expm1(output, out=output)
        if self.alpha != 1:
            output *= self.alpha
        output += positive_part(input)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = negative_part(input)
        np.exp(gradInput, out=gradInput)
        if self.alpha != 1:
            gradInput *= self.alpha
            gradInput += positive_mask(input) * (1 - self.alpha)
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
