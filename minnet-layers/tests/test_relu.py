from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from minnet_layers import ReLU


@settings(deadline=None)
@given(arrays(np.float32, array_shapes(min_dims=1, max_dims=4), elements=st.floats(-(2.0**100), 2.0**100, width=32)))
def test_output_is_the_positive_part_and_the_gradient_passes_where_it_is_positive(x):
    layer = ReLU()
    np.testing.assert_array_equal(layer.forward(x), np.where(x > 0, x, 0))
    np.testing.assert_array_equal(layer.backward(x, np.full_like(x, 3)), np.where(x > 0, 3, 0))


def test_the_derivative_at_zero_is_zero():
    layer, x = ReLU(), np.array([0.0, -0.0])
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, np.ones(2)), [0.0, 0.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinities_pass_or_vanish(dtype):
    layer, x = ReLU(), np.array([np.inf, -np.inf], dtype)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(layer.forward(x), [np.inf, 0])
        np.testing.assert_array_equal(layer.backward(x, np.ones_like(x)), [1, 0])
