"""`GELU`: the linear unit that the normal distribution gates."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import accumulation_dtype, floating_dtype, gate_by_normal, gate_by_tanh

_GATES = {"none": gate_by_normal, "tanh": gate_by_tanh}


class GELU(Module):
    r"""Gaussian error linear unit: the input times the chance that a normal number is below it; any shape.

    .. math:: y = x\,\Phi(x), \qquad \Phi(x) = \tfrac12\bigl(1 + \operatorname{erf}(x/\sqrt 2)\bigr)

    or, with ``approximate="tanh"``,

    .. math:: y = \tfrac12 x\,(1 + \tanh u), \qquad u = \sqrt{2/\pi}\,(x + 0.044715\,x^3)

    Backward, with :math:`g = \partial L/\partial y`, by the product rule, where :math:`\Phi' = \varphi` is the normal
    density :math:`e^{-x^2/2}/\sqrt{2\pi}`, and :math:`\tanh' = 1 - \tanh^2`:

    .. math:: \frac{\partial L}{\partial x} = g\,(\Phi(x) + x\,\varphi(x)), \qquad
              \frac{\partial L}{\partial x} = g\,\bigl(\tfrac12 (1 + \tanh u) + \tfrac12 x\,u'\,(1 - \tanh^2 u)\bigr)

    In training mode the derivative is computed with the output, from the same exponential.

    PyTorch: ``torch.nn.GELU(approximate)``; in float32 this keeps digits far below 0 that it has not, and it is 0 at
    negative infinity, where that is nan. Registered as ``Gelu``, too, the name that courses use.

    Paper: Hendrycks and Gimpel, 2016, arXiv:1606.08415.

    Args:
        approximate: ``"none"``, or ``"tanh"`` for the second formula, within 5e-4 of the first.

    >>> import numpy as np
    >>> from minnet_layers import GELU
    >>> GELU().forward(np.array([-5.0, 0.0, 1.0])).round(8)
    array([-1.4300000e-06,  0.0000000e+00,  8.4134475e-01])
    """

    CACHES = ("slope",)
    EXAMPLES = (
        Example(
            input=[(4, 3), (7,), (2, 3, 5)],
            rejected_arguments=[{"approximate": "erf"}, {"approximate": None}],
            reference=Reference("torch.nn.GELU"),
        ),
        Example(
            arguments={"approximate": "tanh"},
            input=[(4, 3), (2, 3, 5)],
            reference=Reference("torch.nn.GELU", {"approximate": "tanh"}),
        ),
    )

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        if approximate not in _GATES:
            raise ValueError(f"GELU: expected approximate to be 'none' or 'tanh', received {approximate!r}")
        self.approximate = approximate
        self.slope: Array | None = None

    def updateOutput(self, input: Array) -> Array:
        if self.training:
            output, self.slope = self._computed(input, 2)
        else:
            (output,), self.slope = self._computed(input, 1), None
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, input.shape, "gradOutput")
        slope = self.slope if self.training else None
        if slope is None:
            _, slope = self._computed(input, 2)
        expect_shape(self, input, slope.shape)
        self.gradInput = gradOutput * slope
        return self.gradInput

    def _computed(self, input: Array, count: int) -> list[Array]:
        """The output, and as the second of two its derivative; half precision is computed in float32."""
        x = input.astype(accumulation_dtype(input), copy=False)
        results = [np.empty(x.shape, x.dtype) for _ in range(count)]
        _GATES[self.approximate](x.reshape(-1), *(each.reshape(-1) for each in results))
        return [each.astype(floating_dtype(input), copy=False) for each in results]
