"""`AvgPool2d`: the mean of each window of an image."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating

from .pooling import Along, Windows, gradient_to_means, window_means


class AvgPool2d(Module):
    r"""The mean of each window; input ``(batch, channels, height, width)``.

    With kernel :math:`k`, stride :math:`s` and padding :math:`p` along each axis,

    .. math:: y_{hw} = \frac{1}{n_{hw}} \sum_{0 \le i < k_h,\, 0 \le j < k_w} x_{h s_h + i - p_h,\; w s_w + j - p_w}

    where padding is 0 and :math:`n_{hw}` is how many numbers the window has: with padding, but not what of a last
    window is beyond it, or without any padding if ``count_include_pad`` is False.
    The output has :math:`\lfloor (H + 2p - k)/s \rfloor + 1` rows; with ``ceil_mode`` the quotient is rounded up, but a
    last window begins inside the image or the padding before it.

    Backward, with :math:`g = \partial L/\partial y`: a number is in each of its windows with the factor
    :math:`1/n_{hw}`,

    .. math:: \frac{\partial L}{\partial x_{uv}} = \sum_{h,w:\ \mathrm{window}(h, w) \ni (u, v)} \frac{g_{hw}}{n_{hw}}

    PyTorch: ``torch.nn.AvgPool2d`` with the same arguments.

    Args:
        kernel_size: a number, or ``(height, width)``, as are the following.
        stride: from one window to the next; ``kernel_size`` if None.
        padding: zeros on all sides, at most half of ``kernel_size``.
        ceil_mode: whether numbers that are left over at the end make a smaller window.
        count_include_pad: whether padding counts among the numbers of a window.

    >>> import numpy as np
    >>> from minnet_conv import AvgPool2d
    >>> layer, x = AvgPool2d(2), np.arange(8.0).reshape(1, 1, 2, 4)
    >>> layer.forward(x)
    array([[[[2.5, 4.5]]]])
    >>> layer.backward(x, np.array([[[[1.0, 2.0]]]]))
    array([[[[0.25, 0.25, 0.5 , 0.5 ],
             [0.25, 0.25, 0.5 , 0.5 ]]]])
    """

    EXAMPLES = (
        Example(
            arguments={"kernel_size": 2},
            input=[(2, 3, 4, 6), (1, 2, 5, 3)],
            rejects=[(2, 3, 4), (2, 3, 1, 4)],
            rejected_arguments=[{"kernel_size": 0}, {"stride": 0.5}, {"padding": 2}],
            reference=Reference("torch.nn.AvgPool2d", {"kernel_size": 2}),
        ),
        Example(
            arguments={"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            input=[(2, 2, 4, 5), (1, 1, 6, 5)],
            reference=Reference("torch.nn.AvgPool2d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
        ),
        Example(
            arguments={"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "count_include_pad": False},
            input=(2, 1, 4, 6),
            reference=Reference(
                "torch.nn.AvgPool2d",
                {"kernel_size": (2, 3), "stride": (1, 2), "padding": (0, 1), "count_include_pad": False},
            ),
        ),
    )

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.windows = Windows.of_arguments("AvgPool2d", 2, kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = bool(count_include_pad)

    def updateOutput(self, input: Array) -> Array:
        self.windows.counts(self, input)
        output = window_means(as_floating(input), *self._of_image(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, (*input.shape[:2], *self.windows.counts(self, input)), "gradOutput")
        self.gradInput = gradient_to_means(input, as_floating(gradOutput), *self._of_image(input))
        return self.gradInput

    def _of_image(self, input: Array) -> tuple[tuple[Along, ...], Array]:
        lengths = input.shape[2:]
        return self.windows.along(lengths), self.windows.sizes(lengths, self.count_include_pad)

    def __repr__(self) -> str:
        return f"AvgPool2d {self.windows}" + ", padding not counted" * (not self.count_include_pad)
