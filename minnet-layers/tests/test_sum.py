from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_layers import Sum


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"), [((4, 3), 0), ((4, 30), 1), ((2, 4, 3), 1), ((2, 4, 3), -3), ((5,), 0), ((0, 3), 0), ((0, 3), 1)]
)
def test_it_is_the_sum_along_an_axis_and_its_gradient_goes_back_to_all(shape, axis, keepdims):
    rng = np.random.default_rng(0)
    layer, x = Sum(axis, keepdims), rng.standard_normal(shape)
    output = layer.forward(x)
    expected = x.sum(axis=axis, keepdims=keepdims)
    assert output.shape == np.shape(expected)
    np.testing.assert_allclose(output, expected, atol=1e-13)
    g = np.asarray(rng.standard_normal(output.shape))
    gradInput = layer.backward(x, g)
    np.testing.assert_array_equal(gradInput, np.broadcast_to(g if keepdims else np.expand_dims(g, axis), shape))
    assert gradInput.flags.writeable


def test_axes_in_any_memory_order():
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2)).transpose(3, 0, 1, 2)
    for axis in range(4):
        np.testing.assert_allclose(Sum(axis).forward(x), x.sum(axis=axis), atol=1e-13)


def test_half_precision_is_added_in_float32():
    x = np.full((2, 4096), 0.1, np.float16)
    for axis, each in ((1, x), (0, x.T)):
        output = Sum(axis).forward(each)
        assert output.dtype == np.float16
        np.testing.assert_allclose(output, 409.5, rtol=1e-3)


@pytest.mark.parametrize("axis", [2, -3])
def test_an_input_without_the_axis_is_refused(axis):
    for call in (Sum(axis).forward, lambda x: Sum(axis).updateGradInput(x, x)):
        with pytest.raises(ShapeError, match=rf"Sum: expected input with an axis {axis}, received \(4, 3\) float64"):
            call(np.ones((4, 3)))
