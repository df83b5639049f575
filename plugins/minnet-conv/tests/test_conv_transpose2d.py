from __future__ import annotations

import numpy as np
import pytest

from minnet_conv import Conv2d, ConvTranspose2d
from minnet_core import ShapeError

rng = np.random.default_rng(0)
LENGTHS = (7,) * 2


@pytest.mark.parametrize("batch", [1, 80])
@pytest.mark.parametrize(
    "arguments",
    [{}, {"stride": 2, "padding": 1}, {"dilation": 2}, {"padding": 3}, {"groups": 2, "stride": 3, "padding": 1}],
)
def test_it_is_the_gradient_of_the_convolution_with_its_weights(batch, arguments):
    convolution = Conv2d(4, 2, 3, **arguments, bias=False, rng=0, dtype="float64")
    output = convolution.forward(rng.standard_normal((batch, 4, *LENGTHS)))
    x = rng.standard_normal(output.shape)
    gradient = convolution.updateGradInput(np.zeros((batch, 4, *LENGTHS)), x)
    short = 0 if arguments.get("stride", 1) == 1 else 0 if arguments["stride"] == 2 else (7 + 2 - 3) % 3
    layer = ConvTranspose2d(2, 4, 3, **arguments, output_padding=short, bias=False, dtype="float64")
    layer.W[...] = convolution.W
    np.testing.assert_allclose(layer.forward(x), gradient, atol=1e-12)
    g = rng.standard_normal(gradient.shape)
    np.testing.assert_allclose(layer.updateGradInput(x, g), convolution.forward(g), atol=1e-12)


def test_a_number_becomes_the_kernel_and_the_bias_is_everywhere():
    layer = ConvTranspose2d(1, 2, 3, rng=0, dtype="float64")
    output = layer.forward(np.full((1, 1) + (1,) * 2, 2.0))
    np.testing.assert_allclose(output[0], 2 * layer.W[0] + layer.b.reshape(2, *(1,) * 2))


def test_output_padding_is_what_the_bias_alone_reaches():
    layer = ConvTranspose2d(1, 1, 1, stride=2, output_padding=1, rng=0)
    output = layer.forward(np.ones((1, 1) + (2,) * 2, np.float32))
    assert output.shape == (1, 1) + (4,) * 2
    assert output[(0, 0) + (-1,) * 2] == layer.b[0]


def test_gradients_add_up_without_that_of_the_input():
    layer, x = ConvTranspose2d(2, 3, 2, rng=0), rng.standard_normal((2, 2) + (3,) * 2).astype(np.float32)
    g = np.ones((2, 3) + (4,) * 2, np.float32)
    layer.backward(x, g)
    once, gradW = layer.gradW.copy(), layer.gradW
    layer.backwardParameters(x, g)
    np.testing.assert_array_equal(layer.gradW, 2 * once)
    assert layer.gradW is gradW
    np.testing.assert_array_equal(layer.gradb, [4 * 4**2] * 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"output_padding": 1}, "expected output_padding below stride or dilation"),
        ({"padding": "same"}, "expected padding to be an integer"),
        ({"groups": 2}, "expected in_channels to be a multiple of groups, 2, received 1"),
    ],
)
def test_other_arguments_are_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        ConvTranspose2d(1, 2, 3, **arguments)


def test_other_inputs_are_refused():
    with pytest.raises(ShapeError, match=r"expected input \(batch, 2,"):
        ConvTranspose2d(2, 1, 3).forward(np.zeros((1, 3) + (4,) * 2))
    with pytest.raises(ShapeError, match="whose output is not all cut off by padding"):
        ConvTranspose2d(2, 1, 1, padding=1).forward(np.zeros((1, 2) + (2,) * 2))


def test_it_says_what_it_is():
    layer = ConvTranspose2d(2, 4, 3, stride=2, output_padding=1, groups=2)
    three, two, one = ("x".join([each] * 2) for each in "321")
    assert repr(layer) == f"ConvTranspose2d 2 -> 4, {three}, stride {two}, groups 2, output padding {one}"
