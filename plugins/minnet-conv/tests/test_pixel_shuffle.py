from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import PixelShuffle
from minnet_core import ShapeError


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (1, 2, 3, 0)])
@pytest.mark.parametrize("r", [1, 2, 3])
def test_channels_become_pixels_of_a_block(r, axes):
    x = np.random.default_rng(0).standard_normal((2, 2 * r * r, 3, 4))
    x = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
    layer = PixelShuffle(r)
    y = layer.forward(x)
    assert y.shape == (2, 2, 3 * r, 4 * r)
    for c, h, w in np.ndindex(*y.shape[1:]):
        np.testing.assert_array_equal(y[:, c, h, w], x[:, c * r * r + h % r * r + w % r, h // r, w // r])
    np.testing.assert_array_equal(layer.backward(x, y), x)
    for result in (y, layer.gradInput):
        assert result.transpose(axes).flags.c_contiguous


def test_refusals():
    with pytest.raises(ShapeError, match=r"PixelShuffle 2: expected a multiple of 4 channels, received \(1, 6, 2, 2\)"):
        PixelShuffle(2).forward(np.ones((1, 6, 2, 2)))
    with pytest.raises(ValueError, match="PixelShuffle: expected upscale_factor to be an integer of at least 1"):
        PixelShuffle(0)
