"""Convolutions, pooling, and normalizations over channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, Module, Sequential

from .use import Use, layer, reads


@reads("Conv")
def _conv(use: Use) -> Module:
    W = use.constant(1, "kernel")
    count, bias = W.ndim - 2, use.optional(2, "bias")
    _expect_axes(use, count)
    groups, dilation = int(use.get("group", 1)), _each(use, "dilations", count)
    before, padding = _padding(use, W.shape[2:], count, dilation)
    made = layer(
        f"Conv{count}d",
        W.shape[1] * groups,
        W.shape[0],
        W.shape[2:],
        stride=_each(use, "strides", count),
        padding=padding,
        bias=bias is not None,
        dilation=dilation,
        groups=groups,
        arrays={"W": W, "b": bias},
    )
    return made if before is None else Sequential(before, made)


@reads("ConvTranspose")
def _conv_transpose(use: Use) -> Module:
    W = use.constant(1, "kernel")
    count, bias = W.ndim - 2, use.optional(2, "bias")
    _expect_axes(use, count)
    use.expect("auto_pad", "NOTSET", "VALID")
    if use.get("output_shape", None) is not None:
        use.refuse("it says the shape of its output")
    low, high = _pads(use, count)
    if low != high:
        use.refuse(f"its pads are {[*low, *high]}, where the same before and behind were expected")
    groups = int(use.get("group", 1))
    return layer(
        f"ConvTranspose{count}d",
        W.shape[0],
        W.shape[1] * groups,
        W.shape[2:],
        stride=_each(use, "strides", count),
        padding=low,
        output_padding=_each(use, "output_padding", count, 0),
        groups=groups,
        bias=bias is not None,
        dilation=_each(use, "dilations", count),
        arrays={"W": W, "b": bias},
    )


@reads("MaxPool", "AveragePool")
def _pool(use: Use) -> Module:
    kernel = tuple(use.get("kernel_shape", ()))
    count = len(kernel)
    _expect_axes(use, count)
    use.expect("storage_order", 0)
    low, high = _widths(use, kernel, count, _each(use, "dilations", count))
    before = None
    if low != high:
        if use.kind == "AveragePool" and not use.get("count_include_pad", 0):
            use.refuse(f"its pads are {[*low, *high]}, where the same before and behind were expected")
        number = 0.0 if use.kind == "AveragePool" else float("-inf")
        before = _padded(use, [(low[axis], high[axis]) for axis in range(count)], number)
        low = (0,) * count
    more: dict[str, Any] = {"stride": _each(use, "strides", count), "padding": low}
    more["ceil_mode"] = bool(use.get("ceil_mode", 0))
    dilation = _each(use, "dilations", count)
    if use.kind == "MaxPool":
        made = layer(f"MaxPool{count}d", kernel, dilation=dilation, **more)
    else:
        if set(dilation) != {1}:
            use.refuse(f"its dilations are {list(dilation)}, where 1 was expected")
        made = layer(f"AvgPool{count}d", kernel, count_include_pad=bool(use.get("count_include_pad", 0)), **more)
    return made if before is None else Sequential(before, made)


@reads("GlobalAveragePool", "GlobalMaxPool")
def _global_pool(use: Use) -> Module:
    kind = "Avg" if use.kind == "GlobalAveragePool" else "Max"
    if use.rank == 3:
        return layer("Mean" if kind == "Avg" else "Max", axis=-1, keepdims=True)
    _expect_axes(use, use.rank - 2, least=2)
    return layer(f"Adaptive{kind}Pool2d", (1, 1))


@reads("BatchNormalization")
def _batch_normalization(use: Use) -> Module:
    """Statistics, and scales in a layer of their own unless they change nothing; the momentum is minnet's alpha."""
    use.expect("training_mode", 0)
    scale, shift, mean, variance = (
        use.constant(index, what) for index, what in enumerate(("scale", "bias", "mean", "variance"), 1)
    )
    made: Any = layer("BatchNormalization", alpha=float(use.get("momentum", 0.9)), axis=1)
    made.moving_mean, made.moving_variance = mean.astype(np.float32), variance.astype(np.float32)
    epsilon = float(np.float32(use.get("epsilon", 1e-5)))
    if epsilon != np.float32(made.EPS):
        made.EPS = epsilon
    return Sequential(made, *scales) if (scales := _scales(use, scale, shift)) else made


@reads("InstanceNormalization")
def _instance_normalization(use: Use) -> Module:
    scale, shift = use.constant(1, "scale"), use.constant(2, "bias")
    epsilon = _decimal(use.get("epsilon", 1e-5))
    if (scale == 1).all() and (shift == 0).all():
        return layer("InstanceNormalization", scale.size, epsilon)
    return layer("InstanceNormalization", scale.size, epsilon, affine=True, arrays={"gamma": scale, "beta": shift})


@reads("GroupNormalization")
def _group_normalization(use: Use) -> Module:
    scale, shift = use.constant(1, "scale"), use.constant(2, "bias")
    groups, epsilon = int(use.get("num_groups", 0)), _decimal(use.get("epsilon", 1e-5))
    if scale.ndim != 1 or shift.shape != scale.shape or groups < 1 or scale.size % groups:
        use.refuse(f"it has {groups} groups, and scales and biases of the shapes {scale.shape} and {shift.shape}")
    return layer("GroupNormalization", groups, scale.size, epsilon, arrays={"gamma": scale, "beta": shift})


@reads("LayerNormalization", "RMSNormalization")
def _layer_normalization(use: Use) -> Module:
    scale, shift = use.constant(1, "scale"), use.optional(2, "bias")
    axis = int(use.get("axis", -1)) % use.rank
    if use.rank - axis != scale.ndim:
        use.refuse(
            f"its scales have shape {scale.shape}, where one for each number of {use.rank - axis} axes was expected"
        )
    epsilon = _decimal(use.get("epsilon", 1e-5))
    if use.kind == "RMSNormalization":
        return layer("RMSNormalization", scale.shape, epsilon, arrays={"gamma": scale})
    if shift is None and (scale == 1).all():
        return layer("LayerNormalization", scale.shape, epsilon, affine=False)
    arrays = {"gamma": scale, "beta": shift}
    return layer("LayerNormalization", scale.shape, epsilon, bias=shift is not None, arrays=arrays)


@reads("DepthToSpace")
def _depth_to_space(use: Use) -> Module:
    use.expect("mode", "CRD", default="DCR")
    return layer("PixelShuffle", int(use.get("blocksize", 1)))


@reads("Resize")
def _resize(use: Use) -> Module:
    use.expect("antialias", 0)
    scales = use.optional(2, "scales")
    mode, way = use.get("mode", "nearest"), use.get("coordinate_transformation_mode", "half_pixel")
    if scales is None or scales.size != 4 or (scales[:2] != 1).any():
        use.refuse("it does not say the scales of the two axes of images, and of them alone")
    factor = tuple(float(each) for each in scales[2:])
    if mode == "nearest" and way == "asymmetric" and use.get("nearest_mode", "round_prefer_floor") == "floor":
        return layer("Upsample", scale_factor=factor)
    if way == "pytorch_half_pixel":  # which takes the first pixel for the only one that is left
        lengths = [
            None if length is None else int(length * scale) for length, scale in zip(use.shape[2:], factor, strict=True)
        ]
        if any(scale < 1 and (length or 1) < 2 for length, scale in zip(lengths, factor, strict=True)):
            use.refuse("its images may become one pixel wide, of which it takes the first, and minnet the middle")
        way = "half_pixel"
    if mode == "linear" and way in ("half_pixel", "align_corners"):
        return layer("Upsample", scale_factor=factor, mode="bilinear", align_corners=way == "align_corners")
    use.refuse(f"its mode is {mode}, {way}")


def _scales(use: Use, scale: Array, shift: Array) -> list[Module]:
    """A scale and a shift of each channel."""
    if (scale == 1).all() and (shift == 0).all():
        return []
    if use.rank == 2:
        return [layer("ChannelwiseScaling", scale.size, arrays={"gamma": scale, "beta": shift})]
    size = (scale.size, *[1] * (use.rank - 2))
    return [layer("CMul", size, arrays={"gamma": scale}), layer("CAdd", size, arrays={"beta": shift})]


def _decimal(value: float) -> float:
    """The shortest decimal that is a number of float32, as which ONNX keeps attributes: 1e-05, not 9.99999974e-06."""
    return float(str(np.float32(value)))


def _each(use: Use, name: str, count: int, default: int = 1) -> tuple[int, ...]:
    return tuple(int(each) for each in use.get(name, [default] * count))


def _expect_axes(use: Use, count: int, least: int = 1) -> None:
    if not least <= count <= 2:
        use.refuse(f"it is about {count} axes of images, where {'1 or 2' if least == 1 else '2'} were expected")


def _pads(use: Use, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pads = _each(use, "pads", 2 * count, 0)
    if len(pads) != 2 * count:
        use.refuse(f"its pads are {list(pads)}, where {2 * count} were expected")
    return pads[:count], pads[count:]


def _padding(
    use: Use, kernel: tuple[int, ...], count: int, dilation: tuple[int, ...]
) -> tuple[Module | None, tuple[int, ...] | str]:
    """What stands in front of a convolution, and its own padding."""
    low, high = _widths(use, kernel, count, dilation)
    if low == high:
        return None, low
    whole = [each * (length - 1) for each, length in zip(dilation, kernel, strict=True)]
    is_same = all(a == w // 2 and a + b == w for a, b, w in zip(low, high, whole, strict=True))
    if is_same and set(_each(use, "strides", count)) == {1}:
        return None, "same"
    return _padded(use, [(low[axis], high[axis]) for axis in range(count)], 0.0), (0,) * count


def _widths(
    use: Use, kernel: tuple[int, ...], count: int, dilation: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What is put before and behind each axis, as numbers or as ``auto_pad`` says it.

    ``SAME_UPPER`` has as many windows as there are strides in an axis, and puts one more behind of an odd number.
    """
    automatic = use.get("auto_pad", "NOTSET")
    if automatic == "VALID":
        return (0,) * count, (0,) * count
    if automatic == "NOTSET":
        return _pads(use, count)
    use.expect("auto_pad", "SAME_UPPER", "SAME_LOWER")
    low, high = [], []
    for axis, stride in enumerate(_each(use, "strides", count)):
        length, reach = use.shape[axis + 2], dilation[axis] * (kernel[axis] - 1) + 1
        if length is None and stride != 1:
            use.refuse(f"its auto_pad is {automatic}, and the length of axis {axis + 2} is not known")
        windows = -(-(length or 0) // stride)
        whole = reach - 1 if length is None else max((windows - 1) * stride + reach - length, 0)
        less, more = whole // 2, whole - whole // 2
        low.append(less if automatic == "SAME_UPPER" else more)
        high.append(more if automatic == "SAME_UPPER" else less)
    return tuple(low), tuple(high)


def _padded(use: Use, widths: list[tuple[int, int]], number: float) -> Module:
    """Numbers around the axes of images."""
    made = Sequential()
    for axis, (low, high) in enumerate(widths, 2):
        for pad in (-low, high):
            if pad:
                made.add(layer("Padding", axis, pad, number))
    return made
