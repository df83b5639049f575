"""`ConvTranspose2d`: transposed convolution of images."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Array, Module, expect_shape

from .convolving import (
    Footprint,
    channel_sums,
    channels_in_groups,
    convolution_example,
    convolve,
    convolve_back,
    convolve_weights,
    draw_parameters,
    output_padding_of,
    transposed_shape,
)
from .images import integers


class ConvTranspose2d(Module):
    r"""Lays a kernel down for each number of images, times that number; input ``(batch, in_channels, height, width)``.

    What lies on one place is added up: the backward pass of `Conv2d` as a forward pass, which enlarges images.
    With stride :math:`s`, dilation :math:`d` and padding :math:`p`, along both axes alike:

    .. math:: y_{nohw} = b_o + \sum_{cij} W_{coij}\,x_{n,\;c,\;h',\;w'}, \qquad h = h's + id - p, \quad w = w's + jd - p

    The output is ``(batch, out_channels, h, w)`` with ``h = (height - 1) * stride - 2 * padding + dilation *
    (kernel_size - 1) + output_padding + 1``, and ``w`` alike: padding is what is cut off.

    Backward, with :math:`g = \partial L/\partial y`; each :math:`x` meets a kernel's worth of outputs, as an output of
    `Conv2d` does of inputs:

    .. math:: \frac{\partial L}{\partial x_{nchw}} = \sum_{oij} W_{coij}\,g_{n,\;o,\;hs + id - p,\;ws + jd - p}

    .. math:: \frac{\partial L}{\partial W_{coij}} = \sum_{nhw} x_{nchw}\,g_{n,\;o,\;hs + id - p,\;ws + jd - p}, \quad
              \frac{\partial L}{\partial b_o} = \sum_{nhw} g_{nohw}

    PyTorch: ``torch.nn.ConvTranspose2d`` with the same arguments, but
    batches of images only, and padding with zeros.

    Args:
        in_channels, out_channels: of the input, and of the output.
        kernel_size, stride, padding, dilation: a number, or one for each axis.
        output_padding: how much longer the output is at its end, below stride or dilation: strides make one length of
            several, and this says which of them to return to.
        groups: of channels, each of which has its own share of the outputs.
        bias: whether there is a ``b``; without it ``b`` and ``gradb`` are None.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt n` for :math:`n` numbers in
            ``W[0]``.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(in_channels, out_channels / groups, *kernel_size)``; ``b`` and ``gradb`` are ``(out_channels,)``.
        weight, bias, gradWeight, gradBias: further names of the same arrays, those of Torch7 and PyTorch.

    >>> import numpy as np
    >>> from minnet_conv import ConvTranspose2d
    >>> layer = ConvTranspose2d(1, 1, (1, 2), stride=2, bias=False, dtype="float64")
    >>> layer
    ConvTranspose2d 1 -> 1, 1x2, stride 2x2
    >>> layer.W[...] = [[[[-1.0, 1.0]]]]
    >>> layer.forward(np.array([[[[1.0, 3.0]]]]))
    array([[[[-1.,  1., -3.,  3.]]]])
    """

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W", "bias": "b"}
    EXAMPLES = (
        convolution_example(
            "ConvTranspose2d",
            (2, 2, 3, 4),
            in_channels=2,
            out_channels=3,
            kernel_size=(3, 3),
            rejects=[(2, 3, 3, 4), (2, 2, 3), (2, 4, 3, 2)],
            rejected_arguments=[{"in_channels": 0}, {"padding": "same"}, {"output_padding": 1}, {"groups": 2}],
        ),
        convolution_example(
            "ConvTranspose2d",
            (2, 4, 3, 2),
            in_channels=4,
            out_channels=2,
            kernel_size=(3, 2),
            stride=(2, 2),
            padding=(1, 0),
            output_padding=(1, 0),
            dilation=(2, 2),
            groups=2,
        ),
        convolution_example(
            "ConvTranspose2d",
            (2, 1, 3, 4),
            in_channels=1,
            out_channels=2,
            kernel_size=(2, 2),
            padding=(1, 1),
            dilation=(2, 2),
            bias=False,
        ),
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | tuple[int, int] = 1,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        pads = integers(name, "padding", padding, 2, 0)
        self.footprint = Footprint.of_arguments(name, 2, kernel_size, stride, pads, dilation, groups, "zeros")
        self.output_padding = output_padding_of(name, output_padding, 2, self.footprint)
        groups = self.footprint.groups
        n_in, n_out = channels_in_groups(name, groups, in_channels=in_channels, out_channels=out_channels)
        shape = (n_in, n_out // groups, *self.footprint.kernel_size)
        self.W, self.b = draw_parameters(name, shape, n_out, bias, rng, dtype)
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input: Array) -> Array:
        shape = transposed_shape(self, input, self.W, self.footprint, self.output_padding)
        output = convolve_back(input, self.W, self.footprint, shape[2:])
        if self.b is not None:
            expect_shape(self, self.b, shape[1:2], "b")
            output += self.b[:, np.newaxis, np.newaxis]
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        shape = transposed_shape(self, input, self.W, self.footprint, self.output_padding)
        expect_shape(self, gradOutput, shape, "gradOutput")
        self.gradInput = convolve(gradOutput, self.W, None, self.footprint, input.shape[2:])
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        shape = transposed_shape(self, input, self.W, self.footprint, self.output_padding)
        expect_shape(self, gradOutput, shape, "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        weights, _ = convolve_weights(gradOutput, input, self.footprint, self.W.shape, has_bias=False)
        if self.gradb is not None:
            expect_shape(self, self.gradb, shape[1:2], "gradb")
            self.gradb += channel_sums(gradOutput)
        self.gradW += weights

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def __repr__(self) -> str:
        channels = f"{self.W.shape[0]} -> {self.W.shape[1] * self.footprint.groups}"
        more = f", output padding {'x'.join(map(str, self.output_padding))}" * any(self.output_padding)
        return f"{type(self).__name__} {channels}, {self.footprint.words(self.W.ndim - 2)}{more}"
