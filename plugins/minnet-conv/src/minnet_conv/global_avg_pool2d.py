"""`GlobalAvgPool2d`: the mean of each image."""

from __future__ import annotations

from minnet_core import Array, Example, Module, expect_shape
from minnet_core.nn import as_floating

from .pooling import adaptive_windows, expect_counts, gradient_to_means, window_means


class GlobalAvgPool2d(Module):
    r"""The mean of each image; input ``(batch, channels, height, width)``, output ``(batch, channels)``.

    .. math:: y = \frac{1}{HW} \sum_{u,v} x_{uv}

    Backward, with :math:`g = \partial L/\partial y`; the derivative with respect to each pixel is :math:`1/HW`:

    .. math:: \frac{\partial L}{\partial x_{uv}} = \frac{g}{HW}

    PyTorch: ``torch.nn.functional.adaptive_avg_pool2d(x, 1).flatten(1)``, which is ``x.mean((2, 3))``.

    Paper: Lin, Chen and Yan, 2013, arXiv:1312.4400.

    >>> import numpy as np
    >>> from minnet_conv import GlobalAvgPool2d
    >>> GlobalAvgPool2d().forward(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    EXAMPLES = (Example(input=[(2, 3, 4, 5), (1, 2, 1, 3)], rejects=[(2, 3, 4)]),)

    def updateOutput(self, input: Array) -> Array:
        one = expect_counts(self, input, (1, 1))
        output = window_means(as_floating(input), *adaptive_windows(input.shape[2:], one))[:, :, 0, 0]
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        one = expect_counts(self, input, (1, 1))
        expect_shape(self, gradOutput, input.shape[:2], "gradOutput")
        windows = adaptive_windows(input.shape[2:], one)
        self.gradInput = gradient_to_means(input, as_floating(gradOutput)[:, :, None, None], *windows)
        return self.gradInput
