from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_layers import Exp, Log


def test_the_output_is_the_derivative():
    layer, x = Exp(), np.array([-2.0, 0.0, 3.0])
    output = layer.forward(x)
    np.testing.assert_allclose(output, [np.e**-2, 1, np.e**3], rtol=1e-15)
    np.testing.assert_array_equal(layer.backward(x, np.ones(3)), output)


def test_what_float32_cannot_hold_is_infinite_and_numpy_warns_of_it():
    layer, x = Exp(), np.array([88.0, 89.0, -200.0], np.float32)
    with pytest.warns(RuntimeWarning, match="overflow"):
        output = layer.forward(x)
    assert np.isfinite(output[0])
    np.testing.assert_array_equal(output[1:], [np.inf, 0])


def test_the_logarithm_takes_it_back():
    x = np.random.default_rng(0).standard_normal((3, 4))
    model = Sequential(Exp(), Log())
    np.testing.assert_allclose(model.forward(x), x, rtol=0, atol=1e-14)
    np.testing.assert_allclose(model.backward(x, x), x, rtol=1e-14)


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        Exp().backward(np.ones(2), np.ones(2))
