from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_core.testing import check_gradients
from minnet_layers import GroupNormalization, LayerNormalization


@settings(deadline=None, max_examples=50)
@given(
    batch=st.integers(1, 3),
    groups=st.integers(1, 3),
    each=st.integers(1, 3),
    places=st.lists(st.integers(1, 4), max_size=2),
    seed=st.integers(0, 99),
)
def test_each_group_of_each_sample_is_normalized_by_itself(batch, groups, each, places, seed):
    rng = np.random.default_rng(seed)
    layer = GroupNormalization(groups, groups * each, dtype="float64")
    layer.gamma, layer.beta = rng.standard_normal((2, groups * each))
    x = rng.standard_normal((batch, groups * each, *places))
    y = layer.forward(x)
    for sample in range(batch):
        for group in range(groups):
            own = slice(group * each, (group + 1) * each)
            part = x[sample, own]
            normal = (part - part.mean()) / np.sqrt(part.var() + 1e-5)
            shape = (-1, *[1] * len(places))
            expected = normal * layer.gamma[own].reshape(shape) + layer.beta[own].reshape(shape)
            np.testing.assert_allclose(y[sample, own], expected, atol=1e-11)


@pytest.mark.parametrize("shape", [(3, 4, 2, 3), (2, 4, 5), (3, 4)])
@pytest.mark.parametrize("affine", [True, False])
def test_gradients_equal_central_differences(shape, affine):
    layer = GroupNormalization(2, 4, 0.1, affine, dtype="float64")
    for parameter in layer.getParameters():
        parameter += np.random.default_rng(1).standard_normal(4)
    check_gradients(layer, np.random.default_rng(0).standard_normal(shape))


def test_one_group_is_layer_normalization():
    x, g = np.random.default_rng(0).standard_normal((2, 5, 4, 3))
    one, other = GroupNormalization(1, 4, affine=False), LayerNormalization((4, 3), affine=False)
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    np.testing.assert_array_equal(one.backward(x, g), other.backward(x, g))


def test_the_batch_innermost_in_memory_gives_the_same():
    rng = np.random.default_rng(0)
    x, g = (rng.standard_normal((4, 3, 2, 5)).transpose(3, 0, 1, 2) for _ in range(2))
    layer, other = GroupNormalization(2, 4, dtype="float64"), GroupNormalization(2, 4, dtype="float64")
    np.testing.assert_allclose(layer.forward(x), other.forward(x.copy()), rtol=1e-13)
    np.testing.assert_allclose(layer.backward(x, g), other.backward(x.copy(), g.copy()), atol=1e-14)
    np.testing.assert_allclose(layer.gradGamma, other.gradGamma, rtol=1e-13)


@pytest.mark.parametrize("offset", [0.0, 3000.0, -30000.0])
def test_float32_far_from_zero_is_as_accurate_as_its_input(offset):
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((6, 4, 10, 10)) + offset).astype(np.float32)
    single, double = GroupNormalization(2, 4), GroupNormalization(2, 4, dtype="float64")
    np.testing.assert_allclose(single.forward(x), double.forward(x.astype(np.float64)), rtol=0, atol=3e-6)


def test_an_empty_batch_and_the_largest_numbers_are_normalized():
    layer = GroupNormalization(2, 4)
    assert layer.forward(np.zeros((0, 4, 3), np.float32)).shape == (0, 4, 3)
    assert layer.backward(layer.output, layer.output).shape == (0, 4, 3)
    x = np.array([3e38, -3e38, 1e38, 0], np.float32).reshape(1, 4, 1)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_allclose(layer.forward(x).ravel(), [1, -1, 1, -1], rtol=1e-6)


def test_wrong_arguments_and_inputs_are_refused_by_name():
    with pytest.raises(ValueError, match="GroupNormalization: expected num_channels in 3 equal groups, received 4"):
        GroupNormalization(3, 4)
    with pytest.raises(ValueError, match="GroupNormalization: expected eps to be finite and above 0"):
        GroupNormalization(2, 4, -1.0)
    layer = GroupNormalization(2, 4)
    with pytest.raises(ShapeError, match=r"GroupNormalization: expected input \(batch, 4, any\), received \(2, 3, 4\)"):
        layer.forward(np.zeros((2, 3, 4)))
    with pytest.raises(RuntimeError, match="GroupNormalization: expected updateOutput"):
        layer.backward(np.zeros((2, 4)), np.zeros((2, 4)))
