from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import GlobalAvgPool2d
from minnet_core import ShapeError


@pytest.mark.parametrize("axes", [(0, 1, 2, 3), (1, 2, 3, 0)])
def test_it_is_the_mean_and_its_gradient_is_shared(axes):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((3, 4, 5, 6)), rng.standard_normal((3, 4))
    x = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
    layer = GlobalAvgPool2d()
    np.testing.assert_allclose(layer.forward(x), x.mean((2, 3)), rtol=1e-12)
    gradInput = layer.backward(x, g)
    np.testing.assert_allclose(gradInput, np.broadcast_to(g[:, :, None, None] / 30, x.shape), rtol=1e-14)
    assert gradInput.strides == x.strides


def test_sums_of_half_precision_do_not_overflow():
    layer, x = GlobalAvgPool2d(), np.full((1, 1, 30, 30), 3000, np.float16)
    assert layer.forward(x) == 3000
    assert layer.backward(x, np.ones((1, 1), np.float16)).dtype == np.float16


def test_refusals():
    layer = GlobalAvgPool2d()
    with pytest.raises(ShapeError, match=r"GlobalAvgPool2d: expected input \(batch, channels, height, width\)"):
        layer.forward(np.ones((2, 3)))
    with pytest.raises(ShapeError, match="with pixels"):
        layer.forward(np.ones((2, 3, 0, 4)))
    with pytest.raises(ShapeError, match=r"expected gradOutput \(2, 3\)"):
        layer.updateGradInput(np.ones((2, 3, 2, 2)), np.ones((2, 3, 1, 1)))
