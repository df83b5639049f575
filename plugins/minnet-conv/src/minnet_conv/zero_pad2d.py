"""`ZeroPad2d`: zeros around an image."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, Example, Module, Reference, expect_shape

from .images import integers, zeros_beside
from .pooling import Index, inside, padded_shape


class ZeroPad2d(Module):
    r"""Puts zeros around an image; input ``(batch, channels, height, width)``.

    .. math:: y_{h + \mathrm{top},\; w + \mathrm{left}} = x_{hw}, \qquad \text{and 0 elsewhere}

    Negative padding cuts the image instead.

    Backward, with :math:`g = \partial L/\partial y`; what was cut off has no influence, so its gradient is 0:

    .. math:: \frac{\partial L}{\partial x_{hw}} = g_{h + \mathrm{top},\; w + \mathrm{left}}

    PyTorch: ``torch.nn.ZeroPad2d(padding)``, which also makes images without pixels.

    Args:
        padding: a number for all sides, or ``(left, right, top, bottom)``.

    >>> import numpy as np
    >>> from minnet_conv import ZeroPad2d
    >>> ZeroPad2d((1, 2, 1, -1)).forward(np.array([[[[1, 2], [3, 4]]]]))
    array([[[[0, 0, 0, 0, 0],
             [0, 1, 2, 0, 0]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"padding": 1},
            input=[(2, 3, 2, 3), (1, 1, 1, 1)],
            rejects=[(2, 2, 3)],
            rejected_arguments=[{"padding": 0.5}, {"padding": (1, 2)}],
            reference=Reference("torch.nn.ZeroPad2d", {"padding": 1}),
        ),
        Example(
            arguments={"padding": (2, 0, -1, 1)},
            input=(2, 2, 3, 2),
            rejects=[lambda layer: layer.forward(np.zeros((1, 1, 0, 2)))],
            reference=Reference("torch.nn.ZeroPad2d", {"padding": (2, 0, -1, 1)}),
        ),
    )

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = integers("ZeroPad2d", "padding", padding, 4, least=None)

    def updateOutput(self, input: Array) -> Array:
        output = zeros_beside(input, padded_shape(self, input, self.padding))
        inside, kept = self._places(input)
        output[inside] = input[kept]
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, padded_shape(self, input, self.padding), "gradOutput")
        gradInput = zeros_beside(input, input.shape, gradOutput.dtype)
        inside, kept = self._places(input)
        gradInput[kept] = gradOutput[inside]
        self.gradInput = gradInput
        return self.gradInput

    def _places(self, input: Array) -> tuple[Index, Index]:
        """Where the image is in the output, and which part of the input that is."""
        left, right, top, bottom = self.padding
        rows, columns = inside(input.shape[2], top, bottom), inside(input.shape[3], left, right)
        return (..., rows[0], columns[0]), (..., rows[1], columns[1])

    def __repr__(self) -> str:
        return f"ZeroPad2d {self.padding}"
