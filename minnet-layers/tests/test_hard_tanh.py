from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import HardTanh


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_are_cut(dtype):
    layer, x = HardTanh(-0.5, 2), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([2, 2, 0, -0.5, -0.5], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [0, 0, 1, 0, 0], rtol=2e-3)


def test_the_gradient_ends_at_the_kinks():
    layer, x = HardTanh(), np.array([-1.0, np.nextafter(-1, 0), np.nextafter(1, 0), 1.0])
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(x, np.full(4, 5.0)), [0, 5, 5, 0])


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (1.0, -1.0), (0.0, np.nan)])
def test_a_least_value_that_is_not_below_the_largest_is_refused(bounds):
    with pytest.raises(ValueError, match=f"HardTanh: expected min_val below max_val, received {bounds[0]} and"):
        HardTanh(*bounds)
