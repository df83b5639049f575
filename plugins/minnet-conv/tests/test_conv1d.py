from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import Conv1d, Conv2d
from minnet_core import Affine, ShapeError

rng = np.random.default_rng(0)


@pytest.mark.parametrize("batch", [1, 40])
@pytest.mark.parametrize(
    "arguments", [{}, {"stride": 2, "padding": 1, "dilation": 2}, {"padding": "same"}, {"padding": 2, "groups": 2}]
)
def test_it_is_a_convolution_of_images_of_one_row(batch, arguments):
    layer = Conv1d(2, 4, 3, **arguments, rng=0, dtype="float64")
    pairs = {
        name: value if isinstance(value, str) or name == "groups" else (0 if name == "padding" else 1, value)
        for name, value in arguments.items()
    }
    image = Conv2d(2, 4, (1, 3), **pairs, dtype="float64")
    image.W, image.b = layer.W[:, :, None], layer.b
    x = rng.standard_normal((batch, 2, 9))
    output = layer.forward(x)
    np.testing.assert_allclose(output, image.forward(x[:, :, None])[:, :, 0], atol=1e-12)
    g = rng.standard_normal(output.shape)
    gradInput = layer.backward(x, g)
    np.testing.assert_allclose(gradInput, image.backward(x[:, :, None], g[:, :, None])[:, :, 0], atol=1e-12)
    np.testing.assert_allclose(layer.gradW, image.gradW[:, :, 0], atol=1e-10)
    np.testing.assert_allclose(layer.gradb, image.gradb, atol=1e-10)


def test_it_is_numpys_correlation():
    layer, x = Conv1d(1, 1, 3, bias=False, dtype="float64"), rng.standard_normal((1, 1, 8))
    np.testing.assert_allclose(layer.forward(x)[0, 0], np.correlate(x[0, 0], layer.W[0, 0]), atol=1e-14)


def test_other_inputs_are_refused():
    with pytest.raises(
        ShapeError, match=r"Conv1d 2 -> 1, 3: expected input \(batch, 2, length\), received \(2, 3, 5\)"
    ):
        Conv1d(2, 1, 3).forward(np.zeros((2, 3, 5)))
    with pytest.raises(ShapeError, match="Conv1d 2 -> 1, 3: expected images on which a kernel of"):
        Conv1d(2, 1, 3).forward(np.zeros((2, 2, 2)))


def test_a_map_of_channels_is_absorbed():
    layer, affine = Conv1d(2, 2, 2, rng=0, dtype="float64"), Affine([2.0, 3.0], [1.0, -1.0], axis=1)
    x = rng.standard_normal((3, 2, 5))
    np.testing.assert_allclose(layer.absorb(affine).forward(x), affine(layer.forward(x)), atol=1e-12)
