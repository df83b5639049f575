from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Tanh, TanhShrink


def test_with_tanh_it_adds_up_to_the_input():
    x = np.linspace(-5, 5, 41)
    np.testing.assert_allclose(TanhShrink().forward(x) + Tanh().forward(x), x, rtol=1e-15)
    shrink, tanh, g = TanhShrink(), Tanh(), np.linspace(1, 2, 41)
    tanh.forward(x)
    np.testing.assert_allclose(shrink.updateGradInput(x, g) + tanh.updateGradInput(x, g), g, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extremes_come_nearer_by_1(dtype):
    layer, x = TanhShrink(), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(layer.forward(x), np.array([np.inf, 6e4, 0, -6e4, -np.inf], dtype), rtol=2e-3)
        np.testing.assert_allclose(layer.backward(x, np.ones_like(x)), [1, 1, 0, 1, 1], rtol=2e-3)
