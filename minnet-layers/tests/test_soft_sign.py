from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import SoftSign


def test_output_and_derivative_are_the_formula():
    layer, x = SoftSign(), np.array([-3.0, 0.0, 1.0])
    np.testing.assert_array_equal(layer.forward(x), [-0.75, 0, 0.5])
    np.testing.assert_array_equal(layer.backward(x, np.ones(3)), [1 / 16, 1, 1 / 4])


@pytest.mark.parametrize(("dtype", "largest"), [(np.float16, 6e4), (np.float32, 3e38), (np.float64, 1e308)])
def test_the_largest_numbers_saturate_without_overflow(dtype, largest):
    layer, x = SoftSign(), np.array([largest, -largest], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), [1, -1], rtol=1e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 0], atol=1e-9)
