"""Convolution of images ``(channels, height, width, batch)``, and its gradients."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...nn import Array
from ..definition import Call, operation
from ..scratch import Scratch
from .patches import Pair, along_axis, goes_by_rows, patches_by_rows, taps, weights_by_rows, whole_patches


@operation("(c,h,w,n),(o,k,i,j),(o)->(o,p,q,n)")
def convolution(
    x: Array, w: Array, b: Array, y: Array, *, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> list[Call]:
    """``y[o, p, q] = b[o] + sum over k, i, j of w[o, k, i, j] x[k, p stride + i dilation - padding, ...]``.

    The channels ``c`` are as many groups of ``k`` as there are, and ``o`` is of the group that it lies in.
    """
    calls = _convolved(x, w, y, stride, padding, dilation, scratch)
    return [*calls, partial(np.add, y, b[:, np.newaxis, np.newaxis, np.newaxis], y)]


def _convolved(
    x: Array, w: Array, y: Array, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> list[Call]:
    if goes_by_rows(x, w, y, dilation):
        calls, patches = patches_by_rows(x, w, y, stride, padding, dilation, scratch)
        arrange, weights = weights_by_rows(w, scratch)
        rows = y.reshape(*y.shape[:2], -1).swapaxes(0, 1)
        return [*calls, arrange, partial(np.matmul, weights, patches, out=rows)]
    calls, patches = whole_patches(x, w, y, stride, padding, dilation, scratch)
    groups = len(patches)
    weights, sums = w.reshape(groups, len(w) // groups, -1), y.reshape(groups, len(w) // groups, -1)
    return calls + [partial(np.dot, weights[k], patches[k], sums[k]) for k in range(groups)]


@operation("(o,p,q,n),(o,k,i,j)->(c,h,w,n)")
def convolution_back(
    g: Array, w: Array, h: Array, *, stride: Pair, padding: Pair, dilation: Pair, scratch: Scratch
) -> list[Call]:
    """The gradient of the input: each ``g`` times the weights, added where they lay."""
    if stride == (1, 1) and goes_by_rows(h, w, g, dilation):
        return _spread_by_rows(g, w, h, padding, dilation, scratch)
    groups = len(h) // w.shape[1]
    of_group = len(w) // groups
    parts = scratch((groups, w[0].size, g[0].size), g.dtype)
    weights, flat = w.reshape(groups, of_group, -1), g.reshape(groups, of_group, -1)
    calls: list[Call] = [partial(np.dot, weights[k].T, flat[k], parts[k]) for k in range(groups)]
    calls.append(partial(h.fill, 0))
    by_tap = parts.reshape(groups, *w.shape[1:], *g.shape[1:])
    by_group = h.reshape(groups, w.shape[1], *h.shape[1:])
    for tap in taps(h, g, w.shape[2:], stride, padding, dilation):
        place = by_group[(slice(None), *tap.of_input)]
        calls.append(partial(np.add, place, by_tap[:, :, tap.row, tap.column][(slice(None), *tap.of_output)], place))
    return calls


def _spread_by_rows(g: Array, w: Array, h: Array, padding: Pair, dilation: Pair, scratch: Scratch) -> list[Call]:
    """Along the rows it is a convolution again, with the kernel turned round; its columns are added one by one."""
    (n_out, n_in, kh, kw), (height, width), (p, q, n) = w.shape, h.shape[1:3], g.shape[1:]
    padded = scratch((height + kh - 1, n_out, q, n), g.dtype)
    lead = kh - 1 - padding[0]  # where the first row of g comes, which may be before all that counts
    first, last = max(0, -lead), min(p, height + kh - 1 - lead)
    row, one, each = padded.strides[0], padded.strides[1], g.itemsize
    patches = np.ndarray((height, kh * n_out, q * n), g.dtype, padded, 0, (row, one, each))
    arranged = scratch((kw, n_in, kh, n_out), w.dtype, place=1)
    parts = scratch((height, kw, n_in, q, n), g.dtype, place=2)
    calls: list[Call] = [
        partial(padded[: lead + first].fill, 0),
        partial(padded[lead + last :].fill, 0),
        partial(np.copyto, padded[lead + first : lead + last], g.swapaxes(0, 1)[first:last]),
        partial(np.copyto, arranged, w[:, :, ::-1].transpose(3, 1, 2, 0)),
        partial(np.matmul, arranged.reshape(kw * n_in, -1), patches, out=parts.reshape(height, kw * n_in, -1)),
        partial(h.fill, 0),
    ]
    rows = h.swapaxes(0, 1)
    for j, into, of in along_axis(width, q, kw, 1, padding[1], dilation[1]):
        place = rows[:, :, into]
        calls.append(partial(np.add, place, parts[:, j, :, of], place))
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
    if goes_by_rows(x, w, g, dilation):
        calls, patches = patches_by_rows(x, w, g, stride, padding, dilation, scratch)
        n_out, n_in, kh, kw = w.shape
        products = scratch((len(patches), n_out, kh, kw, n_in), w.dtype, place=1)
        sums = scratch((n_out, kh, kw, n_in), w.dtype, place=2)
        rows = g.reshape(*g.shape[:2], -1).swapaxes(0, 1)
        calls += [
            partial(np.matmul, rows, patches.swapaxes(1, 2), out=products.reshape(len(patches), n_out, -1)),
            partial(np.add.reduce, products, 0, None, sums),
        ]
        arranged = sums.transpose(0, 3, 1, 2)
        return [*calls, partial(np.add, w, arranged, w) if accumulate else partial(np.copyto, w, arranged)]
    calls, patches = whole_patches(x, w, g, stride, padding, dilation, scratch)
    groups = len(patches)
    into = w.reshape(groups, len(w) // groups, -1)
    flat = g.reshape(*into.shape[:2], -1)
    products = scratch(into.shape, w.dtype, place=1) if accumulate else into
    calls += [partial(np.dot, flat[k], patches[k].T, products[k]) for k in range(groups)]
    return [*calls, partial(np.add, into, products, into)] if accumulate else calls
