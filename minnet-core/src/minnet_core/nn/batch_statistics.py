r"""`standardize_batch`: what ``standardize_features`` does, over a batch of which others may compute further parts.

Whoever divides a batch, as a `minnet_train.Trainer` with ``batch_statistics="batch"``, computes its parts in step, and
says by `computing_parts` how they tell each other what all need. Nobody has said so unless batches are divided: then a
part is all there is, and nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from .arrays import Array, accumulation_dtype, at_least_double
from .kernels import column_means, whole_rows
from .standardizing import (
    channel_blocks,
    channel_dots,
    channel_means,
    memory_order,
    spread,
    standardize_features,
    standardize_features_back,
)

T = TypeVar("T")


class BatchParts(Protocol):
    """The parts of a batch that are computed in step, as one of them sees them."""

    def gather(self, own: tuple[Any, ...], /) -> Sequence[tuple[Any, ...]]:
        """Return what each part of the batch has told, in the order of the parts.

        All parts call this as often, and in the same order; the call returns when all have. They may be computed by
        other processes: numbers, texts, None and arrays can be told, and what is told is not written to afterwards.
        """

    def combine(self, own: tuple[Any, ...], how: Callable[[Sequence[tuple[Any, ...]]], T], /) -> T:
        """Return ``how(self.gather(own))``, which is computed once for all parts of a process, and not written to."""


_parts: ContextVar[BatchParts | None] = ContextVar("_parts", default=None)


def parts_of_batch() -> BatchParts | None:
    """Return the parts that the batch is one of, for which a layer in training mode computes now; None if it is whole.

    >>> parts_of_batch()
    """
    return _parts.get()


@contextmanager
def computing_parts(parts: BatchParts | None) -> Iterator[None]:
    """Compute a part of a batch while the context lasts, in this thread."""
    token = _parts.set(parts)
    try:
        yield
    finally:
        _parts.reset(token)


def standardize_batch(x: Array, axis: int, eps: float) -> tuple[Array, Array, Array, Array]:
    r"""Give each feature mean 0 and variance 1 over the whole batch, of which ``x`` may be a part.

    For layers in training mode that normalize over the batch, and for no others. With counts :math:`n_k`, means
    :math:`\mu_k` and variances :math:`\sigma_k^2` of the parts, the whole has

    .. math:: \mu = \sum_k \frac{n_k}{n} \mu_k, \qquad
              \sigma^2 = \sum_k \frac{n_k}{n} \bigl(\sigma_k^2 + (\mu_k - \mu)^2\bigr)

    in at least double precision. A mean is told as a sample and how far that is from it, so that differences of means
    lose no digits however far the data are from 0. PyTorch: ``torch.nn.SyncBatchNorm``.

    Returns:
        As ``standardize_features``; mean, variance and :math:`s` are those of the whole batch, the same in all parts.

    >>> y, mean, variance, s = standardize_batch(np.array([[1.0, 3.0], [5.0, 5.0]]), 0, 0.0625)
    >>> mean.tolist(), variance.tolist(), s.round(2).tolist()
    ([2.0, 5.0], [1.0, 0.0], [0.97, 4.0])
    """
    y, mean, variance, inverse = standardize_features(x, axis, eps)
    parts = _parts.get()
    if parts is None:
        return y, mean, variance, inverse
    own_inverse = at_least_double(inverse)
    sample = np.array(at_least_double(_first(x, axis)))
    distance = at_least_double(_first(y, axis)) / own_inverse
    own = x.size // mean.size, sample, distance, at_least_double(variance)
    whole = parts.combine(own, partial(_whole, eps=eps))
    difference = (sample - whole.sample) - (distance - whole.distance) - whole.mean
    blocks, restore = channel_blocks(y, axis, memory_order(y))
    with whole_rows(blocks.reshape(len(blocks), -1)):
        blocks *= spread((whole.inverse / own_inverse).astype(x.dtype), blocks)
        blocks += spread((whole.inverse * difference).astype(x.dtype), blocks)
    mean = whole.sample - whole.distance + whole.mean
    return restore(blocks), mean.astype(x.dtype), whole.variance.astype(x.dtype), whole.inverse.astype(x.dtype)


class _Whole(NamedTuple):
    """The statistics of a whole batch; ``mean`` is less that of the first part, ``sample - distance``."""

    sample: Array
    distance: Array
    mean: Array
    variance: Array
    inverse: Array


def _whole(told: Sequence[tuple[Any, ...]], eps: float) -> _Whole:
    counts, samples, distances, variances = (np.stack(each) for each in zip(*told, strict=True))
    shares = (counts / counts.sum())[:, np.newaxis]
    means = (samples - samples[0]) - (distances - distances[0])
    mean = (shares * means).sum(axis=0)
    variance = (shares * (variances + np.square(means - mean))).sum(axis=0)
    return _Whole(samples[0], distances[0], mean, variance, 1 / np.sqrt(variance + eps))


def standardize_batch_back(y: Array, g: Array, inverse: Array, axis: int) -> Array:
    r"""The gradient of `standardize_batch`: :math:`s(g - \overline g - y\,\overline{g y})`, means over the whole batch.

    ``g`` is the gradient of one loss, of the whole batch, in all parts.

    >>> y, _, _, s = standardize_batch(np.array([[1.0, 3.0]]), 0, 0.0625)
    >>> standardize_batch_back(y, np.array([[1.0, 1.0]]), s, 0).tolist()
    [[0.0, 0.0]]
    """
    parts = _parts.get()
    if parts is None:
        return standardize_features_back(y, g, inverse, axis)
    order, dtype = memory_order(y), np.result_type(y, g)
    y, g = (array.astype(accumulation_dtype(array), copy=False) for array in (y, g))
    (y, restore), (g, _) = channel_blocks(y, axis, order), channel_blocks(g, axis, order)
    if y.shape[2] == 1:  # the features are innermost in memory
        own = column_means(g[:, :, 0]), column_means(g[:, :, 0] * y[:, :, 0])
    else:
        own = channel_means(g), channel_dots(g, y)
    means = parts.combine((y.shape[0] * y.shape[2], *map(at_least_double, own)), _whole_means)
    mean, product = (each.astype(g.dtype) for each in means)
    with whole_rows(y.reshape(len(y), -1)):
        gradient = y * spread(-product, y)
        gradient += g
        gradient -= spread(mean, y)
        gradient *= spread(inverse.astype(g.dtype, copy=False), y)
    return restore(gradient).astype(dtype, copy=False)


def _whole_means(told: Sequence[tuple[Any, ...]]) -> list[Array]:
    """The means over the whole batch of what each part tells its means of, after how much it has."""
    counts, *means = (np.stack(each) for each in zip(*told, strict=True))
    shares = (counts / counts.sum())[:, np.newaxis]
    return [(shares * each).sum(axis=0) for each in means]


def _first(array: Array, axis: int) -> Array:
    """The features of the first sample, at the first place in it."""
    first: Array = np.moveaxis(array, axis, -1)[(0,) * (array.ndim - 1)]
    return first
