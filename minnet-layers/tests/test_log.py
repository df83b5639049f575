from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Log


def test_output_and_derivative_are_the_formula():
    layer, x = Log(), np.array([1.0, np.e, 0.25])
    np.testing.assert_allclose(layer.forward(x), [0, 1, -2 * np.log(2)], rtol=1e-15)
    np.testing.assert_allclose(layer.backward(x, np.array([1.0, np.e, -1.0])), [1, 1, -4], rtol=1e-15)


def test_both_passes_are_infinite_at_0_and_numpy_warns_of_it():
    layer, x = Log(), np.zeros(1)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert layer.forward(x) == -np.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert layer.backward(x, np.ones(1)) == np.inf


def test_the_least_numbers_of_float32_have_a_logarithm():
    x = np.array([1e-45], np.float32)
    np.testing.assert_allclose(Log().forward(x), np.log(x.astype(float)), rtol=1e-6)
