"""`GlobalMaxPool2d`: the largest number of each image."""

from __future__ import annotations

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import as_floating, expect_forward

from .pooling import expect_counts, gradient_to_maximum, maximum_of


class GlobalMaxPool2d(Module):
    r"""The largest number of each image; input ``(batch, channels, height, width)``, output ``(batch, channels)``.

    .. math:: y = \max_{u,v} x_{uv}

    Backward, with :math:`g = \partial L/\partial y`: the maximum is the first pixel, row by row, that equals it; its
    derivative is 1, that of the others 0:

    .. math:: \frac{\partial L}{\partial x_{uv}} = g\,[(u, v)\ \text{is the first where}\ x_{uv} = y]

    PyTorch: ``torch.nn.functional.adaptive_max_pool2d(x, 1).flatten(1)``. (The gradient of ``x.amax((2, 3))`` is
    another one: equal maxima share it.)

    >>> import numpy as np
    >>> from minnet_conv import GlobalMaxPool2d
    >>> layer, x = GlobalMaxPool2d(), np.array([[[[1.0, 4.0], [4.0, 2.0]]]])
    >>> layer.forward(x)
    array([[4.]])
    >>> layer.backward(x, np.array([[3.0]]))
    array([[[[0., 3.],
             [0., 0.]]]])
    """

    EXAMPLES = (Example(input=[(2, 3, 4, 5), (1, 2, 1, 3)], traits={"kinks"}, rejects=[(2, 3, 4)]),)

    def updateOutput(self, input: Array) -> Array:
        expect_counts(self, input, (1, 1))
        output = maximum_of(as_floating(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        expect_counts(self, input, (1, 1))
        expect_shape(self, gradOutput, input.shape[:2], "gradOutput")
        expect_shape(self, self.output, input.shape[:2], "output")
        self.gradInput = gradient_to_maximum(as_floating(input), self.output, as_floating(gradOutput))
        return self.gradInput
