from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import SpatialDropout
from minnet_core import ShapeError


@settings(deadline=None, derandomize=True, max_examples=50)
@given(p=st.floats(0, 0.99), seed=st.integers(0, 2**32), rest=st.sampled_from([(2,), (2, 3), (1, 2, 2)]))
def test_every_channel_is_zero_or_scaled_by_one_over_what_is_kept(p, seed, rest):
    layer = SpatialDropout(p, rng=seed)
    x = np.arange(1.0, 1 + 20 * np.prod(rest)).reshape(4, 5, *rest)
    y = layer.forward(x)
    kept = np.broadcast_to((y != 0).any(axis=tuple(range(2, x.ndim)), keepdims=True), x.shape)
    np.testing.assert_allclose(y, np.where(kept, x / (1 - p), 0), rtol=1e-14)
    np.testing.assert_array_equal(layer.backward(x, x**2), x**2 * layer.mask)


def test_each_channel_of_each_sample_is_decided_by_itself_and_p_is_how_often():
    y = SpatialDropout(0.3, rng=0).forward(np.ones((300, 200, 2, 2), np.float32))[:, :, 0, 0]
    zero = y == 0
    assert abs(zero.mean() - 0.3) < 5 * np.sqrt(0.21 / zero.size)
    for axis in (0, 1):
        assert zero.mean(axis).std() < 1.3 * np.sqrt(0.21 / zero.shape[axis])


def test_the_order_in_memory_stays_and_does_not_change_the_mask():
    x = np.ones((3, 4, 5, 6), np.float32)
    innermost = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
    one, other = SpatialDropout(rng=1), SpatialDropout(rng=1)
    np.testing.assert_array_equal(one.forward(x), other.forward(innermost))
    for result in (other.output, other.backward(innermost, innermost)):
        assert result.dtype == np.float32
        assert result.transpose(1, 2, 3, 0).flags.c_contiguous


def test_p_zero_keeps_and_p_one_zeroes_everything():
    x = np.array([[[1.0, -2.0], [np.inf, 3.0]]])
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(SpatialDropout(0).forward(x), x)
        np.testing.assert_array_equal(SpatialDropout(1).forward(x), np.zeros_like(x))


def test_evaluation_copies_and_draws_nothing():
    x = np.ones((3, 4, 2, 2), np.float32)
    layer, twin = SpatialDropout(rng=1), SpatialDropout(rng=1)
    layer.evaluate()
    for result in (layer.forward(x), layer.backward(x, x)):
        np.testing.assert_array_equal(result, x)
        assert not np.shares_memory(result, x)
    layer.train()
    np.testing.assert_array_equal(layer.forward(x), twin.forward(x))
    assert layer.as_affine().is_identity


def test_refusals():
    with pytest.raises(ValueError, match="SpatialDropout: expected p from 0 to 1, received 1.1"):
        SpatialDropout(1.1)
    layer, x = SpatialDropout(), np.ones((2, 3, 2, 2))
    with pytest.raises(ShapeError, match=r"expected input \(batch, channels, height, width\), received \(2, 3\)"):
        layer.forward(np.ones((2, 3)))
    with pytest.raises(RuntimeError, match="expected updateOutput in training mode"):
        layer.backward(x, x)
    layer.forward(x)
    with pytest.raises(ShapeError, match="expected input"):
        layer.backward(x[:1], x[:1])
