"""Convolution and pooling of images, and how images lie in memory.

Images are ``(channels, height, width, batch)``: the samples of a place stand side by side, so that a shift by a pixel
is one by a whole batch, and what is copied or added lies in long pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from ...nn import Array
from ..definition import Call, Late, deferred, operation
from ..scratch import Scratch

Pair = tuple[int, int]


class Tap(NamedTuple):
    """One number of a window: which one, what it meets of the input, and in which places of the output."""

    row: int
    column: int
    of_input: tuple[slice, slice, slice]
    of_output: tuple[slice, slice, slice]


def taps(x: Array, y: Array, window: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Iterator[Tap]:
    """Find what each number of a window meets, row by row, but padding."""
    rows, columns = (
        list(_along_axis(*each))
        for each in zip(x.shape[1:3], y.shape[1:3], window, stride, padding, dilation, strict=True)
    )
    every = slice(None)
    for i, read_rows, met_rows in rows:
        for j, read_columns, met_columns in columns:
            yield Tap(i, j, (every, read_rows, read_columns), (every, met_rows, met_columns))


def _along_axis(
    length: int, count: int, window: int, stride: int, padding: int, dilation: int
) -> Iterator[tuple[int, slice, slice]]:
    for index in range(window):
        offset = index * dilation - padding
        first = max(0, -(offset // stride))
        last = min(count - 1, (length - 1 - offset) // stride)
        if first <= last:
            yield index, slice(first * stride + offset, last * stride + offset + 1, stride), slice(first, last + 1)


@operation("(n,c,h,w)->(c,h,w,n)", takes_late=True)
def batch_last(x: Array | Late, y: Array) -> list[Call]:
    """Move the batch from the first axis to the last."""
    return [deferred(lambda images: np.copyto(y, images.transpose(1, 2, 3, 0)), x)]


@operation("(c,h,w,n)->(n,c,h,w)")
def batch_first(x: Array, y: Array) -> list[Call]:
    """Move the batch from the last axis to the first."""
    return [partial(np.copyto, y, x.transpose(3, 0, 1, 2))]


@operation("(c,h,w,n),(o,k,i,j),(o)->(o,p,q,n)")
def convolution(
    x: Array, w: Array, b: Array, y: Array, *, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> list[Call]:
    """``y[o, p, q] = b[o] + sum over k, i, j of w[o, k, i, j] x[k, p stride + i dilation - padding, ...]``.

    The channels ``c`` are as many groups of ``k`` as there are, and ``o`` is of the group that it lies in.
    """
    calls, patches = _patches(x, w, y, stride, padding, dilation, scratch)
    groups = len(patches)
    weights, sums = w.reshape(groups, len(w) // groups, -1), y.reshape(groups, len(w) // groups, -1)
    calls += [partial(np.dot, weights[k], patches[k], sums[k]) for k in range(groups)]
    return [*calls, partial(np.add, y, b[:, np.newaxis, np.newaxis, np.newaxis], y)]


@operation("(o,p,q,n),(o,k,i,j)->(c,h,w,n)")
def convolution_back(
    g: Array, w: Array, h: Array, *, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> list[Call]:
    """The gradient of the input: each ``g`` times the weights, added where they lay."""
    groups = len(h) // w.shape[1]
    of_group = len(w) // groups
    parts = scratch((groups, w[0].size, g[0].size), g.dtype)
    weights, flat = w.reshape(groups, of_group, -1), g.reshape(groups, of_group, -1)
    calls: list[Call] = [partial(np.dot, weights[k].T, flat[k], parts[k]) for k in range(groups)]
    calls.append(partial(h.fill, 0))
    by_tap = parts.reshape(groups, *w.shape[1:], *g.shape[1:])
    by_group = h.reshape(groups, w.shape[1], *h.shape[1:])
    for tap in taps(h, g, w.shape[2:], stride, padding, dilation):  # type: ignore[arg-type]  # of four axes
        place = by_group[(slice(None), *tap.of_input)]
        calls.append(partial(np.add, place, by_tap[:, :, tap.row, tap.column][(slice(None), *tap.of_output)], place))
    return calls


@operation("(c,h,w,n),(o,p,q,n)->(o,k,i,j)")
def convolution_weights(
    x: Array,
    g: Array,
    w: Array,
    *,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    scratch: Scratch,
    accumulate: bool = False,
) -> list[Call]:
    """The gradient of the weights: each is the sum of what it met of ``x`` times the ``g`` that came of that."""
    calls, patches = _patches(x, w, g, stride, padding, dilation, scratch)
    groups = len(patches)
    into = w.reshape(groups, len(w) // groups, -1)
    flat = g.reshape(*into.shape[:2], -1)
    products = scratch(into.shape, w.dtype, place=1) if accumulate else into
    calls += [partial(np.dot, flat[k], patches[k].T, products[k]) for k in range(groups)]
    return [*calls, partial(np.add, into, products, into)] if accumulate else calls


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

    def give(tap: Tap, is_it: np.ufunc, *of: Array) -> None:
        at = tap.of_output
        is_it(x[tap.of_input], *[each[at] for each in of], out=wins[at])
        np.logical_and(wins[at], left[at], out=wins[at])
        np.logical_xor(left[at], wins[at], out=left[at])
        np.multiply(g[at], wins[at], share[at])
        h[tap.of_input] += share[at]

    def give_to_nan() -> None:
        if np.isnan(y).any():
            for tap in reversed(found):
                give(tap, np.isnan)

    equal = [partial(give, tap, np.equal, y) for tap in found]
    return [partial(h.fill, 0), partial(left.fill, True), *equal, give_to_nan]


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


def _patches(
    x: Array, w: Array, y: Array, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> tuple[list[Call], Array]:
    """What lays side by side all that the weights meet: ``(groups, channels and taps, places and samples)``."""
    groups = len(x) // w.shape[1]
    patches = scratch((groups, w[0].size, y[0].size), x.dtype)
    by_tap = patches.reshape(groups, *w.shape[1:], *y.shape[1:])
    by_group = x.reshape(groups, w.shape[1], *x.shape[1:])
    calls: list[Call] = [partial(patches.fill, 0)] if any(padding) else []
    for tap in taps(x, y, w.shape[2:], stride, padding, dilation):  # type: ignore[arg-type]  # of four axes
        into = by_tap[:, :, tap.row, tap.column][(slice(None), *tap.of_output)]
        calls.append(partial(np.copyto, into, by_group[(slice(None), *tap.of_input)]))
    return calls, patches


def _shares(x: Array, y: Array, window: Pair, stride: Pair, padding: Pair, counts_padding: bool) -> Array:
    """What each place of the output divides by, inverted: numbers of the input and of padding, but none beyond that."""
    by_axis = []
    for length, count, size, step, pad in zip(x.shape[1:3], y.shape[1:3], window, stride, padding, strict=True):
        first = np.arange(count) * step - pad
        more = pad if counts_padding else 0
        by_axis.append(np.minimum(first + size, length + more) - np.maximum(first, -more))
    shares: Array = (1 / np.multiply.outer(*by_axis))[..., np.newaxis].astype(x.dtype)
    return shares
