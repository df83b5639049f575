from __future__ import annotations

import numpy as np
import pytest

from minnet_tables import Replicate

X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_every_place_of_the_new_axis_is_the_input_and_gradients_add_up(axis):
    layer = Replicate(4, axis)
    y = layer.forward(X)
    for index in range(4):
        np.testing.assert_array_equal(np.take(y, index, axis), X)
    np.testing.assert_array_equal(layer.backward(X, y), 4 * X)
    y[:] = 0
    assert X.any()


def test_half_precision_adds_up_in_single():
    x, layer = np.ones((1, 1), np.float16), Replicate(4096)
    received = layer.backward(x, layer.forward(x))
    np.testing.assert_array_equal(received, np.float16([[4096]]), strict=True)
