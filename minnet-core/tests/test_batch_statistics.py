"""Parts of a batch that are standardized in step have the statistics, outputs and gradients of the whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import frozen
from hypothesis import given, settings, strategies as st

from minnet_core.nn import (
    BatchParts,
    computing_parts,
    parts_of_batch,
    standardize_batch,
    standardize_batch_back,
    standardize_features,
    standardize_features_back,
)
from minnet_test_support.thread_ranks import ThreadRanks, together

SHAPES = {
    "columns": ((0, 1), 1, (4,)),
    "one column": ((0, 1), 1, (1,)),
    "images": ((0, 1, 2, 3), 1, (3, 5, 4)),
    "images, batch innermost": ((1, 2, 3, 0), 1, (3, 5, 4)),
    "images, channels innermost": ((0, 2, 3, 1), 1, (3, 5, 4)),
    "sequences": ((0, 1, 2), -1, (6, 3)),
}
"""What -> the axes in the order of memory, the axis of the features, and the shape of a sample."""


def laid_out(x: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    return np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))


@frozen
class Parts:
    """Parts of a batch that tell each other what they have by some function."""

    gather: Callable[[Any], Any]

    def combine(self, own, how, /):
        return how(self.gather(own))


def in_parts(parts, gradients, axis, eps=1e-3):
    """Standardize parts, each in a thread of its own."""

    def work(ranks: ThreadRanks):
        with computing_parts(Parts(ranks.gather)):
            y, mean, variance, inverse = standardize_batch(parts[ranks.rank], axis, eps)
            back = standardize_batch_back(y, gradients[ranks.rank], inverse, axis)
        assert ranks.calls == 2
        assert y.strides == parts[ranks.rank].strides
        return y, back, mean, variance, inverse

    return together(len(parts), work)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(sorted(SHAPES)),
    sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5),
    offset=st.sampled_from([0.0, 30.0, -1e6]),
    seed=st.integers(0, 99),
)
def test_parts_have_what_the_whole_batch_has(kind, sizes, offset, seed):
    order, axis, shape = SHAPES[kind]
    rng = np.random.default_rng(seed)
    x = rng.normal(offset, 3, (sum(sizes), *shape)) + 2 * rng.standard_normal((sum(sizes), *[1] * len(shape)))
    g = rng.standard_normal(x.shape)
    stops = np.cumsum(sizes)[:-1]
    parts = [laid_out(each, order) for each in np.split(x, stops)]
    gradients = [laid_out(each, order) for each in np.split(g, stops)]
    found = in_parts(parts, gradients, axis)
    y, mean, variance, inverse = standardize_features(x, axis, 1e-3)
    back = standardize_features_back(y, g, inverse, axis)
    np.testing.assert_allclose(np.concatenate([each[0] for each in found]), y, rtol=0, atol=1e-12 + 1e-17 * abs(offset))
    np.testing.assert_allclose(np.concatenate([each[1] for each in found]), back, rtol=1e-12, atol=1e-12)
    for _, _, *statistics in found:
        np.testing.assert_array_equal(statistics, found[0][2:])  # the same bits in all
        np.testing.assert_allclose(statistics, [mean, variance, inverse], rtol=1e-12, atol=1e-13)


def test_counts_are_combined_and_not_means_of_means():
    x = np.array([[0.0], [0.0], [0.0], [8.0]])
    for y, _, mean, variance, inverse in in_parts([x[:3], x[3:]], [x[:3], x[3:]], 1, 4.0):
        assert (mean.item(), variance.item(), inverse.item()) == (2.0, 12.0, 0.25)
        np.testing.assert_allclose(y, np.full_like(y, -0.5 if len(y) == 3 else 1.5), rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_the_dtype_is_kept_and_no_digit_lost_far_from_zero(dtype):
    rng = np.random.default_rng(0)
    x = (1e5 + rng.integers(-64, 64, (40, 3)) / 16).astype(dtype)
    parts = [x[:7], x[7:]]
    exact = standardize_features(x.astype(np.float64), 1, 1e-3)[0]
    found = in_parts(parts, parts, 1)
    assert {array.dtype for each in found for array in each} == {np.dtype(dtype)}
    np.testing.assert_allclose(np.concatenate([each[0] for each in found]), exact, rtol=0, atol=2e-6)


def test_constant_features_are_0_in_all_parts():
    x = np.full((9, 2), 7.7, np.float32)
    for y, back, *_ in in_parts([x[:2], x[2:]], [x[:2], x[2:]], 1):
        assert not y.any()
        assert np.isfinite(back).all()


def test_a_whole_batch_is_what_standardize_features_computes():
    x, g = np.random.default_rng(0).normal(size=(2, 6, 4))
    assert parts_of_batch() is None
    for mine, theirs in zip(standardize_batch(x, 1, 1e-3), standardize_features(x, 1, 1e-3), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    y, _, _, inverse = standardize_batch(x, 1, 1e-3)
    np.testing.assert_array_equal(standardize_batch_back(y, g, inverse, 1), standardize_features_back(y, g, inverse, 1))


def test_parts_are_those_of_a_context_in_one_thread():
    parts: BatchParts = Parts(lambda own: [own])
    seen = []
    with computing_parts(parts):
        assert parts_of_batch() is parts
        with computing_parts(None):
            assert parts_of_batch() is None
        thread = threading.Thread(target=lambda: seen.append(parts_of_batch()))
        thread.start()
        thread.join()
    assert parts_of_batch() is None
    assert seen == [None]
