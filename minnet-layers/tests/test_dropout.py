from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_layers import Dropout


@settings(deadline=None)
@given(p=st.floats(0, 0.99), seed=st.integers(0, 2**32))
def test_every_element_is_zero_or_scaled_by_one_over_what_is_kept(p, seed):
    layer = Dropout(p, rng=seed)
    x = np.arange(1.0, 61.0).reshape(5, 12)
    y = layer.forward(x)
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / (1 - p), rtol=1e-14)
    np.testing.assert_array_equal(y, x * layer.mask)
    np.testing.assert_array_equal(layer.backward(x, x**2), x**2 * layer.mask)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.9])
def test_p_is_the_probability_of_zeroing_and_the_mean_is_kept(p):
    y = Dropout(p, rng=0).forward(np.ones((1000, 1000), np.float32))
    five_sigma = 5 * np.sqrt(p * (1 - p)) / 1000
    assert abs(np.mean(y == 0) - p) < five_sigma
    assert abs(y.mean(dtype=np.float64) - 1) < five_sigma / (1 - p)


@pytest.mark.parametrize("p", [1e-5, 1 / 256, 3 / 256, 5 / 2**16, 0.3, 1 - 1e-5])
@pytest.mark.parametrize("generator", ["PCG64", "PCG64DXSM", "SFC64", "Philox", "MT19937"])
def test_every_element_is_dropped_with_probability_p_by_any_generator_and_however_finely_p_is_cut(p, generator):
    rng = np.random.Generator(getattr(np.random, generator)(0))
    layer, eighths = Dropout(p, rng=rng), np.ones((250_000, 8), np.float32)
    share = np.mean([(layer.forward(eighths) == 0).mean(axis=0) for _ in range(2)], axis=0)
    assert np.abs(share - p).max() < 5 * np.sqrt(p * (1 - p) / 500_000)


def test_a_p_below_what_16_bits_can_tell_from_zero_is_kept():
    p, elements = 6e-6, 8_000_000
    zeroed = np.count_nonzero(Dropout(p, rng=0).forward(np.ones(elements, np.float32)) == 0)
    assert abs(zeroed - p * elements) < 5 * np.sqrt(p * elements)
    assert zeroed > 0


@pytest.mark.parametrize("p", [0.5, 1 / 2**16, 0.1])
@pytest.mark.parametrize("size", [0, 1, 7, 8, 9])
def test_what_is_drawn_is_cut_to_any_size(p, size):
    assert Dropout(p).forward(np.ones((size, 3))).shape == (size, 3)


def test_elements_are_dropped_independently_of_each_other_and_of_the_last_batch():
    layer = Dropout(0.5, rng=0)
    masks = [layer.forward(np.ones((400, 500))).ravel() - 1 for _ in range(2)]
    for one, other in [(masks[0], masks[1]), (masks[0][1:], masks[0][:-1]), (masks[0][500:], masks[0][:-500])]:
        assert abs(np.mean(one * other)) < 5 / np.sqrt(one.size)


def test_p_zero_keeps_and_p_one_zeroes_everything():
    x = np.array([[1.0, -2.0, np.inf]], np.float32)
    keep, zero = Dropout(0), Dropout(1)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(keep.forward(x), x)
        np.testing.assert_array_equal(keep.backward(x, x), x)
        np.testing.assert_array_equal(zero.forward(x), np.zeros_like(x))
        np.testing.assert_array_equal(zero.backward(x, np.ones_like(x)), np.zeros_like(x))


def test_evaluation_copies_and_draws_nothing():
    x = np.ones((3, 4), np.float32)
    layer, twin = Dropout(0.5, rng=1), Dropout(0.5, rng=1)
    layer.evaluate()
    for result in (layer.forward(x), layer.backward(x, x)):
        np.testing.assert_array_equal(result, x)
        assert not np.shares_memory(result, x)
    layer.train()
    np.testing.assert_array_equal(layer.forward(x), twin.forward(x))


def test_a_seed_decides_the_masks_and_the_global_generator_does_not_matter():
    x = np.ones((3, 40))
    np.random.seed(0)
    one = [Dropout(0.5, rng=1).forward(x) for _ in range(2)]
    np.random.seed(1)
    layer = Dropout(0.5, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(one[0], layer.forward(x))
    np.testing.assert_array_equal(one[0], one[1])
    assert not np.array_equal(one[0], layer.forward(x))
    assert not np.array_equal(Dropout().forward(x), Dropout().forward(x))


def test_a_mask_does_not_depend_on_dtype_or_memory_layout():
    x = np.ones((6, 7))
    masks = [Dropout(0.3, rng=1).forward(array) for array in (x, x.astype(np.float32), np.asfortranarray(x))]
    assert masks[1].dtype == np.float32
    np.testing.assert_array_equal(masks[0] != 0, masks[1] != 0)
    np.testing.assert_array_equal(masks[0], masks[2])


def test_backward_uses_the_mask_of_the_last_forward_whatever_p_is_since():
    layer, x = Dropout(0.5, rng=0), np.ones((2, 5))
    y = layer.forward(x)
    layer.p = 0.0
    np.testing.assert_array_equal(layer.backward(x, x), y)


def test_backward_in_training_mode_needs_a_forward_in_training_mode():
    layer, x = Dropout(), np.ones((2, 3))
    with pytest.raises(RuntimeError, match="Dropout: expected updateOutput in training mode"):
        layer.backward(x, x)
    layer.forward(x)
    layer.evaluate()
    layer.forward(x)
    layer.train()
    with pytest.raises(RuntimeError, match="Dropout: expected updateOutput in training mode"):
        layer.backward(x, x)
    layer.forward(x)
    with pytest.raises(ShapeError, match="expected input"):
        layer.backward(x[:1], x[:1])


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_p_must_lie_between_zero_and_one(p):
    with pytest.raises(ValueError, match="Dropout: expected p from 0 to 1, received"):
        Dropout(p)


def test_a_numpy_scalar_p_does_not_promote_float32():
    assert Dropout(np.float64(0.3)).forward(np.ones(3, np.float32)).dtype == np.float32


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_it_states_that_it_is_the_identity_in_evaluation_mode(p):
    assert Dropout(p).as_affine().is_identity


def test_images_with_the_batch_innermost_stay_so():
    x = np.ones((2, 3, 4, 5), np.float32).transpose(3, 0, 1, 2)
    layer = Dropout(0.5, rng=0)
    assert layer.forward(x).strides == layer.mask.strides == layer.backward(x, x).strides == x.strides
