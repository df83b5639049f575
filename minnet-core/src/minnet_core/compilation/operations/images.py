"""Pooling of images, sums of their channels, and how images lie in memory.

Images are ``(channels, height, width, batch)``: the samples of a place stand side by side, so that a shift by a pixel
is one by a whole batch, and what is copied or added lies in long pieces.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, Late, deferred, operation
from ..scratch import Scratch
from .patches import Pair, Tap, taps


@operation("(n,c,h,w)->(c,h,w,n)", takes_late=True)
def batch_last(x: Array | Late, y: Array) -> list[Call]:
    """Move the batch from the first axis to the last."""
    return [deferred(lambda images: np.copyto(y, images.transpose(1, 2, 3, 0)), x)]


@operation("(c,h,w,n)->(n,c,h,w)")
def batch_first(x: Array, y: Array) -> list[Call]:
    """Move the batch from the last axis to the first."""
    return [partial(np.copyto, y, x.transpose(3, 0, 1, 2))]


@operation("(o,p,q,n)->(o)")
def channel_sums(g: Array, s: Array, *, scratch: Scratch, accumulate: bool = False) -> list[Call]:
    """Sum what each channel has: the gradient of a bias."""
    flat = g.reshape(len(g), -1)
    sums = scratch(s.shape, s.dtype, place=1) if accumulate else s
    add = partial(np.dot, flat, scratch.filled(1.0, flat.shape[1], flat.dtype), sums)
    return [add, partial(np.add, s, sums, s)] if accumulate else [add]


@operation("(c,h,w,n)->(c,p,q,n)")
def max_pool(x: Array, y: Array, *, window: Pair, stride: Pair, padding: Pair, dilation: Pair) -> list[Call]:
    """The largest of each window; a nan is the largest."""
    found = taps(x, y, window, stride, padding, dilation)
    pairs = [(x[tap.of_input], y[tap.of_output]) for tap in found]
    return [partial(y.fill, -np.inf), *[partial(np.maximum, into, read, out=into) for read, into in pairs]]


@operation("(c,h,w,n),(c,p,q,n),(c,p,q,n)->(c,h,w,n)")
def max_pool_back(
    x: Array,
    y: Array,
    g: Array,
    h: Array,
    *,
    window: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    scratch: Scratch,
) -> list[Call]:
    """The gradient of `max_pool`: to the first of the largest, or to the last nan."""
    found = list(taps(x, y, window, stride, padding, dilation))
    left, wins = scratch(y.shape, bool), scratch(y.shape, bool, place=1)
    share = scratch(y.shape, y.dtype, place=2)
    is_apart = all(s >= d * (k - 1) + 1 for s, d, k in zip(stride, dilation, window, strict=True))  # no window overlaps

    def give(tap: Tap, is_it: np.ufunc, *of: Array) -> None:
        at, place = tap.of_output, h[tap.of_input]
        now = is_it(x[tap.of_input], *[each[at] for each in of], out=wins[at])
        np.logical_and(now, left[at], out=now)
        np.logical_xor(left[at], now, out=left[at])
        if not np.isfinite(g).all():  # of which a product with 0 would be nan; to select takes seven times as long
            part = np.where(now, g[at], 0)
        elif is_apart and of:
            np.multiply(g[at], now, place)
            return
        else:
            part = np.multiply(g[at], now, share[at])
        if is_apart and of:
            np.copyto(place, part)
        else:
            place += part

    def give_to_nan() -> None:
        if np.isnan(y).any():
            for tap in reversed(found):
                give(tap, np.isnan)

    covered = sum(h[tap.of_input].size for tap in found) if is_apart else 0
    clear = [] if covered == h.size else [partial(h.fill, 0)]
    equal = [partial(give, tap, np.equal, y) for tap in found]
    return [*clear, partial(left.fill, True), *equal, give_to_nan]


@operation("(c,h,w,n)->(c,p,q,n)")
def average_pool(
    x: Array, y: Array, *, window: Pair, stride: Pair, padding: Pair, dilation: Pair, counts_padding: bool
) -> list[Call]:
    """The average of each window, of the padding too if that counts."""
    shares = _shares(x, y, window, stride, padding, counts_padding)
    pairs = [(x[tap.of_input], y[tap.of_output]) for tap in taps(x, y, window, stride, padding, dilation)]
    sums = [partial(np.add, into, read, into) for read, into in pairs]
    return [partial(y.fill, 0), *sums, partial(np.multiply, y, shares, y)]


@operation("(c,p,q,n)->(c,h,w,n)")
def average_pool_back(
    g: Array,
    h: Array,
    *,
    window: Pair,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    counts_padding: bool,
    scratch: Scratch,
) -> list[Call]:
    """The gradient of `average_pool`: a share to each of a window."""
    share = scratch(g.shape, g.dtype)
    shares = _shares(h, g, window, stride, padding, counts_padding)
    found = taps(h, g, window, stride, padding, dilation)
    pairs = [(share[tap.of_output], h[tap.of_input]) for tap in found]
    adds = [partial(np.add, into, part, into) for part, into in pairs]
    return [partial(h.fill, 0), partial(np.multiply, g, shares, share), *adds]


def _shares(x: Array, y: Array, window: Pair, stride: Pair, padding: Pair, counts_padding: bool) -> Array:
    """What each place of the output divides by, inverted: numbers of the input and of padding, but none beyond that."""
    by_axis = []
    for length, count, size, step, pad in zip(x.shape[1:3], y.shape[1:3], window, stride, padding, strict=True):
        first = np.arange(count) * step - pad
        more = pad if counts_padding else 0
        by_axis.append(np.minimum(first + size, length + more) - np.maximum(first, -more))
    shares: Array = (1 / np.multiply.outer(*by_axis))[..., np.newaxis].astype(x.dtype)
    return shares
