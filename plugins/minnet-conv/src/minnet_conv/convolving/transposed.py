"""What transposed convolutions expect of their arguments and inputs."""

from __future__ import annotations

from typing import Any

from minnet_core import Array, ShapeError, expect_shape

from ..images import integers
from .convolutions import AXES
from .footprint import Footprint


def output_padding_of(owner: str, value: Any, axes: int, footprint: Footprint) -> tuple[int, ...]:
    """Return ``output_padding`` as a number for each axis.

    Raises:
        TypeError, ValueError: if it is no such thing, or not below the stride or the dilation.

    >>> output_padding_of("ConvTranspose2d", 2, 2, Footprint((3, 3), stride=(2, 2)))
    Traceback (most recent call last):
    ...
    ValueError: ConvTranspose2d: expected output_padding below stride or dilation, (2, 2), received (2, 2)
    """
    padding = integers(owner, "output_padding", value, axes, 0)
    bounds = tuple(map(max, footprint.stride[2 - axes :], footprint.dilation[2 - axes :]))
    if any(pad >= bound for pad, bound in zip(padding, bounds, strict=True)):
        raise ValueError(f"{owner}: expected output_padding below stride or dilation, {bounds}, received {padding}")
    return padding


def transposed_shape(
    owner: object, input: Array, W: Array, footprint: Footprint, output_padding: tuple[int, ...]
) -> tuple[int, ...]:
    """Check the input of a transposed convolution, and find the shape of its output.

    Raises:
        ShapeError: if it has other axes, another number of channels, or padding cuts off all of the output.
    """
    shape: tuple[int, ...] = getattr(input, "shape", ())
    if len(shape) != W.ndim or shape[1] != W.shape[0]:
        expect_shape(owner, input, (AXES[W.ndim][0], W.shape[0], *AXES[W.ndim][2:]))
    first = 4 - W.ndim
    lengths = tuple(
        (length - 1) * stride - 2 * pads[0] + step * (size - 1) + more + 1
        for length, stride, pads, step, size, more in zip(
            shape[2:],
            footprint.stride[first:],
            footprint.padding[first:],
            footprint.dilation[first:],
            footprint.kernel_size[first:],
            output_padding,
            strict=True,
        )
    )
    if min(lengths) < 1:
        raise ShapeError(f"{owner}: expected an input whose output is not all cut off by padding, received {shape}")
    return (shape[0], W.shape[1] * footprint.groups, *lengths)
