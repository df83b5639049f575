from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import SELU


def test_standard_normal_numbers_keep_their_mean_and_variance():
    y = SELU().forward(np.random.default_rng(0).standard_normal(400_000))
    np.testing.assert_allclose([y.mean(), y.var()], [0, 1], atol=0.01)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_bend_to_a_constant(dtype):
    layer, x = SELU(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([np.inf, 63042, 0, -1.7581, -1.7581], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1.0507, 1.0507, 1.7581, 0, 0], rtol=2e-3)


def test_it_takes_no_alpha():
    with pytest.raises(TypeError):
        SELU(1.0)
