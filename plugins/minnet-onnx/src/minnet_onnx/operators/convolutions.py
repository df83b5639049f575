"""Convolutions and their transposes, and what brings images to another size."""

from __future__ import annotations

import numpy as np

from ..errors import ExportError
from ..graph import Output
from .call import Call, pair, rule
from .shapes import padded


@rule("nn.Conv1d", "nn.Conv2d", "nn.Conv3d")
def _conv(call: Call) -> Output:
    kernel = call.arrays["weight"].shape[2:]
    count = len(kernel)
    stride, dilation = (pair(call.get(name, 1), count) for name in ("stride", "dilation"))
    before, behind = _pads(call.get("padding", 0), kernel, dilation)
    x, mode = call.x, call.get("padding_mode", "zeros")
    if mode != "zeros":
        widths = [width for low, high in zip(reversed(before), reversed(behind), strict=True) for width in (low, high)]
        x, before, behind = padded(call.graph, x, widths, mode), [0] * count, [0] * count
    return call.op(
        "Conv",
        x,
        call.array("weight"),
        call.array("bias"),
        kernel_shape=list(kernel),
        strides=stride,
        pads=[*before, *behind],
        dilations=dilation,
        group=int(call.get("groups", 1)),
    )


@rule("nn.ConvTranspose1d", "nn.ConvTranspose2d", "nn.ConvTranspose3d")
def _conv_transpose(call: Call) -> Output:
    call.refuse("padding_mode", "zeros")
    kernel = call.arrays["weight"].shape[2:]
    count = len(kernel)
    stride, dilation = (pair(call.get(name, 1), count) for name in ("stride", "dilation"))
    extra, padding = (pair(call.get(name, 0), count) for name in ("output_padding", "padding"))
    return call.op(
        "ConvTranspose",
        call.x,
        call.array("weight"),
        call.array("bias"),
        kernel_shape=list(kernel),
        strides=stride,
        pads=[*padding, *padding],
        dilations=dilation,
        output_padding=extra,
        group=int(call.get("groups", 1)),
    )


@rule("nn.PixelShuffle", "nn.functional.pixel_shuffle", "pixel_shuffle")
def _pixel_shuffle(call: Call) -> Output:
    return call.op("DepthToSpace", call.x, blocksize=int(call.get("upscale_factor", 1)), mode="CRD")


@rule("nn.PixelUnshuffle", "pixel_unshuffle")
def _pixel_unshuffle(call: Call) -> Output:
    """The channels of a block lie together, which ``SpaceToDepth`` orders otherwise: by shapes and a transposition."""
    factor = int(call.get("downscale_factor", 1))
    batch, channels, height, width = call.made.shape
    split = call.graph.reshape(call.x, (batch, channels // factor**2, height, factor, width, factor))
    return call.graph.reshape(call.op("Transpose", split, perm=[0, 1, 3, 5, 2, 4]), call.made.shape)


@rule("nn.Upsample", "nn.functional.interpolate", "nn.UpsamplingNearest2d", "nn.UpsamplingBilinear2d")
def _upsample(call: Call) -> Output:
    """The nearest pixel, or a mean of two along each axis."""
    is_bilinear = call.reference.name.endswith("UpsamplingBilinear2d")
    mode = call.get("mode", "bilinear" if is_bilinear else "nearest")
    if mode not in ("nearest", "bilinear", "linear"):
        raise ExportError(f"expected mode nearest or bilinear, received {mode!r}")
    count, factor = call.x.rank - 2, call.get("scale_factor", None)
    corners = call.get("align_corners", is_bilinear)
    if mode == "nearest":
        way = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    else:
        way = {"mode": "linear", "coordinate_transformation_mode": "align_corners" if corners else "half_pixel"}
    if factor is not None and not corners and not call.get("recompute_scale_factor", False):
        scales = factor if np.ndim(factor) else [factor] * count
        return call.op("Resize", call.x, None, np.array([1, 1, *scales], np.float32), **way)
    sizes = [call.made.length(axis) for axis in range(2, 2 + count)]
    known = [call.x.length(axis) for axis in range(2, 2 + count)]
    if mode == "nearest" and any(size % length for size, length in zip(sizes, known, strict=True)):
        return _picked(call, sizes, known)
    # Where corners are aligned, some programs take the length of the output for a whole number, and some do not.
    # Scales rather than sizes, of which the batch would be one; a little larger, so that no pixel is lost in rounding.
    ratios = (np.float32(size / length) for size, length in zip(sizes, known, strict=True))
    scales = [ratio if ratio == int(ratio) else np.nextafter(ratio, np.float32(np.inf)) for ratio in ratios]
    return call.op("Resize", call.x, None, np.array([1, 1, *scales], np.float32), **way)


def _picked(call: Call, sizes: list[int], known: list[int]) -> Output:
    """The pixels that PyTorch takes, by their places: programs round ratios that are no integers differently."""
    made = call.x
    for axis, (size, length) in enumerate(zip(sizes, known, strict=True), 2):
        places = np.floor(np.arange(size, dtype=np.float32) * np.float32(length / size)).astype(np.int64)
        made = call.op("Gather", made, np.minimum(places, length - 1), axis=axis)
    return made


def _pads(padding: object, kernel: tuple[int, ...], dilation: list[int]) -> tuple[list[int], list[int]]:
    """How many numbers stand before and behind each axis; of an odd number, ``same`` puts one more behind."""
    count = len(kernel)
    if padding == "valid":
        return [0] * count, [0] * count
    if padding == "same":
        whole = [its * (length - 1) for its, length in zip(dilation, kernel, strict=True)]
        return [width // 2 for width in whole], [width - width // 2 for width in whole]
    return pair(padding, count), pair(padding, count)
