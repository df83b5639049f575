"""`Conv2d`: convolution of images."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from minnet_core import Affine, Array, Example, Module, expect_shape

from .convolving import (
    Footprint,
    absorb_channels,
    channels_in_groups,
    convolution_example,
    convolve,
    convolve_back,
    convolve_weights,
    draw_parameters,
    output_shape,
)


class Conv2d(Module):
    r"""Lays a kernel on images everywhere; input ``(batch, in_channels, height, width)``.

    With strides :math:`s`, dilations :math:`d` and padding :math:`p`, along both axes alike, and :math:`c` over the
    channels of the group that :math:`o` belongs to:

    .. math:: y_{nohw} = b_o + \sum_{cij} W_{ocij}\,x_{n,\;c,\;hs + id - p,\;ws + jd - p}

    The output is ``(batch, out_channels, h, w)``, ``h = (height + 2 * padding - dilation * (kernel_size - 1) - 1) //
    stride + 1``, and ``w`` alike.

    Backward, with :math:`g = \partial L/\partial y`. Each :math:`W_{ocij}` meets one :math:`x` for every output of
    :math:`o`, and each :math:`x` meets those :math:`W` that come to lie on it, where :math:`h = h's + id - p`:

    .. math:: \frac{\partial L}{\partial W_{ocij}} = \sum_{nhw} g_{nohw}\,x_{n,\;c,\;hs + id - p,\;ws + jd - p}, \quad
              \frac{\partial L}{\partial b_o} = \sum_{nhw} g_{nohw}, \quad
              \frac{\partial L}{\partial x_{nchw}} = \sum_{oij} W_{ocij}\,g_{noh'w'}

    What falls on padding that was taken from the image goes back to where it was taken.

    PyTorch: ``torch.nn.Conv2d``, whose arguments after ``padding`` come in another order; batches of images only.

    Args:
        in_channels, out_channels: of an image, and of its output.
        kernel_size, stride, padding, dilation: a number, or one for each axis. ``padding="same"`` keeps height and
            width, with the odd number of an even kernel at the end; ``"valid"`` is 0.
        bias: whether there is a ``b``; without it ``b`` and ``gradb`` are None.
        padding_mode: zeros, reflect, replicate or circular.
        groups: of channels, each of which has its own share of the outputs.
        rng: seed or generator that draws the parameters, uniform in :math:`\pm 1/\sqrt n` for :math:`n` summands.
        dtype: of the parameters and their gradients.

    Attributes:
        W, gradW: ``(out_channels, in_channels / groups, *kernel_size)``; ``b`` and ``gradb`` are ``(out_channels,)``.
        weight, bias, gradWeight, gradBias: further names of the same arrays, those of Torch7 and PyTorch.

    >>> import numpy as np
    >>> from minnet_conv import Conv2d
    >>> layer = Conv2d(1, 1, (1, 2), bias=False, dtype="float64")
    >>> layer
    Conv2d 1 -> 1, 1x2
    >>> layer.W[...] = [[[[-1.0, 1.0]]]]
    >>> layer.forward(np.array([[[[1.0, 3.0, 2.0], [0.0, 0.0, 5.0]]]]))
    array([[[[ 2., -1.],
             [ 0.,  5.]]]])
    """

    PARAMETERS: ClassVar = {"W": "gradW", "b": "gradb"}
    ALIASES: ClassVar = {"weight": "W", "bias": "b"}
    EXAMPLES: ClassVar[tuple[Example, ...]] = (
        convolution_example(
            "Conv2d",
            (2, 2, 5, 4),
            in_channels=2,
            out_channels=3,
            kernel_size=3,
            rejects=[(2, 3, 5, 4), (2, 2, 2, 4), (2, 2, 5), (2, 5, 4, 2)],
            rejected_arguments=[
                {"in_channels": 0},
                {"kernel_size": 2.5},
                {"kernel_size": (3, 3, 3)},
                {"stride": 0},
                {"padding": -1},
                {"padding": "half"},
                {"padding": "same", "stride": 2},
                {"padding_mode": "mirror"},
                {"groups": 2},
                {"dtype": "int32"},
            ],
        ),
        convolution_example(
            "Conv2d",
            (2, 4, 6, 5),
            in_channels=4,
            out_channels=2,
            kernel_size=(3, 2),
            stride=(2, 1),
            padding=(1, 0),
            groups=2,
        ),
        convolution_example(
            "Conv2d", (1, 4, 5, 6), in_channels=4, out_channels=2, kernel_size=(2, 3), padding="same", bias=False
        ),
        convolution_example(
            "Conv2d",
            (2, 1, 4, 5),
            in_channels=1,
            out_channels=2,
            kernel_size=(3, 3),
            padding=(2, 1),
            padding_mode="reflect",
            rejects=[(2, 1, 2, 5)],
        ),
        convolution_example(
            "Conv2d",
            (2, 1, 4, 5),
            in_channels=1,
            out_channels=2,
            kernel_size=(2, 2),
            padding=(3, 3),
            dilation=(2, 2),
            padding_mode="circular",
        ),
    )

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        bias: bool = True,
        padding_mode: str = "zeros",
        dilation: int | tuple[int, int] = 1,
        groups: int = 1,
        *,
        rng: int | np.random.Generator | None = None,
        dtype: npt.DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.footprint = Footprint.of_arguments(name, 2, kernel_size, stride, padding, dilation, groups, padding_mode)
        groups = self.footprint.groups
        n_in, n_out = channels_in_groups(name, groups, in_channels=in_channels, out_channels=out_channels)
        shape = (n_out, n_in // groups, *self.footprint.kernel_size)
        self.W, self.b = draw_parameters(name, shape, n_out, bias, rng, dtype)
        self.gradW = np.zeros_like(self.W)
        self.gradb = None if self.b is None else np.zeros_like(self.b)

    def updateOutput(self, input: Array) -> Array:
        shape = output_shape(self, input, self.W, self.footprint)
        if self.b is not None:
            expect_shape(self, self.b, shape[1:2], "b")
        output = convolve(input, self.W, self.b, self.footprint, shape[2:])
        self.output = output
        return output

    def updateGradInput(self, input: Array, gradOutput: Array) -> Array:
        expect_shape(self, gradOutput, output_shape(self, input, self.W, self.footprint), "gradOutput")
        self.gradInput = convolve_back(gradOutput, self.W, self.footprint, input.shape[2:])
        return self.gradInput

    def accGradParameters(self, input: Array, gradOutput: Array) -> None:
        expect_shape(self, gradOutput, output_shape(self, input, self.W, self.footprint), "gradOutput")
        expect_shape(self, self.gradW, self.W.shape, "gradW")
        has_bias = self.gradb is not None
        weights, bias = convolve_weights(input, gradOutput, self.footprint, self.W.shape, has_bias)
        if self.gradb is not None:
            expect_shape(self, self.gradb, self.W.shape[:1], "gradb")
            self.gradb += bias
        self.gradW += weights

    def backwardParameters(self, input: Array, gradOutput: Array) -> None:
        self.accGradParameters(input, gradOutput)

    def absorb(self, affine: Affine) -> Conv2d | None:
        r"""Fold a map of each channel: :math:`s(W * x + b) + t = (sW) * x + (sb + t)`."""
        return absorb_channels(self, affine)

    def __repr__(self) -> str:
        channels = f"{self.W.shape[1] * self.footprint.groups} -> {self.W.shape[0]}"
        return f"{type(self).__name__} {channels}, {self.footprint.words(self.W.ndim - 2)}"
