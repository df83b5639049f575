"""`SELU`: the exponential linear unit that normalizes itself."""

from __future__ import annotations

from minnet_core import Array, Example, Reference

from .elu import ELU


class SELU(ELU):
    r"""`ELU` times a constant; with both constants as they are, mean 0 and variance 1 stay so; any shape.

    .. math:: y = \lambda \begin{cases} x & x > 0 \\ \alpha(e^x - 1) & x \le 0 \end{cases}

    with :math:`\alpha = 1.6733`, :math:`\lambda = 1.0507`: with these, standard normal numbers give numbers of mean 0
    and variance 1.

    Backward, with :math:`g = \partial L/\partial y`, that of `ELU` times :math:`\lambda`; at 0 the derivative is that
    of below:

    .. math:: \frac{\partial L}{\partial x} = \lambda g\,\bigl(\alpha e^{\min(x, 0)} + (1 - \alpha)[x > 0]\bigr)

    PyTorch: ``torch.nn.SELU()``.

    Paper: Klambauer, Unterthiner, Mayr and Hochreiter, 2017, arXiv:1706.02515.

    >>> import numpy as np
    >>> from minnet_layers import SELU
    >>> SELU().forward(np.array([-1000.0, 0.0, 3.0])).round(3)
    array([-1.758,  0.   ,  3.152])
    """

    ALPHA = 1.6732632423543772848170429916717
    SCALE = 1.0507009873554804934193349852946
    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)], traits={"kinks"}, reference=Reference("torch.nn.SELU")),)

    def __init__(self) -> None:
        super().__init__(self.ALPHA)

    def updateOutput(self, input: Array) -> Array:
        output = super().updateOutput(input)
        output *= self.SCALE
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = super().updateGradInput(input, gradOutput)
        gradInput *= self.SCALE
        return gradInput
