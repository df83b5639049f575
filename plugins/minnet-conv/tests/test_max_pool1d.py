from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import MaxPool1d, MaxPool2d
from minnet_core import ShapeError


@pytest.mark.parametrize("arguments", [(2,), (3, 1, 1), (3, 2, 1, 2, True)])
def test_it_is_the_pooling_of_images_of_one_row(arguments):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 5, (3, 2, 9)).astype(float)
    size, stride, pad, step, ceil_mode = (*arguments, *(None, 0, 1, False)[len(arguments) - 1 :])
    layer = MaxPool1d(*arguments)
    image = MaxPool2d((1, size), stride and (1, stride), (0, pad), (1, step), ceil_mode)
    y = layer.forward(x)
    g = rng.standard_normal(y.shape)
    np.testing.assert_array_equal(y, image.forward(x[:, :, None])[:, :, 0])
    np.testing.assert_array_equal(layer.backward(x, g), image.backward(x[:, :, None], g[:, :, None])[:, :, 0])


def test_overlapping_windows_add_their_gradients():
    layer, x = MaxPool1d(3, 1), np.array([[[0.0, 1.0, 5.0, 2.0, 5.0]]])
    np.testing.assert_array_equal(layer.forward(x), [[[5, 5, 5]]])
    np.testing.assert_array_equal(layer.backward(x, np.array([[[1.0, 2.0, 4.0]]])), [[[0, 0, 7, 0, 0]]])


def test_refusals_name_it_and_its_axes():
    with pytest.raises(ShapeError, match=r"MaxPool1d 2: expected input \(batch, channels, length\), received \(1, 4\)"):
        MaxPool1d(2).forward(np.ones((1, 4)))
    with pytest.raises(ValueError, match="MaxPool1d: expected stride to be an integer of at least 1, received 0"):
        MaxPool1d(2, 0)
