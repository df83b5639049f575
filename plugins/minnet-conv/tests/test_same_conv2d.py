from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import SameConv2d
from minnet_core import to_config


def homework(input, W, b):
    """The convolution of older homework: shifts of the kernel over an image padded with zeros."""
    pad = W.shape[2] // 2
    padded = np.pad(input, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height, width = input.shape[2:]
    output = np.zeros((len(input), len(W), height, width))
    for i in range(W.shape[2]):
        for j in range(W.shape[3]):
            output += np.einsum("nchw,oc->nohw", padded[:, :, i : i + height, j : j + width], W[:, :, i, j])
    return output + b[:, None, None]


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("batch", [1, 40])
def test_it_is_what_the_homework_computes(size, batch):
    layer = SameConv2d(2, 3, size, rng=0, dtype="float64")
    assert (layer.W.shape, layer.b.shape) == ((3, 2, size, size), (3,))
    x = np.random.default_rng(0).standard_normal((batch, 2, 4, 6))
    np.testing.assert_allclose(layer.forward(x), homework(x, layer.W, layer.b), atol=1e-12)


def test_an_even_kernel_has_no_middle():
    with pytest.raises(ValueError, match="SameConv2d: expected kernel_size to be odd, received 2"):
        SameConv2d(1, 1, 2)


def test_it_is_made_of_three_arguments():
    assert repr(SameConv2d(1, 4, 3)) == "SameConv2d 1 -> 4, 3x3, padding 1x1"
    assert "padding" not in str(to_config(SameConv2d(1, 4, 3)))
