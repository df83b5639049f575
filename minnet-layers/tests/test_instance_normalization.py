from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_core.testing import check_gradients
from minnet_layers import GroupNormalization, InstanceNormalization


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 3, 4, 5), (1, 3, 2, 2, 3)])
def test_it_is_group_normalization_of_single_channels(shape):
    x, g = np.random.default_rng(0).standard_normal((2, *shape))
    one, other = InstanceNormalization(3, affine=True, dtype="float64"), GroupNormalization(3, 3, dtype="float64")
    one.gamma[:] = other.gamma[:] = [1, 2, 3]
    np.testing.assert_array_equal(one.forward(x), other.forward(x))
    np.testing.assert_array_equal(one.backward(x, g), other.backward(x, g))
    np.testing.assert_array_equal(one.gradGamma, other.gradGamma)
    expected = (x - x.mean(tuple(range(2, x.ndim)), keepdims=True)) / np.sqrt(
        x.var(tuple(range(2, x.ndim)), keepdims=True) + 1e-5
    )
    np.testing.assert_allclose(InstanceNormalization(3).forward(x), expected, atol=1e-12)


@pytest.mark.parametrize("affine", [True, False])
def test_gradients_equal_central_differences(affine):
    layer = InstanceNormalization(3, 0.1, affine, dtype="float64")
    check_gradients(layer, np.random.default_rng(0).standard_normal((2, 3, 4)))


def test_it_does_the_same_in_both_modes_and_has_no_parameters_by_default():
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    layer = InstanceNormalization(3)
    assert layer.getParameters() == []
    trained = layer.forward(x)
    layer.evaluate()
    np.testing.assert_array_equal(layer.forward(x), trained)


def test_one_place_gives_zero_and_none_is_refused():
    np.testing.assert_array_equal(InstanceNormalization(3).forward(np.full((2, 3, 1), 7.0)), np.zeros((2, 3, 1)))
    with pytest.raises(ShapeError, match=r"InstanceNormalization: expected input \(batch, 3, places\), received"):
        InstanceNormalization(3).forward(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="InstanceNormalization: expected num_features to be a positive"):
        InstanceNormalization(0)
