"""What follows a convolution for each channel by itself, such as normalization, folded into it for inference."""

from __future__ import annotations

from typing import Any, TypeVar

from minnet_core import Affine, Module
from minnet_core.nn import floating_dtype, given_arguments

Layer = TypeVar("Layer", bound=Module)


def absorb_channels(layer: Layer, affine: Affine) -> Layer | None:
    r"""Fold a map of each channel into a convolution: :math:`s(W * x + b) + t = (sW) * x + (sb + t)`.

    Args:
        layer: with ``W``, whose first axis is that of the outputs, and ``b``, which may be None.
        affine: the map.

    Returns:
        A new layer, with a bias if the map shifts anything; None if the map is of another axis.
    """
    given: Any = layer
    W, b = given.W, given.b
    if (found := affine.of_features(len(W), axis=1, ndim=W.ndim)) is None:
        return None
    scale, shift = found
    arguments = {**given_arguments(layer), "rng": 0, "dtype": floating_dtype(W)}
    if b is not None or shift.any():
        arguments.pop("bias", None)
    folded = type(layer)(**arguments)
    made: Any = folded
    made.W[...] = W * scale.reshape(-1, *(1,) * (W.ndim - 1))
    if made.b is not None:
        made.b[...] = shift if b is None else b * scale + shift
    return folded
