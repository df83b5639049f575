"""`LeakyReLU`: a rectifier that lets a little of the negative side through."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, positive_mask


class LeakyReLU(Module):
    r"""Keeps what is positive and scales the rest; any shape.

    .. math:: y = \begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}

    Backward, with :math:`g = \partial L/\partial y`; the derivative is 1 above 0, :math:`a` below, and at the kink
    :math:`a`. With the mask :math:`[x > 0]` of ones and zeros that is

    .. math:: \frac{\partial L}{\partial x} = g\,\bigl((1 - a)[x > 0] + a\bigr)

    PyTorch: ``torch.nn.LeakyReLU(slope)``, whose slope is 0.01 if none is given.

    Paper: Maas, Hannun and Ng, 2013, ICML.

    Args:
        slope: :math:`a`, any number.

    >>> import numpy as np
    >>> from minnet_layers import LeakyReLU
    >>> LeakyReLU(0.5).forward(np.array([-2.0, 0.0, 3.0]))
    array([-1.,  0.,  3.])
    """

    EXAMPLES = (
        Example(input=(4, 3), traits={"kinks"}, reference=Reference("torch.nn.LeakyReLU", {"negative_slope": 0.03})),
        Example(
            arguments={"slope": 0.3},
            input=(6,),
            traits={"kinks"},
            reference=Reference("torch.nn.LeakyReLU", {"negative_slope": 0.3}),
        ),
    )

    def __init__(self, slope: float = 0.03) -> None:
        super().__init__()
        self.slope = float(slope)

    def updateOutput(self, input: Array) -> Array:
        input = as_floating(input)
        # Of x and ax, x is the larger at x > 0, and the smaller at x < 0, if a < 1; if a > 1 it is the other way round.
        choose = np.maximum if self.slope <= 1 else np.minimum
        scaled = input * self.slope if self.slope else np.zeros_like(input)  # infinity * 0 would be nan
        output = choose(input, scaled, out=scaled)
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        gradInput = positive_mask(input)
        gradInput *= 1 - self.slope
        gradInput += self.slope
        gradInput *= gradOutput
        self.gradInput = gradInput
        return self.gradInput
