from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import AvgPool1d, AvgPool2d
from minnet_core import ShapeError


@pytest.mark.parametrize("arguments", [(2,), (3, 1, 1), (3, 2, 1, True), (3, 2, 1, True, False)])
def test_it_is_the_pooling_of_images_of_one_row(arguments):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 2, 8))
    size, stride, pad, *rest = (*arguments, *(None, 0)[len(arguments) - 1 :])
    layer, image = AvgPool1d(*arguments), AvgPool2d((1, size), stride and (1, stride), (0, pad), *rest)
    y = layer.forward(x)
    g = rng.standard_normal(y.shape)
    np.testing.assert_allclose(y, image.forward(x[:, :, None])[:, :, 0], rtol=1e-14)
    np.testing.assert_allclose(
        layer.backward(x, g), image.backward(x[:, :, None], g[:, :, None])[:, :, 0], rtol=1e-13, atol=1e-15
    )


def test_overlapping_windows_add_their_gradients():
    layer, x = AvgPool1d(2, 1), np.array([[[0.0, 2.0, 6.0]]])
    np.testing.assert_array_equal(layer.forward(x), [[[1, 4]]])
    np.testing.assert_array_equal(layer.backward(x, np.array([[[2.0, 4.0]]])), [[[1, 3, 2]]])


def test_refusals_name_it_and_its_axes():
    with pytest.raises(ShapeError, match=r"AvgPool1d 2: expected input \(batch, channels, length\), received \(1, 4\)"):
        AvgPool1d(2).forward(np.ones((1, 4)))
