"""What convolutions expect of their arguments, and the parameters that they start with."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from minnet_core import Array
from minnet_core.nn import positive_int

MODES = ("zeros", "reflect", "replicate", "circular")
"""What padding may hold: zeros, the image in a mirror, its border again, or its other end."""


def channels_in_groups(owner: str, groups: int, **channels: Any) -> list[int]:
    """Return numbers of channels, each of which can be divided into so many groups.

    Raises:
        TypeError, ValueError: if one is no positive integer, or cannot be divided.

    >>> channels_in_groups("Conv2d", 2, in_channels=4, out_channels=3)
    Traceback (most recent call last):
    ...
    ValueError: Conv2d: expected out_channels to be a multiple of groups, 2, received 3
    """
    counts = []
    for name, value in channels.items():
        counts.append(positive_int(owner, name, value))
        if counts[-1] % groups:
            raise ValueError(f"{owner}: expected {name} to be a multiple of groups, {groups}, received {value}")
    return counts


def draw_parameters(
    owner: str,
    shape: tuple[int, ...],
    n_out: int,
    bias: bool,
    rng: int | np.random.Generator | None,
    dtype: npt.DTypeLike,
) -> tuple[Array, Array | None]:
    r"""Draw the weights of a shape, and a bias of ``n_out`` if there is one, from :math:`U(-1/\sqrt n, 1/\sqrt n)`.

    :math:`n` is what ``W[0]`` holds, as in PyTorch; of a convolution that is how many numbers an output is a sum over.
    Drawn in float64 and rounded, so that one seed gives the same network in every dtype.

    Raises:
        TypeError: if ``dtype`` is not floating.
    """
    dtype, rng = np.dtype(dtype), np.random.default_rng(rng)
    if dtype.kind != "f":
        raise TypeError(f"{owner}: expected a floating dtype, received {dtype}")
    bound = math.prod(shape[1:]) ** -0.5
    W = rng.uniform(-bound, bound, shape).astype(dtype)
    return W, rng.uniform(-bound, bound, n_out).astype(dtype) if bias else None
