"""`Power`: each number to a power."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, finite_float


class Power(Module):
    r"""Each number to the power :math:`p`; any shape.

    .. math:: y = x^p

    Where :math:`p` is no whole number, those of the input are 0 or more; where it is below 0, they are not 0.

    Backward, with :math:`g = \partial L/\partial y`, by the power rule, and 0 if :math:`p` is 0:

    .. math:: \frac{\partial L}{\partial x} = g\,p\,x^{p - 1}

    PyTorch: ``torch.pow(x, exponent)``. In Torch7 the argument is called ``p``.

    Args:
        exponent: :math:`p`, finite.

    >>> import numpy as np
    >>> from minnet_layers import Power
    >>> Power(3.0).forward(np.array([-2.0, 0.5, 3.0]))
    array([-8.   ,  0.125, 27.   ])
    """

    EXAMPLES = (
        Example(
            arguments={"exponent": 3.0},
            input=[(4, 3), (2, 3, 5)],
            rejected_arguments=[{"exponent": float("inf")}],
            reference=Reference("torch.pow", {"exponent": 3.0}),
        ),
        Example(
            arguments={"exponent": -1.7},
            input=(4, 3),
            traits={"positive-input"},
            reference=Reference("torch.pow", {"exponent": -1.7}),
        ),
    )

    def __init__(self, exponent: float) -> None:
        super().__init__()
        self.exponent = finite_float("Power", "exponent", exponent)

    def updateOutput(self, input: Array) -> Array:
        output = _power(as_floating(input), self.exponent)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = _power(as_floating(input), self.exponent - 1 if self.exponent else 0.0)
        gradInput *= self.exponent
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput


def _power(x: Array, exponent: float) -> Array:
    """``x ** exponent``, of 3 and 4 by products: of numbers below 0 NumPy takes a hundred times as long."""
    if exponent not in (3, 4):
        return x**exponent
    result: Array = x * x
    result *= x if exponent == 3 else result
    return result
