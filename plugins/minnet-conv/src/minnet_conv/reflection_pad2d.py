"""`ReflectionPad2d`: a border that mirrors the image."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, ShapeError, expect_shape

from .images import beside, integers
from .pooling import Along, gradient_to_resampled, mirrored, padded_shape, resample


class ReflectionPad2d(Module):
    r"""Continues an image as mirrors on its last pixels would; input ``(batch, channels, height, width)``.

    With :math:`m_n(i) = i` inside the image, :math:`-i` before and :math:`2(n - 1) - i` behind it,

    .. math:: y_{h + \mathrm{top},\; w + \mathrm{left}} = x_{m_H(h),\, m_W(w)}

    Negative padding cuts the image instead.

    Backward, with :math:`g = \partial L/\partial y`: a pixel has the gradients of all its mirror images,

    .. math:: \frac{\partial L}{\partial x_{uv}}
              = \sum_{h,w:\ m_H(h) = u,\; m_W(w) = v} g_{h + \mathrm{top},\; w + \mathrm{left}}

    PyTorch: ``torch.nn.ReflectionPad2d(padding)``, which also makes images without pixels.

    Args:
        padding: a number for all sides, or ``(left, right, top, bottom)``, each smaller than the image.

    >>> import numpy as np
    >>> from minnet_conv import ReflectionPad2d
    >>> ReflectionPad2d((2, 1, 0, 0)).forward(np.array([[[[1, 2, 3]]]]))
    array([[[[3, 2, 1, 2, 3, 2]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"padding": 1},
            input=[(2, 3, 2, 3), (1, 1, 3, 2)],
            rejects=[(2, 2, 3), (1, 1, 1, 3)],
            rejected_arguments=[{"padding": 0.5}, {"padding": (1, 2)}],
            reference=Reference("torch.nn.ReflectionPad2d", {"padding": 1}),
        ),
        Example(
            arguments={"padding": (2, 0, -1, 3)},
            input=(2, 2, 4, 3),
            rejects=[(1, 1, 4, 2)],
            reference=Reference("torch.nn.ReflectionPad2d", {"padding": (2, 0, -1, 3)}),
        ),
    )

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__()
        self.padding = integers("ReflectionPad2d", "padding", padding, 4, least=None)

    def updateOutput(self, input: Array) -> Array:
        self._padded(input)
        output = resample(input, self._sources(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, self._padded(input), "gradOutput")
        self.gradInput = gradient_to_resampled(beside(input, gradOutput), self._sources(input))
        return self.gradInput

    def _sources(self, input: Array) -> tuple[Along, Along]:
        left, right, top, bottom = self.padding
        return mirrored(input.shape[2], top, bottom), mirrored(input.shape[3], left, right)

    def _padded(self, input: Array) -> tuple[int, ...]:
        shape = padded_shape(self, input, self.padding)
        (height, width), (left, right, top, bottom) = input.shape[2:], self.padding
        if max(top, bottom) >= height or max(left, right) >= width:
            raise ShapeError(f"{self}: expected input of a height and width above padding, received {input.shape}")
        return shape

    def __repr__(self) -> str:
        return f"ReflectionPad2d {self.padding}"
