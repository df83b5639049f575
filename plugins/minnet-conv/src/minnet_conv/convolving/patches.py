"""Kernels of convolution: what the kernel meets side by side in memory, so that a matrix product does the rest.

Arrays are ``(channels, height, width, batch)``, contiguous. There are two forms of the patches, and a third
without any:

- *Whole*, ``(channels * rows * columns of the kernel, outputs)``: one copy for each position in the kernel, and one
  product. For a single image, whose products row by row would be many small ones.
- *By rows*, where the image has rows long enough: only the columns of the kernel are laid side by side,
  ``(height, columns * channels, width of the output, batch)``. As the rows of the image are the outermost axis, what
  the kernel meets for one row of outputs lies together, and is a matrix without being copied: those of the next row of
  outputs overlap it. So of a 3 x 3 kernel three copies are made and not nine, and what is multiplied was just read.
- None, if the kernel is one number.

The bias is one more row of ones among the patches, and its gradient one more column among the gradients.

Milliseconds of 16 to 32 channels, 3 x 3, on 13 x 13, batch of 64, float32, on one thread of one machine, so it is their
ratio that counts; the patches themselves take 0.3 of those by rows:

=============================  =====  =======
kernel                         whole  by rows
=============================  =====  =======
`correlate`                      2.4      1.3
`correlation_weights`            2.5      1.5
`spread`                         2.8      1.7
=============================  =====  =======

The patches are made anew for the gradient of the parameters: keeping them from the forward pass would save one part in
thirty of a training step and cost three times the memory of the input.
"""

from __future__ import annotations

import numpy as np

from minnet_core import Array
from minnet_core.nn import axis_sums

from .footprint import Footprint, Pair, Plan

_MOST_SUMMANDS = 1 << 18
"""How many numbers the products of single rows may have until they are added."""

_MOST_PARTS = 1 << 17
"""How many numbers of a gradient, laid side by side, are computed until they are added: what the cache holds."""


def correlate(x: Array, W: Array, b: Array | None, footprint: Footprint, counts: Pair) -> Array:
    r"""Lay the kernel on the image everywhere: :math:`y_{ohw} = b_o + \sum_{cij} W_{ocij}\,x_{c,hs+id,ws+jd}`.

    Args:
        x: ``(channels, height, width, batch)``.
        W: ``(outputs, channels / groups, rows, columns)``.
        b: ``(outputs,)``, or None.
        footprint: where the kernel lies.
        counts: rows and columns of the output.

    Returns:
        ``(outputs, rows, columns, batch)``.
    """
    n, plan, groups = x.shape[3], footprint.plan(x.shape[1:3], counts, x.shape[3]), footprint.groups
    (h, w), (n_out, C, kh, kw) = counts, W.shape
    if plan.is_plain:
        y: Array = np.matmul(W.reshape(groups, n_out // groups, C), x.reshape(groups, C, h * w * n)).reshape(
            n_out, h, w, n
        )
        if b is not None:
            y += b[:, np.newaxis, np.newaxis, np.newaxis]
        return y
    if plan.by_rows:
        patches = _patches_by_rows(x, footprint, plan, b is not None)
        M = np.zeros((groups, 1, n_out // groups, kh, kw * C + (b is not None)), W.dtype)
        M[..., : kw * C] = W.transpose(0, 2, 3, 1).reshape(groups, 1, -1, kh, kw * C)
        if b is not None:
            M[..., 0, -1] = b.reshape(groups, 1, -1)
        y = np.empty((n_out, h, w, n), x.dtype)
        rows = y.reshape(groups, n_out // groups, h, w * n).swapaxes(1, 2)
        np.matmul(M.reshape(groups, 1, n_out // groups, patches.shape[2]), patches, out=rows)
        return y
    patches = _whole_patches(x, footprint, plan, with_ones=False)
    if groups == 1:  # np.dot has half the cost of a call
        y = np.dot(W.reshape(n_out, C * kh * kw), patches[0])
    else:
        y = np.matmul(W.reshape(groups, n_out // groups, C * kh * kw), patches)
    y = y.reshape(n_out, h, w, n)
    if b is not None:
        y += b[:, np.newaxis, np.newaxis, np.newaxis]
    return y


def correlation_weights(
    x: Array, g: Array, footprint: Footprint, shape: tuple[int, ...], has_bias: bool
) -> tuple[Array, Array | None]:
    r"""The gradients of weights and bias: :math:`\sum_{hw} g_{ohw}\,x_{c,hs+id,ws+jd}` and :math:`\sum_{hw} g_{ohw}`.

    Args:
        x: the input.
        g: the gradients of the output.
        footprint: where the kernel lies.
        shape: of the weights.
        has_bias: whether there is a bias.
    """
    plan, groups = footprint.plan(x.shape[1:3], g.shape[1:3], x.shape[3]), footprint.groups
    n_out, C, kh, kw = shape
    if plan.is_plain:
        flat = g.reshape(groups, n_out // groups, -1 if g.size else 0)
        weights = np.matmul(flat, x.reshape(groups, C, flat.shape[2]).swapaxes(1, 2)).reshape(shape)
        return weights, axis_sums(flat).reshape(n_out) if has_bias else None
    if plan.by_rows:
        patches = _patches_by_rows(x, footprint, plan, has_bias)
        rows = g.reshape(groups, n_out // groups, g.shape[1], patches.shape[3]).transpose(0, 2, 3, 1)
        products = _sum_of_products(patches, rows).swapaxes(1, 2).reshape(n_out, kh, kw * C + has_bias)
        weights = products[..., : kw * C].reshape(n_out, kh, kw, C).transpose(0, 3, 1, 2)
        return weights, products[:, 0, -1] if has_bias else None
    patches = _whole_patches(x, footprint, plan, has_bias)
    columns = g.reshape(groups, n_out // groups, patches.shape[2]).swapaxes(1, 2)
    products = np.matmul(patches, columns).swapaxes(1, 2).reshape(n_out, patches.shape[1])
    return products[:, : C * kh * kw].reshape(shape), products[:, -1] if has_bias else None


def spread(g: Array, W: Array, footprint: Footprint, lengths: Pair) -> Array:
    r"""The gradient of the input: each :math:`g_{ohw}` times the kernel, added where the kernel lay.

    .. math:: x_{chw} = \sum_{h's + id = h} \sum_{w's + jd = w} \sum_o W_{ocij}\,g_{oh'w'}

    Args:
        g: ``(outputs, rows, columns, batch)``.
        W: ``(outputs, channels / groups, rows, columns)``.
        footprint: where the kernel lies.
        lengths: rows and columns of the input.

    Returns:
        ``(channels, height, width, batch)``.
    """
    n_out, h, w, n = g.shape
    plan, groups = footprint.plan(lengths, (h, w), n), footprint.groups
    C, (kh, kw) = W.shape[1], footprint.kernel_size
    if plan.is_plain:
        M = W.reshape(groups, n_out // groups, C).swapaxes(1, 2)
        return np.matmul(M, g.reshape(groups, n_out // groups, h * w * n)).reshape(groups * C, h, w, n)  # type: ignore[no-any-return]
    x = np.zeros((groups * C, *lengths, n), g.dtype)
    by_group = x.reshape(groups, C, *lengths, n)
    if plan.back_by_rows and kw * C >= 8:
        rows = by_group.swapaxes(1, 2)
        M, patches = _spread_by_rows(g, W, footprint, lengths)
        step = max(1, _MOST_PARTS // (groups * kw * C * w * n))
        for start in range(0, lengths[0], step):
            some, stop = rows[:, start : start + step], min(lengths[0], start + step)
            parts = np.matmul(M, patches[:, start:stop]).reshape(groups, stop - start, kw, C, w, n)
            for j, columns, output_columns in plan.columns:
                some[:, :, :, columns] += parts[:, :, j, :, output_columns]
        return x
    M = W.reshape(groups, n_out // groups, C * kh * kw).swapaxes(1, 2)
    parts = np.matmul(M, g.reshape(groups, n_out // groups, h * w * n)).reshape(groups, C, kh, kw, h, w, n)
    for i, j, at in plan.positions:
        by_group[:, :, at.rows, at.columns] += parts[:, :, i, j, at.output_rows, at.output_columns]
    return x


def _patches_by_rows(x: Array, footprint: Footprint, plan: Plan, with_ones: bool) -> Array:
    """``(groups, rows of the output, kernel, columns of the output and batch)``, overlapping."""
    groups, (kh, kw) = footprint.groups, footprint.kernel_size
    (channels, height, width, n), (h, w), stride = x.shape, plan.counts, footprint.stride[0]
    C, top, needed = channels // groups, footprint.padding[0][0], (h - 1) * stride + kh
    make = np.empty if plan.is_inside else np.zeros
    beside = make((groups, needed, kw * C + with_ones, w, n), x.dtype)
    rows = x.reshape(groups, C, height, width, n).swapaxes(1, 2)
    first, last = min(top, needed), min(needed, top + height)
    for j, columns, output_columns in plan.columns:
        beside[:, first:last, j * C : (j + 1) * C, output_columns] = rows[:, : last - first, :, columns]
    if with_ones:
        beside[:, :, -1] = 1
    return _overlapping(beside, h, stride, kh)


def _whole_patches(x: Array, footprint: Footprint, plan: Plan, with_ones: bool) -> Array:
    """``(groups, kernel, outputs)``."""
    groups, (kh, kw) = footprint.groups, footprint.kernel_size
    (channels, height, width, n), (h, w) = x.shape, plan.counts
    C = channels // groups
    make = np.empty if plan.is_inside else np.zeros
    patches = make((groups, C * kh * kw + with_ones, h * w * n), x.dtype)
    if with_ones:
        patches[:, -1] = 1
    places = patches[:, : C * kh * kw].reshape(groups, C, kh, kw, h, w, n)
    if plan.is_inside:  # one copy, from a view that says what lies where
        (sh, sw), (dh, dw), (plane, row, column, each) = footprint.stride, footprint.dilation, x.strides
        strides = (C * plane, plane, dh * row, dw * column, sh * row, sw * column, each)
        places[...] = np.ndarray(places.shape, x.dtype, x, 0, strides)
    else:
        by_group = x.reshape(groups, C, height, width, n)
        for i, j, at in plan.positions:
            places[:, :, i, j, at.output_rows, at.output_columns] = by_group[:, :, at.rows, at.columns]
    return patches


def _spread_by_rows(g: Array, W: Array, footprint: Footprint, lengths: Pair) -> tuple[Array, Array]:
    """Two factors of the gradient of what `_patches_by_rows` lays side by side: a correlation again, along the rows."""
    n_out, h, w, n = g.shape
    groups, kh, C, (kw, height) = footprint.groups, footprint.kernel_size[0], W.shape[1], (W.shape[3], lengths[0])
    padded = np.empty((groups, height + kh - 1, n_out // groups, w, n), g.dtype)
    lead = kh - 1 - footprint.padding[0][0]  # where the first row of g comes, which may be before all that counts
    first, last = max(0, -lead), min(h, height + kh - 1 - lead)
    padded[:, : lead + first] = 0
    padded[:, lead + last :] = 0
    padded[:, lead + first : lead + last] = g.reshape(groups, n_out // groups, h, w, n).swapaxes(1, 2)[:, first:last]
    flipped = W.reshape(groups, 1, n_out // groups, C, kh, kw)[..., ::-1, :].transpose(0, 1, 5, 3, 4, 2)
    M = flipped.reshape(groups, 1, kw * C, kh * (n_out // groups))
    return M, _overlapping(padded, height, 1, kh)


def _overlapping(beside: Array, count: int, stride: int, kh: int) -> Array:
    """View ``kh`` rows at each step of ``stride`` rows as one matrix."""
    groups, _, held, w, n = beside.shape
    group, row, one, _, each = beside.strides
    return np.ndarray((groups, count, kh * held, w * n), beside.dtype, beside, 0, (group, stride * row, one, each))


def _sum_of_products(patches: Array, rows: Array) -> Array:
    """Sum ``patches @ rows`` over their second axis, so many at a time that the products stay in the cache.

    In this order, with the larger matrix first, BLAS takes 1.1 milliseconds, and 1.6 in the other.
    """
    h, size = patches.shape[1], patches.shape[0] * patches.shape[2] * rows.shape[3]
    step = max(1, _MOST_SUMMANDS // max(1, size))
    total: Array = np.matmul(patches[:, :step], rows[:, :step]).sum(1)
    for start in range(step, h, step):
        total += np.matmul(patches[:, start : start + step], rows[:, start : start + step]).sum(1)
    return total
