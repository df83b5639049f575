from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_layers import Max


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("shape", "axis"), [((4, 3), 0), ((4, 30), 1), ((2, 4, 3), 1), ((2, 4, 3), -3), ((5,), 0)])
def test_it_is_the_largest_along_an_axis_and_the_gradient_goes_back_to_that_one(shape, axis, keepdims):
    rng = np.random.default_rng(0)
    layer, x = Max(axis, keepdims), rng.standard_normal(shape)
    output = layer.forward(x)
    np.testing.assert_array_equal(output, x.max(axis=axis, keepdims=keepdims))
    g = np.asarray(rng.standard_normal(output.shape))
    expected = np.zeros(shape)
    np.put_along_axis(expected, x.argmax(axis=axis, keepdims=True), g if keepdims else np.expand_dims(g, axis), axis)
    np.testing.assert_array_equal(layer.backward(x, g), expected)


def test_the_first_of_equal_numbers_has_the_gradient():
    x = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [1.0, 1.0, 2.0]])
    np.testing.assert_array_equal(Max().backward(x, np.ones(3)).sum(axis=1), [1, 1, 1])
    np.testing.assert_array_equal(Max(0).backward(np.ones((3, 2)), np.array([5.0, 7.0])), [[5, 7], [0, 0], [0, 0]])


@pytest.mark.parametrize("axis", [0, 1])
def test_nan_wins_and_the_first_of_them_has_the_gradient(axis):
    x = np.array([[1.0, np.nan, np.nan, -9.0], [9.0, 2.0, -2.0, 3.0]])
    x = x if axis else np.ascontiguousarray(x.T)
    output = Max(axis).forward(x)
    assert np.isnan(output).tolist() == [True, False]
    gradInput = Max(axis).backward(x, np.ones(2))
    np.testing.assert_array_equal(gradInput[0] if axis else gradInput[:, 0], [0, 1, 0, 0])


def test_an_infinite_gradient_makes_no_other_nan():
    x = np.array([[1.0, 2.0, 0.0]])
    np.testing.assert_array_equal(np.sort(Max().backward(x, np.array([np.inf]))), [[0, 0, np.inf]])


def test_infinities_are_numbers():
    x = np.array([[-np.inf, -np.inf, -np.inf], [np.inf, np.inf, np.inf]])
    np.testing.assert_array_equal(Max().forward(x), [-np.inf, np.inf])


def test_an_input_without_the_axis_is_refused():
    with pytest.raises(ShapeError, match=r"Max: expected input with an axis 1, received \(4,\) float64"):
        Max(1).forward(np.ones(4))
