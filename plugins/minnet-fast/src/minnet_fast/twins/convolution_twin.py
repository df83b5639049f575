"""What twins of convolutions and of transposed ones share: each pass is in C where it can be, else the layer's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core import Array

from .planes import arranged

if TYPE_CHECKING:
    from minnet_conv import Conv2d as _Base
else:
    _Base = object


class ConvolutionTwin(_Base):
    """Stands before the class of a layer of images or sequences; a subclass has its passes in C."""

    def output_in_c(self, input: Array) -> Array | None:
        """Compute the output; None where NumPy computes, or refuses the input."""
        raise NotImplementedError

    def gradInput_in_c(self, input: Array, gradOutput: Array) -> Array | None:
        """Compute the gradient of the input; None likewise."""
        raise NotImplementedError

    def add_gradients_in_c(self, input: Array, gradOutput: Array) -> bool:
        """Add the gradients of the parameters; False, and nothing is changed, likewise."""
        raise NotImplementedError

    def updateOutput(self, input: Array) -> Array:
        output = self.output_in_c(input)
        if output is None:
            return super().updateOutput(arranged(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        gradInput = self.gradInput_in_c(input, gradOutput)
        if gradInput is None:
            return super().updateGradInput(input, arranged(gradOutput))
        self.gradInput = gradInput
        return gradInput

    def backward(self, input: Array, gradOutput: Array) -> Array:
        gradInput: Array = super().backward(input, arranged(gradOutput))  # of which both gradients are made
        return gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        if not self.add_gradients_in_c(input, gradOutput):
            super().accGradParameters(arranged(input), arranged(gradOutput))

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)
