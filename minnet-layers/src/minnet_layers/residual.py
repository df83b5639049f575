"""`Residual`: what modules make of the input, added to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from minnet_core import Array, Example, Module, Sequential, expect_shape
from minnet_core.nn import as_floating

if TYPE_CHECKING:
    from minnet_core.nn import Ends, Sketch


class Residual(Sequential):
    r"""Adds its input to what its modules make of it, one after another: ``input + modules(input)``.

    Forward, for modules whose composition is :math:`f`, and whose output has the shape of their input:

    .. math:: y = x + f(x)

    Backward, with :math:`g = \partial L/\partial y`; :math:`x` reaches :math:`y` on two ways, and what comes back on
    both adds up, while the parameters of :math:`f` get what they would without the sum, as :math:`y` is
    :math:`f(x)` and a constant to them:

    .. math:: \frac{\partial L}{\partial x} = g + \left(\frac{\partial f}{\partial x}\right)^{\!\top} g

    PyTorch: has none; ``x + f(x)`` in a ``forward`` of one's own. Without modules, the output is :math:`2x`.

    Paper: He, Zhang, Ren and Sun, 2015, arXiv:1512.03385.

    Args:
        modules: the first ones; ``add`` appends more.

    >>> import numpy as np
    >>> from minnet_layers import ReLU, Residual
    >>> Residual(ReLU()).forward(np.array([-1.0, 2.0]))
    array([-1.,  4.])
    """

    EXAMPLES = (Example(input=[(4, 3), (2, 3, 5)]),)

    def updateOutput(self, input: Array) -> Array:
        made = super().updateOutput(input)
        expect_shape("Residual", made, getattr(input, "shape", ()), "the output of its modules, to add to its input,")
        output: Array = made + as_floating(input)
        self.output = output
        return output

    def backward(self, input: Array, gradOutput: Array) -> Array:
        expect_shape("Residual", gradOutput, input.shape, "gradOutput")
        self.gradInput = super().backward(input, gradOutput) + gradOutput
        return self.gradInput

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape("Residual", gradOutput, input.shape, "gradOutput")
        self.gradInput = super().updateGradInput(input, gradOutput) + gradOutput
        return self.gradInput

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        expect_shape("Residual", gradOutput, input.shape, "gradOutput")
        super().backwardParameters(input, gradOutput)  # to the parameters the input is a constant

    def draw_inside(self, sketch: Sketch, name: str, taken: Ends) -> Ends:
        made = super().draw_inside(sketch, name, taken)
        return sketch.box(name, "Residual: the sum", taken=(*made, *taken))

    def fuse_inside(self, fuse: Callable[[Module], Sequential]) -> Residual:
        """Fold the modules into one another; none is folded into what is before or behind the sum."""
        return Residual(*fuse(Sequential(*self.modules)))

    def __repr__(self) -> str:
        return "\n".join(["Residual", *(f"  {line}" for line in super().__repr__().splitlines())])
