"""`AvgPool1d`: the mean of each window of a sequence."""

from __future__ import annotations

from minnet_core import Array, Example, Module, Reference, expect_shape
from minnet_core.nn import as_floating

from .pooling import Along, Windows, gradient_to_means, window_means


class AvgPool1d(Module):
    r"""The mean of each window; input ``(batch, channels, length)``.

    With kernel :math:`k`, stride :math:`s` and padding :math:`p`,

    .. math:: y_t = \frac{1}{n_t} \sum_{0 \le i < k} x_{t s + i - p}

    where padding is 0 and :math:`n_t` is how many numbers the window has: with padding, but not what of a last window
    is beyond it, or without any padding if ``count_include_pad`` is False.
    The output has length :math:`\lfloor (L + 2p - k)/s \rfloor + 1`; with ``ceil_mode`` the quotient is rounded up, but
    a last window begins inside the sequence or the padding before it.

    Backward, with :math:`g = \partial L/\partial y`: a number is in each of its windows with the factor :math:`1/n_t`,

    .. math:: \frac{\partial L}{\partial x_u} = \sum_{t:\ \mathrm{window}(t) \ni u} \frac{g_t}{n_t}

    PyTorch: ``torch.nn.AvgPool1d`` with the same arguments.

    Args:
        kernel_size: how many numbers a window has.
        stride: from one window to the next; ``kernel_size`` if None.
        padding: zeros at both ends, at most half of ``kernel_size``.
        ceil_mode: whether numbers that are left over at the end make a smaller window.
        count_include_pad: whether padding counts among the numbers of a window.

    >>> import numpy as np
    >>> from minnet_conv import AvgPool1d
    >>> layer, x = AvgPool1d(3, stride=1), np.array([[[1.0, 3.0, 2.0, 7.0]]])
    >>> layer.forward(x)
    array([[[2., 4.]]])
    >>> layer.backward(x, np.array([[[3.0, 6.0]]]))
    array([[[1., 3., 3., 2.]]])
    """

    EXAMPLES = (
        Example(
            arguments={"kernel_size": 2},
            input=[(2, 3, 4), (1, 2, 5)],
            rejects=[(2, 3), (2, 3, 1), (2, 3, 4, 4)],
            rejected_arguments=[{"kernel_size": 0}, {"stride": 0.5}, {"padding": 2}],
            reference=Reference("torch.nn.AvgPool1d", {"kernel_size": 2}),
        ),
        Example(
            arguments={"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True},
            input=[(2, 2, 6), (1, 1, 5)],
            reference=Reference("torch.nn.AvgPool1d", {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
        ),
        Example(
            arguments={"kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False},
            input=(2, 1, 5),
            reference=Reference(
                "torch.nn.AvgPool1d", {"kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False}
            ),
        ),
    )

    def __init__(
        self,
        kernel_size: int,
        stride: int | None = None,
        padding: int = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.windows = Windows.of_arguments("AvgPool1d", 1, kernel_size, stride, padding, 1, ceil_mode)
        self.count_include_pad = bool(count_include_pad)

    def updateOutput(self, input: Array) -> Array:
        self.windows.counts(self, input)
        output = window_means(as_floating(input), *self._of_sequence(input))
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, (*input.shape[:2], *self.windows.counts(self, input)), "gradOutput")
        self.gradInput = gradient_to_means(input, as_floating(gradOutput), *self._of_sequence(input))
        return self.gradInput

    def _of_sequence(self, input: Array) -> tuple[tuple[Along, ...], Array]:
        lengths = input.shape[2:]
        return self.windows.along(lengths), self.windows.sizes(lengths, self.count_include_pad)

    def __repr__(self) -> str:
        return f"AvgPool1d {self.windows}" + ", padding not counted" * (not self.count_include_pad)
