from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import Sqrt


def test_output_and_derivative_are_the_formula():
    layer, x = Sqrt(), np.array([4.0, 0.25])
    np.testing.assert_array_equal(layer.forward(x), [2, 0.5])
    np.testing.assert_array_equal(layer.backward(x, np.array([1.0, -3.0])), [0.25, -3])


def test_the_derivative_at_0_is_infinite_and_numpy_warns_of_it():
    layer, x = Sqrt(), np.zeros(1)
    layer.forward(x)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert layer.backward(x, np.ones(1)) == np.inf


def test_a_number_below_0_gives_nan_and_a_warning():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(Sqrt().forward(np.array([-1.0])))


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        Sqrt().backward(np.ones(2), np.ones(2))
