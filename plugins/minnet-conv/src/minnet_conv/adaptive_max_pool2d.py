"""`AdaptiveMaxPool2d`: the maxima of as many windows as the output is to have pixels."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, expect_forward

from .pooling import adaptive_maxima, expect_counts, gradient_to_adaptive_maxima, output_sizes


class AdaptiveMaxPool2d(Module):
    r"""The maximum of each of :math:`h \times w` windows; input ``(batch, channels, height, width)`` of any size.

    Along an axis of length :math:`L`, window :math:`o` of :math:`n` has :math:`\lfloor oL/n \rfloor \le i < \lceil
    (o + 1)L/n \rceil`. They are of equal length where :math:`n` divides :math:`L`, and overlap elsewhere.

    .. math:: y_{hw} = \max_{(u, v) \in \mathrm{window}(h, w)} x_{uv}

    Backward, with :math:`g = \partial L/\partial y`: a maximum is the first of its window, row by row, that equals it,
    :math:`\mathrm{win}(h, w)`, with the derivative 1, and the others have 0:

    .. math:: \frac{\partial L}{\partial x_{uv}} = \sum_{h,w:\ \mathrm{win}(h, w) = (u, v)} g_{hw}

    PyTorch: ``torch.nn.AdaptiveMaxPool2d(output_size)``.

    Args:
        output_size: a number, or ``(height, width)``, each of which may be None, for that of the input.

    >>> import numpy as np
    >>> from minnet_conv import AdaptiveMaxPool2d
    >>> AdaptiveMaxPool2d((1, 2)).forward(np.array([[[[1.0, 2.0, 3.0]]]]))
    array([[[[2., 3.]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"output_size": (2, 2)},
            input=[(2, 3, 4, 5), (1, 2, 1, 3)],
            traits={"kinks"},
            rejects=[(2, 3, 4)],
            rejected_arguments=[{"output_size": 0}, {"output_size": 1.5}, {"output_size": (1, 2, 3)}],
            reference=Reference("torch.nn.AdaptiveMaxPool2d", {"output_size": (2, 2)}),
        ),
        Example(
            arguments={"output_size": (3, None)},
            input=(2, 1, 6, 4),
            traits={"kinks"},
            reference=Reference("torch.nn.AdaptiveMaxPool2d", {"output_size": (3, None)}),
        ),
    )

    def __init__(self, output_size: int | tuple[int | None, int | None] | None) -> None:
        super().__init__()
        self.output_size = output_sizes("AdaptiveMaxPool2d", output_size)

    def updateOutput(self, input: Array) -> Array:
        output = adaptive_maxima(as_floating(input), expect_counts(self, input, self.output_size))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        shape = (*input.shape[:2], *expect_counts(self, input, self.output_size))
        expect_shape(self, gradOutput, shape, "gradOutput")
        expect_shape(self, self.output, shape, "output")
        self.gradInput = gradient_to_adaptive_maxima(as_floating(input), self.output, as_floating(gradOutput))
        return self.gradInput

    def __repr__(self) -> str:
        return "AdaptiveMaxPool2d {} x {}".format(*self.output_size)
