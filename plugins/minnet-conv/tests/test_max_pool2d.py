from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import MaxPool2d
from minnet_core import ShapeError


def naive(x, g, size, stride, pad, step):
    """Both passes with a loop over everything: the definition."""
    y, gradInput = np.full(g.shape, -np.inf), np.zeros(x.shape)
    for n, c, h, w in np.ndindex(*g.shape):
        best = None
        for i, j in itertools.product(range(size[0]), range(size[1])):
            u, v = h * stride[0] + i * step[0] - pad[0], w * stride[1] + j * step[1] - pad[1]
            if 0 <= u < x.shape[2] and 0 <= v < x.shape[3] and (best is None or x[n, c, u, v] > x[n, c, *best]):
                best = u, v
        if best is not None:
            y[n, c, h, w] = x[n, c, *best]
            gradInput[n, c, *best] += g[n, c, h, w]
    return y, gradInput


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(pairs, pairs, st.integers(0, 1), st.tuples(*[st.integers(1, 2)] * 2), st.booleans(), st.integers(0, 2**32))
def test_both_passes_are_those_of_a_loop_over_all_windows(size, stride, pad, step, ceil_mode, seed):
    rng = np.random.default_rng(seed)
    pads = tuple(min(pad, number // 2) for number in size)
    x = rng.integers(0, 4, (2, 2, *rng.integers(5, 8, 2))).astype(float)  # with many ties
    layer = MaxPool2d(size, stride, pads, step, ceil_mode)
    y = layer.forward(x)
    g = rng.standard_normal(y.shape)
    expected = naive(x, g, size, stride, pads, step)
    np.testing.assert_array_equal(y, expected[0])
    np.testing.assert_allclose(layer.backward(x, g), expected[1], atol=1e-12)


@pytest.mark.parametrize("arguments", [(2,), (3, 2), (3, 1, 1)])
def test_the_order_of_axes_in_memory_changes_nothing_and_is_kept(arguments):
    rng, layer = np.random.default_rng(0), MaxPool2d(*arguments)
    x = rng.standard_normal((4, 3, 6, 8)).astype(np.float32)
    g = rng.standard_normal(layer.forward(x).shape).astype(np.float32)
    y, gradInput = layer.output, layer.backward(x, g)
    innermost = [np.ascontiguousarray(array.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2) for array in (x, g)]
    for gradOutput in (innermost[1], g):
        for result, expected in [
            (layer.forward(innermost[0]), y),
            (layer.backward(innermost[0], gradOutput), gradInput),
        ]:
            np.testing.assert_array_equal(result, expected)
            assert result.transpose(1, 2, 3, 0).flags.c_contiguous
            assert result.dtype == np.float32


@pytest.mark.parametrize("arguments", [(2,), (2, 1), (2, 2, 1)])
def test_the_first_of_equal_maxima_has_the_gradient(arguments):
    layer, x = MaxPool2d(*arguments), np.zeros((1, 1, 4, 4))
    y = layer.forward(x)
    gradInput = layer.backward(x, np.ones_like(y))
    assert gradInput.sum() == y.size
    assert gradInput[0, 0, 0, 0] >= 1
    assert gradInput[0, 0, 3, 3] == (1 if arguments == (2, 2, 1) else 0)


@pytest.mark.parametrize("stride", [2, 1])
def test_a_nan_wins_and_the_last_has_the_gradient(stride):
    x = np.array([[[[np.nan, 5.0, 1.0], [np.nan, 7.0, 2.0]]]])
    layer = MaxPool2d(2, stride)
    np.testing.assert_array_equal(layer.forward(x)[0, 0, 0], [np.nan, 7.0][: 3 - stride])
    g = np.array([[[[3.0, 4.0][: 3 - stride]]]])
    np.testing.assert_array_equal(layer.backward(x, g)[0, 0], [[0, 0, 0], [3, 4 * (stride == 1), 0]])


@pytest.mark.parametrize("stride", [2, 1])
def test_infinite_numbers_and_gradients_stay_where_they_are(stride):
    x = np.array([[[[-np.inf, -np.inf], [-np.inf, -np.inf]]]], np.float32)
    layer = MaxPool2d(2, stride)
    with np.errstate(all="raise"):
        assert layer.forward(x) == -np.inf
        np.testing.assert_array_equal(layer.backward(x, np.full((1, 1, 1, 1), np.inf))[0, 0], [[np.inf, 0], [0, 0]])


def test_padding_is_no_zero_that_could_win():
    layer, x = MaxPool2d(2, 2, 1), np.full((1, 1, 2, 2), -3.0)
    np.testing.assert_array_equal(layer.forward(x), np.full((1, 1, 2, 2), -3.0))


def test_a_last_window_begins_inside_the_image():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(MaxPool2d(2, ceil_mode=True).forward(x)[0, 0], [[4, 5], [7, 8]])
    assert MaxPool2d(2).forward(x).shape == (1, 1, 1, 1)
    assert MaxPool2d(1, 3, ceil_mode=True).forward(x).shape == (1, 1, 1, 1)  # a second one would begin at 3


def test_half_precision_is_added_in_single():
    layer, x = MaxPool2d((1, 3), 1), np.zeros((1, 1, 1, 5), np.float16)
    x[..., 2] = 1
    layer.forward(x)
    gradInput = layer.backward(x, np.array([[[[0.5, 0.5, 1024]]]], np.float16))
    assert gradInput.dtype == np.float16
    assert gradInput[0, 0, 0, 2] == 1025  # where 1024 + 0.5 is 1024


def test_integers_become_floating_and_an_empty_batch_stays_one():
    assert MaxPool2d(2).forward(np.ones((1, 1, 2, 2), np.uint8)).dtype == np.float32
    assert MaxPool2d(2).forward(np.ones((0, 3, 4, 4))).shape == (0, 3, 2, 2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kernel_size": 0}, ValueError, r"kernel_size to be an integer of at least 1, or 2 of them, received 0"),
        ({"kernel_size": 2.0}, TypeError, r"kernel_size .* received 2\.0"),
        ({"kernel_size": (2, 2, 2)}, ValueError, r"kernel_size .* received \(2, 2, 2\)"),
        ({"kernel_size": 2, "stride": 0}, ValueError, "stride .* received 0"),
        ({"kernel_size": 2, "padding": -1}, ValueError, "padding to be an integer of at least 0"),
        ({"kernel_size": 3, "padding": 2}, ValueError, "padding of at most half the kernel_size, 3, received 2"),
        ({"kernel_size": (3, 4), "padding": (0, 3)}, ValueError, "padding .* kernel_size, 3x4, received 0x3"),
    ],
)
def test_what_is_refused_at_once(arguments, error, message):
    with pytest.raises(error, match=f"MaxPool2d: expected {message}"):
        MaxPool2d(**arguments)


def test_inputs_without_a_window_or_with_other_axes_are_refused():
    with pytest.raises(ShapeError, match=r"MaxPool2d 3: expected input \(batch, channels, height, width\) of at least"):
        MaxPool2d(3).forward(np.ones((1, 1, 2, 5)))
    with pytest.raises(ShapeError, match=r"MaxPool2d 3: expected input \(batch, channels, height, width\), received"):
        MaxPool2d(3).forward(np.ones((1, 5, 5)))


def test_backward_needs_a_forward_pass_and_its_shapes():
    layer, x = MaxPool2d(2), np.ones((2, 1, 4, 4))
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        layer.backward(x, np.ones((2, 1, 2, 2)))
    layer.forward(x)
    with pytest.raises(ShapeError, match="expected gradOutput"):
        layer.backward(x, np.ones((2, 1, 4, 4)))
    with pytest.raises(ShapeError, match="expected output"):
        layer.backward(x[:1], np.ones((1, 1, 2, 2)))


def test_its_repr_tells_what_is_not_as_usual():
    assert repr(MaxPool2d(2)) == "MaxPool2d 2"
    assert repr(MaxPool2d((2, 3), 1, 1, 2, True)) == "MaxPool2d 2x3, stride 1, padding 1, dilation 2, ceil_mode"
