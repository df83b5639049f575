from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import Conv2d
from minnet_core import Affine, ShapeError

rng = np.random.default_rng(0)


def test_a_kernel_is_laid_on_the_image_as_it_is_and_not_in_a_mirror():
    layer, x = Conv2d(1, 1, 2, bias=False, dtype="float64"), np.arange(6.0).reshape(1, 1, 2, 3)
    layer.W[...] = [[[[1, 10], [100, 1000]]]]
    np.testing.assert_array_equal(layer.forward(x), [[[[4310, 5421]]]])


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.integers(1, 3), st.sampled_from([1, 40]), st.integers(0, 2), st.sampled_from(["zeros", "replicate"]))
def test_shifted_images_have_shifted_outputs(kernel_size, batch, padding, mode):
    layer = Conv2d(2, 3, kernel_size, padding=padding, padding_mode=mode, rng=0, dtype="float64")
    x = rng.standard_normal((batch, 2, 9, 9))
    output, shifted = layer.forward(x), layer.forward(np.roll(x, (1, 2), (2, 3)))
    inside = slice(4, -4 if output.shape[2] > 9 else output.shape[2] - 3)
    np.testing.assert_allclose(
        shifted[:, :, inside, inside], np.roll(output, (1, 2), (2, 3))[:, :, inside, inside], atol=1e-12
    )


@pytest.mark.parametrize("batch", [1, 3, 40])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_batch_gives_what_its_images_give_alone(batch, dtype):
    layer = Conv2d(3, 4, 3, padding=1, rng=0, dtype=dtype)
    x = rng.standard_normal((batch, 3, 5, 6)).astype(dtype)
    output = layer.forward(x)
    assert output.dtype == dtype
    alone = np.concatenate([layer.forward(x[k : k + 1]) for k in range(batch)])
    np.testing.assert_allclose(output, alone, rtol=0, atol=20 * np.finfo(dtype).eps)


def test_groups_are_convolutions_side_by_side():
    layer = Conv2d(4, 6, (2, 3), groups=2, rng=0, dtype="float64")
    x, g = rng.standard_normal((40, 4, 4, 6)), rng.standard_normal((40, 6, 3, 4))
    output, gradInput = layer.forward(x), layer.backward(x, g)
    for k in range(2):
        half, channels, outputs = (
            Conv2d(2, 3, (2, 3), dtype="float64"),
            slice(2 * k, 2 * k + 2),
            slice(3 * k, 3 * k + 3),
        )
        half.W, half.b = layer.W[outputs], layer.b[outputs]
        np.testing.assert_allclose(output[:, outputs], half.forward(x[:, channels]), atol=1e-12)
        np.testing.assert_allclose(gradInput[:, channels], half.backward(x[:, channels], g[:, outputs]), atol=1e-12)
        np.testing.assert_allclose(layer.gradW[outputs], half.gradW, atol=1e-10)


def test_the_batch_is_innermost_in_memory_of_results():
    layer, x = Conv2d(1, 2, 3, padding=1), np.zeros((8, 1, 5, 5), np.float32)
    output = layer.forward(x)
    assert output.transpose(1, 2, 3, 0).flags.c_contiguous
    assert layer.backward(x, output).transpose(1, 2, 3, 0).flags.c_contiguous


def test_gradients_add_up_in_the_same_arrays_and_without_the_inputs():
    layer, x = Conv2d(2, 2, 2, rng=0), rng.standard_normal((2, 2, 4, 4)).astype(np.float32)
    gradW, g = layer.gradW, np.ones((2, 2, 3, 3), np.float32)
    layer.forward(x)
    layer.backward(x, g)
    once = gradW.copy()
    layer.gradInput = None
    layer.backwardParameters(x, g)
    np.testing.assert_array_equal(layer.gradW, 2 * once)
    assert layer.gradW is gradW
    assert layer.gradInput is None
    np.testing.assert_array_equal(layer.gradb, [36, 36])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 3, 5, 5), r"Conv2d 2 -> 1, 3x3: expected input \(batch, 2, height, width\), received \(2, 3, 5, 5\)"),
        ((2, 5, 5), r"Conv2d 2 -> 1, 3x3: expected input \(batch, 2, height, width\), received \(2, 5, 5\)"),
        ((2, 2, 2, 5), r"Conv2d 2 -> 1, 3x3: expected images on which a kernel of 3x3 finds room, received \(2, 5\)"),
    ],
)
def test_other_inputs_are_refused(shape, message):
    with pytest.raises(ShapeError, match=message):
        Conv2d(2, 1, 3).forward(np.zeros(shape))


def test_padding_that_the_image_has_not_is_refused():
    with pytest.raises(ShapeError, match="at least 4 numbers along an axis that is padded by 3 in mode reflect"):
        Conv2d(1, 1, 3, padding=3, padding_mode="reflect").forward(np.zeros((1, 1, 3, 9)))


def test_other_gradients_are_refused_and_change_nothing():
    layer, x = Conv2d(1, 2, 3), np.zeros((2, 1, 5, 5))
    layer.forward(x)
    for call in (layer.updateGradInput, layer.accGradParameters):
        with pytest.raises(ShapeError, match=r"expected gradOutput \(2, 2, 3, 3\), received \(2, 2, 3, 4\)"):
            call(x, np.ones((2, 2, 3, 4)))
    assert not layer.gradW.any()


def test_channels_that_cannot_be_grouped_are_refused():
    with pytest.raises(ValueError, match="Conv2d: expected out_channels to be a multiple of groups, 2, received 3"):
        Conv2d(4, 3, 1, groups=2)


def test_extremes_neither_overflow_nor_spread():
    layer, x = Conv2d(1, 1, 2, dtype="float64"), np.full((1, 1, 3, 3), 1e300)
    layer.W[...] = [[[[1.0, -1.0], [0.5, -0.5]]]]
    x[0, 0, 0, 0] = -1e300
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(layer.forward(x)).all()


@pytest.mark.parametrize("bias", [True, False])
def test_a_map_of_channels_is_absorbed(bias):
    layer = Conv2d(2, 3, 2, stride=2, bias=bias, groups=1, rng=0, dtype="float64")
    affine, x = Affine([2.0, -1.0, 0.5], [1.0, 0.0, 3.0], axis=1), rng.standard_normal((2, 2, 4, 4))
    folded = layer.absorb(affine)
    np.testing.assert_allclose(folded.forward(x), affine(layer.forward(x)), atol=1e-12)
    assert not np.shares_memory(folded.W, layer.W)


def test_what_is_no_map_of_channels_is_not_absorbed():
    layer = Conv2d(2, 3, 2)
    assert layer.absorb(Affine([1.0, 2.0, 3.0], axis=-1)) is None
    assert layer.absorb(Affine([1.0, 2.0], axis=1)) is None
    assert layer.absorb(Affine(2.0)).b is not None


def test_one_seed_is_one_network_in_every_dtype():
    single, double = Conv2d(2, 3, 3, rng=5), Conv2d(2, 3, 3, rng=5, dtype="float64")
    np.testing.assert_array_equal(single.W, double.W.astype(np.float32))
    assert np.abs(double.W).max() <= 18**-0.5
