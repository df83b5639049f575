"""`AdaptiveAvgPool2d`: the means of as many windows as the output is to have pixels."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating

from .pooling import adaptive_windows, expect_counts, gradient_to_means, output_sizes, window_means


class AdaptiveAvgPool2d(Module):
    r"""The mean of each of :math:`h \times w` windows; input ``(batch, channels, height, width)`` of any size.

    Along an axis of length :math:`L`, window :math:`o` of :math:`n` has :math:`\lfloor oL/n \rfloor \le i < \lceil
    (o + 1)L/n \rceil`. They are of equal length where :math:`n` divides :math:`L`, and overlap elsewhere.

    .. math:: y_{hw} = \frac{1}{n_{hw}} \sum_{(u, v) \in \mathrm{window}(h, w)} x_{uv}

    Backward, with :math:`g = \partial L/\partial y`: a number is in each of its windows with the factor
    :math:`1/n_{hw}`,

    .. math:: \frac{\partial L}{\partial x_{uv}} = \sum_{h,w:\ \mathrm{window}(h, w) \ni (u, v)} \frac{g_{hw}}{n_{hw}}

    PyTorch: ``torch.nn.AdaptiveAvgPool2d(output_size)``.

    Args:
        output_size: a number, or ``(height, width)``, each of which may be None, for that of the input.

    >>> import numpy as np
    >>> from minnet_conv import AdaptiveAvgPool2d
    >>> AdaptiveAvgPool2d((1, 2)).forward(np.array([[[[1.0, 5.0, 3.0]]]]))
    array([[[[3., 4.]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"output_size": (2, 2)},
            input=[(2, 3, 4, 5), (1, 2, 1, 3)],
            rejects=[(2, 3, 4)],
            rejected_arguments=[{"output_size": 0}, {"output_size": 1.5}, {"output_size": (1, 2, 3)}],
            reference=Reference("torch.nn.AdaptiveAvgPool2d", {"output_size": (2, 2)}),
        ),
        Example(
            arguments={"output_size": (3, None)},
            input=(2, 1, 6, 4),
            reference=Reference("torch.nn.AdaptiveAvgPool2d", {"output_size": (3, None)}),
        ),
    )

    def __init__(self, output_size: int | tuple[int | None, int | None] | None) -> None:
        super().__init__()
        self.output_size = output_sizes("AdaptiveAvgPool2d", output_size)

    def updateOutput(self, input: Array) -> Array:
        counts = expect_counts(self, input, self.output_size)
        output = window_means(as_floating(input), *adaptive_windows(input.shape[2:], counts))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        counts = expect_counts(self, input, self.output_size)
        expect_shape(self, gradOutput, (*input.shape[:2], *counts), "gradOutput")
        windows = adaptive_windows(input.shape[2:], counts)
        self.gradInput = gradient_to_means(input, as_floating(gradOutput), *windows)
        return self.gradInput

    def __repr__(self) -> str:
        return "AdaptiveAvgPool2d {} x {}".format(*self.output_size)
