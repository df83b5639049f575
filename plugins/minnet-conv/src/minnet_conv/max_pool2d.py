"""`MaxPool2d`: the largest number of each window of an image."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating, expect_forward

from .pooling import Windows, gradient_to_maxima, window_maxima


class MaxPool2d(Module):
    r"""The largest number of each window; input ``(batch, channels, height, width)``.

    With kernel :math:`k`, stride :math:`s`, dilation :math:`d` and padding :math:`p` along each axis,

    .. math:: y_{hw} = \max_{0 \le i < k_h,\, 0 \le j < k_w} x_{h s_h + i d_h - p_h,\; w s_w + j d_w - p_w}

    of what is inside the image: padding takes no part. A nan is larger than anything.
    The output has :math:`\lfloor (H + 2p - d(k - 1) - 1)/s \rfloor + 1` rows; with ``ceil_mode`` the quotient is
    rounded up, but a last window begins inside the image or the padding before it.

    Backward, with :math:`g = \partial L/\partial y`: a maximum is one of the numbers of its window, the first, row by
    row, that equals it, :math:`\mathrm{win}(h, w)`. Its derivative with respect to that one is 1, to the others 0, so

    .. math:: \frac{\partial L}{\partial x_{uv}} = \sum_{h,w:\ \mathrm{win}(h, w) = (u, v)} g_{hw}

    PyTorch: ``torch.nn.MaxPool2d`` with these arguments by name, also in which of equal numbers gets the gradient.

    Args:
        kernel_size: a number, or ``(height, width)``, as are the following.
        stride: from one window to the next; ``kernel_size`` if None.
        padding: on all sides, at most half of ``kernel_size``.
        dilation: from one number of a window to its next.
        ceil_mode: whether numbers that are left over at the end make a smaller window.

    >>> import numpy as np
    >>> from minnet_conv import MaxPool2d
    >>> layer, x = MaxPool2d(2), np.arange(8.0).reshape(1, 1, 2, 4)
    >>> layer.forward(x)
    array([[[[5., 7.]]]])
    >>> layer.backward(x, np.array([[[[1.0, 2.0]]]]))
    array([[[[0., 0., 0., 0.],
             [0., 1., 0., 2.]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"kernel_size": 2},
            input=[(2, 3, 4, 6), (1, 2, 5, 3)],
            traits={"kinks"},
            rejects=[(2, 3, 4), (2, 3, 1, 4)],
            rejected_arguments=[{"kernel_size": 0}, {"stride": 0.5}, {"padding": 2}, {"dilation": (1, 1, 1)}],
            reference=Reference("torch.nn.MaxPool2d", {"kernel_size": 2}),
        ),
        Example(
            arguments={"kernel_size": 3, "stride": 2, "padding": 1},
            input=[(2, 2, 5, 4), (1, 1, 6, 5)],
            traits={"kinks"},
            reference=Reference("torch.nn.MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        ),
        Example(
            arguments={"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "dilation": 2, "ceil_mode": True},
            input=(2, 1, 4, 6),
            traits={"kinks"},
            reference=Reference(
                "torch.nn.MaxPool2d",
                {"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "dilation": 2, "ceil_mode": True},
            ),
        ),
    )

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.windows = Windows.of_arguments("MaxPool2d", 2, kernel_size, stride, padding, dilation, ceil_mode)

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
        return f"MaxPool2d {self.windows}"
