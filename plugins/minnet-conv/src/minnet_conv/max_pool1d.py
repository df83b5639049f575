"""`MaxPool1d`: the largest number of each window of a sequence."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, expect_forward

from .pooling import Windows, gradient_to_maxima, window_maxima


class MaxPool1d(Module):
    r"""The largest number of each window; input ``(batch, channels, length)``.

    With kernel :math:`k`, stride :math:`s`, dilation :math:`d` and padding :math:`p`,

    .. math:: y_t = \max_{0 \le i < k} x_{t s + i d - p}

    of what is inside the sequence: padding takes no part. A nan is larger than anything.
    The output has length :math:`\lfloor (L + 2p - d(k - 1) - 1)/s \rfloor + 1`; with ``ceil_mode`` the quotient is
    rounded up, but a last window begins inside the sequence or the padding before it.

    Backward, with :math:`g = \partial L/\partial y`: a maximum is one of the numbers of its window, the first that
    equals it, :math:`\mathrm{win}(t)`. Its derivative with respect to that one is 1, to the others 0, so

    .. math:: \frac{\partial L}{\partial x_u} = \sum_{t:\ \mathrm{win}(t) = u} g_t

    PyTorch: ``torch.nn.MaxPool1d`` with these arguments by name, also in which of equal numbers gets the gradient.

    Args:
        kernel_size: how many numbers a window has.
        stride: from one window to the next; ``kernel_size`` if None.
        padding: at both ends, at most half of ``kernel_size``.
        dilation: from one number of a window to its next.
        ceil_mode: whether numbers that are left over at the end make a smaller window.

    >>> import numpy as np
    >>> from minnet_conv import MaxPool1d
    >>> layer, x = MaxPool1d(2), np.array([[[1.0, 3.0, 2.0, 2.0]]])
    >>> layer.forward(x)
    array([[[3., 2.]]])
    >>> layer.backward(x, np.array([[[5.0, 7.0]]]))
    array([[[0., 5., 7., 0.]]])
    """

    EXAMPLES = (
        Example(
            arguments={"kernel_size": 2},
            input=[(2, 3, 4), (1, 2, 5)],
            traits={"kinks"},
            rejects=[(2, 3), (2, 3, 1), (2, 3, 4, 4)],
            rejected_arguments=[{"kernel_size": 0}, {"stride": 0.5}, {"padding": 2}, {"dilation": (1, 1)}],
            reference=Reference("torch.nn.MaxPool1d", {"kernel_size": 2}),
        ),
        Example(
            arguments={"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True},
            input=[(2, 2, 8), (1, 1, 5)],
            traits={"kinks"},
            reference=Reference(
                "torch.nn.MaxPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True}
            ),
        ),
    )

    def __init__(
        self, kernel_size: int, stride: int | None = None, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
    ) -> None:
        super().__init__()
        self.windows = Windows.of_arguments("MaxPool1d", 1, kernel_size, stride, padding, dilation, ceil_mode)

    def updateOutput(self, input: Array) -> Array:
        output = window_maxima(as_floating(input), self.windows, self.windows.counts(self, input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_forward(self)
        shape = (*input.shape[:2], *self.windows.counts(self, input))
        expect_shape(self, gradOutput, shape, "gradOutput")
        expect_shape(self, self.output, shape, "output")
        self.gradInput = gradient_to_maxima(as_floating(input), self.output, as_floating(gradOutput), self.windows)
        return self.gradInput

    def __repr__(self) -> str:
        return f"MaxPool1d {self.windows}"
