from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import CELU, ELU


@pytest.mark.parametrize("alpha", [0.1, 1.0, 7.0])
def test_it_is_alpha_times_ELU_of_the_input_over_alpha(alpha):
    celu, elu, x = CELU(alpha), ELU(), np.linspace(-4, 4, 33)
    np.testing.assert_allclose(celu.forward(x), alpha * elu.forward(x / alpha), rtol=1e-14)
    np.testing.assert_allclose(celu.backward(x, x), elu.backward(x / alpha, x), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_bend_to_minus_alpha(dtype):
    layer, x = CELU(0.5), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([np.inf, 6e4, 0, -0.5, -0.5], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 1, 0, 0], rtol=2e-3)


def test_small_numbers_keep_their_digits():
    x = np.array([-1e-20])
    np.testing.assert_array_equal(CELU(2.0).forward(x), x)


@pytest.mark.parametrize("alpha", [0, -1, np.nan, np.inf])
def test_an_alpha_that_is_not_above_0_or_infinite_is_refused(alpha):
    with pytest.raises(ValueError, match=f"CELU: expected alpha to be finite and above 0, received {alpha}"):
        CELU(alpha)
