from __future__ import annotations

import numpy as np
import pytest

from minnet_layers import SoftMax, SoftMin


@pytest.mark.parametrize("axis", [-1, 0])
def test_it_is_SoftMax_of_the_negative(axis):
    layer, other, rng = SoftMin(axis), SoftMax(axis), np.random.default_rng(0)
    x, g = rng.standard_normal((2, 4, 3))
    np.testing.assert_array_equal(layer.forward(x), other.forward(-x))
    np.testing.assert_array_equal(layer.backward(x, g), -other.backward(-x, g))


def test_the_smallest_number_has_the_largest_probability_however_large_the_others():
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(SoftMin().forward(np.array([[1e4, -1e4, np.inf]])), [[0, 1, 0]])


def test_integers_without_sign_do_not_wrap():
    x = np.array([[0, 1, 200]], np.uint8)
    np.testing.assert_allclose(SoftMin().forward(x), SoftMin().forward(x.astype(np.float32)))


def test_backward_before_forward_is_an_error():
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        SoftMin().backward(np.zeros((2, 3)), np.zeros((2, 3)))
