from __future__ import annotations

import numpy as np
import pytest

from minnet_core import build, to_config
from minnet_tables import Padding

X = np.arange(1.0, 25.0).reshape(2, 3, 4)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("pad", [2, -2])
@pytest.mark.parametrize("value", [0, np.float32(0.5), float("inf")])
def test_it_is_pad_of_numpy_and_the_padding_has_no_gradient(axis, pad, value):
    layer, widths = Padding(axis, pad, value), [(0, 0)] * 3
    widths[axis] = (max(-pad, 0), max(pad, 0))
    np.testing.assert_array_equal(layer.forward(X), np.pad(X, widths, constant_values=value))
    np.testing.assert_array_equal(layer.backward(X, layer.output), X)
    if np.isfinite(value):
        assert repr(build(to_config(layer))) == repr(layer)


def test_integers_are_padded_in_floating_numbers():
    np.testing.assert_array_equal(Padding(1, 1, -0.5).forward(np.uint8([[1]])), np.float32([[1, -0.5]]), strict=True)
