from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import ShapeError
from minnet_core.testing import check_gradients
from minnet_layers import BatchNormalization

EPS = BatchNormalization.EPS


@settings(deadline=None)
@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 5), st.integers(1, 4)),
    axis=st.integers(-3, 2),
    seed=st.integers(0, 99),
    offset=st.floats(-1e3, 1e3),
)
def test_output_has_mean_zero_and_its_variance_is_that_of_the_batch_less_eps(shape, axis, seed, offset):
    x = np.random.default_rng(seed).standard_normal(shape) * 3 + offset
    others = tuple({0, 1, 2} - {axis % 3})
    y = BatchNormalization(axis=axis).forward(x)
    variance = x.var(axis=others)
    np.testing.assert_allclose(y.mean(axis=others), 0, atol=1e-10)
    np.testing.assert_allclose(y.var(axis=others), variance / (variance + EPS), atol=1e-10)


def test_moving_statistics_start_from_the_first_batch_and_then_follow_alpha():
    rng = np.random.default_rng(0)
    first, second = rng.standard_normal((5, 3)) + 2, rng.standard_normal((7, 3)) * 4
    layer = BatchNormalization(alpha=0.9)
    assert layer.moving_mean is None
    assert layer.namedBuffers() == {}
    layer.forward(first)
    np.testing.assert_allclose(layer.moving_mean, first.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, first.var(axis=0), rtol=1e-13)
    layer.forward(second)
    np.testing.assert_allclose(layer.moving_mean, 0.9 * first.mean(axis=0) + 0.1 * second.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, 0.9 * first.var(axis=0) + 0.1 * second.var(axis=0), rtol=1e-12)
    assert list(layer.namedBuffers()) == ["moving_mean", "moving_variance"]


def test_alpha_zero_remembers_the_last_batch_alone():
    x = np.random.default_rng(0).standard_normal((5, 3))
    layer = BatchNormalization()
    layer.forward(np.full((2, 3), 100.0))
    trained = layer.forward(x)
    layer.evaluate()
    np.testing.assert_allclose(layer.forward(x), trained, rtol=1e-12)


def test_evaluation_before_training_takes_mean_zero_and_variance_one():
    layer = BatchNormalization()
    layer.evaluate()
    x = np.array([[1.0, -2.0]])
    np.testing.assert_allclose(layer.forward(x), x / np.sqrt(1 + EPS), rtol=1e-15)
    np.testing.assert_allclose(layer.backward(x, x), x / np.sqrt(1 + EPS), rtol=1e-15)
    assert layer.moving_mean is None


def test_evaluation_uses_and_keeps_the_moving_statistics_that_a_user_sets():
    layer = BatchNormalization(axis=1)
    layer.moving_mean, layer.moving_variance = np.array([1.0, 2.0]), np.array([4.0, 9.0])
    layer.evaluate()
    x = np.random.default_rng(0).standard_normal((2, 2, 3)).astype(np.float32)
    mean, deviation = np.array([1.0, 2.0])[:, None], np.sqrt(np.array([4.0, 9.0]) + EPS)[:, None]
    y, gradInput = layer.forward(x), layer.backward(x, x)
    np.testing.assert_allclose(y, (x - mean) / deviation, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(gradInput, x / deviation, rtol=1e-6)
    assert y.dtype == gradInput.dtype == np.float32
    np.testing.assert_array_equal(layer.moving_mean, [1.0, 2.0])


def test_gradient_in_training_is_orthogonal_to_shifts_and_scales():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((8, 3)), rng.standard_normal((8, 3))
    layer = BatchNormalization()
    layer.EPS = 0.0
    layer.forward(x)
    gradInput = layer.backward(x, g)
    np.testing.assert_allclose(gradInput.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((gradInput * x).sum(axis=0), 0, atol=1e-13)


@pytest.mark.parametrize(
    ("shape", "axis"), [((5, 1), -1), ((2, 3), 0), ((3, 2, 4), -1), ((3, 2, 4), 1), ((2, 3, 2, 2), 1)]
)
@pytest.mark.parametrize("mode", ["train", "evaluate"])
def test_gradients_equal_central_differences_on_any_axis(shape, axis, mode):
    layer = BatchNormalization(alpha=0.5, axis=axis)
    layer.forward(np.random.default_rng(1).standard_normal(shape))
    getattr(layer, mode)()
    check_gradients(layer, np.random.default_rng(0).standard_normal(shape))


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("offset", [0.0, 1000.0, -30000.0])
def test_float32_far_from_zero_is_as_accurate_as_its_input(offset, axis):
    rng = np.random.default_rng(0)
    x = (rng.standard_normal((64, 16, 9)) + offset).astype(np.float32)
    g = rng.standard_normal(x.shape).astype(np.float32)
    single, double = BatchNormalization(axis=axis), BatchNormalization(axis=axis)
    y, expected = single.forward(x), double.forward(x.astype(np.float64))
    np.testing.assert_allclose(y, expected, rtol=0, atol=3e-6)
    np.testing.assert_allclose(single.backward(x, g), double.backward(x.astype(np.float64), g), rtol=0, atol=1e-5)
    np.testing.assert_allclose(single.moving_variance, double.moving_variance, rtol=1e-5)
    np.testing.assert_allclose(single.moving_mean, double.moving_mean, rtol=1e-7, atol=3e-6)


def test_an_outlier_in_the_first_place_costs_no_accuracy():
    x = np.random.default_rng(0).standard_normal((256, 4)).astype(np.float32)
    x[0] = 1e4
    np.testing.assert_allclose(
        BatchNormalization().forward(x), BatchNormalization().forward(x.astype(np.float64)), rtol=0, atol=5e-6
    )


@settings(deadline=None)
@given(value=st.floats(-(2.0**100), 2.0**100, width=32), batch=st.integers(1, 70), axis=st.sampled_from([-1, 1]))
def test_a_constant_feature_gives_exactly_zero(value, batch, axis):
    x = np.full((batch, 3, 3), value, np.float32)
    layer = BatchNormalization(axis=axis)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        np.testing.assert_array_equal(layer.forward(x), np.zeros_like(x))
        assert np.isfinite(layer.backward(x, np.ones_like(x))).all()
    np.testing.assert_array_equal(layer.moving_mean, x[0, 0])
    np.testing.assert_array_equal(layer.moving_variance, np.zeros(3))


def test_backward_in_training_mode_needs_a_forward_in_training_mode():
    layer, x = BatchNormalization(), np.ones((2, 3))
    with pytest.raises(RuntimeError, match="BatchNormalization: expected updateOutput in training mode"):
        layer.backward(x, x)
    layer.forward(x)
    layer.evaluate()
    layer.forward(x)
    layer.train()
    with pytest.raises(RuntimeError, match="BatchNormalization: expected updateOutput in training mode"):
        layer.backward(x, x)


@pytest.mark.parametrize("mode", ["train", "evaluate"])
def test_a_batch_with_another_number_of_features_is_refused_and_changes_nothing(mode):
    layer = BatchNormalization(axis=1)
    layer.forward(np.random.default_rng(0).standard_normal((4, 3, 2)))
    mean = layer.moving_mean.copy()
    getattr(layer, mode)()
    for wrong in (1, 4):
        with pytest.raises(ShapeError, match=rf"expected input \(4, 3, 2\), received \(4, {wrong}, 2\)"):
            layer.forward(np.zeros((4, wrong, 2)))
    np.testing.assert_array_equal(layer.moving_mean, mean)


def test_an_empty_batch_can_be_evaluated_but_not_trained_on():
    layer, empty = BatchNormalization(), np.zeros((0, 3))
    with pytest.raises(ShapeError, match="expected at least one sample in training mode"):
        layer.forward(empty)
    assert layer.moving_mean is None
    layer.evaluate()
    assert layer.forward(empty).shape == (0, 3)


def test_an_axis_that_the_input_does_not_have_is_an_error():
    with pytest.raises(ValueError, match="axis 1 is out of bounds"):
        BatchNormalization(axis=1).forward(np.zeros(3))


@pytest.mark.parametrize("alpha", [-0.1, 1.5, float("nan")])
def test_alpha_must_lie_between_zero_and_one(alpha):
    with pytest.raises(ValueError, match="BatchNormalization: expected alpha from 0 to 1"):
        BatchNormalization(alpha)


def test_a_numpy_scalar_alpha_does_not_promote_float32():
    layer = BatchNormalization(alpha=np.float64(0.9))
    for _ in range(2):
        layer.forward(np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32))
    assert layer.moving_mean.dtype == layer.moving_variance.dtype == np.float32


def test_default_axis_is_the_last_of_any_number():
    x = np.random.default_rng(0).standard_normal((4, 5, 3)).transpose(1, 0, 2)
    layer = BatchNormalization()
    output = layer.forward(x)
    expected = (x - x.mean(axis=(0, 1))) / np.sqrt(x.var(axis=(0, 1)) + layer.EPS)
    np.testing.assert_allclose(output, expected, atol=1e-12)
    fresh = BatchNormalization()
    fresh.evaluate()
    np.testing.assert_allclose(fresh.forward(x), x / np.sqrt(1 + layer.EPS), atol=1e-12)
    check_gradients(layer, x)


@pytest.mark.parametrize(
    ("axis", "shape"), [(-1, (6, 3)), (1, (6, 3)), (1, (2, 3, 4, 5)), (0, (3, 4)), (-2, (2, 3, 4))]
)
@pytest.mark.parametrize("is_trained", [True, False])
def test_it_states_the_map_that_it_is_in_evaluation_mode(axis, shape, is_trained):
    layer, x = BatchNormalization(axis=axis), np.random.default_rng(0).standard_normal(shape)
    if is_trained:
        layer.forward(3 * x + 100)
    stated = layer.as_affine()
    layer.evaluate()
    np.testing.assert_allclose(stated(x), layer.forward(x), rtol=1e-12, atol=1e-12)


def test_it_states_a_finite_map_of_a_feature_that_never_varies():
    layer = BatchNormalization()
    layer.forward(np.full((5, 2), 7.0, np.float32))
    np.testing.assert_allclose(layer.as_affine().scale, 1 / np.sqrt(layer.EPS))


def test_its_map_is_calculated_in_float64_whatever_the_statistics_are_in():
    layer = BatchNormalization()
    layer.forward(np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32))
    variance = layer.moving_variance.astype(np.float64)
    np.testing.assert_allclose(layer.as_affine().scale, (variance + layer.EPS) ** -0.5, rtol=1e-15)


@pytest.mark.parametrize("alpha", [0.0, 0.9, 1.0])
@pytest.mark.parametrize(("axis", "one"), [(-1, (1, 3)), (1, (1, 3, 1, 1))])
def test_a_batch_with_one_value_of_each_feature_leaves_the_moving_statistics_alone(alpha, axis, one):
    layer = BatchNormalization(alpha, axis)
    x = np.random.default_rng(0).standard_normal(one)
    layer.forward(x)
    assert layer.moving_mean is layer.moving_variance is None
    layer.evaluate()
    np.testing.assert_allclose(layer.forward(x), x / np.sqrt(1 + EPS), rtol=1e-15)
    layer.train()
    layer.forward(np.random.default_rng(1).standard_normal((4, *one[1:])))
    before = {name: array.copy() for name, array in layer.namedBuffers().items()}
    layer.forward(x)
    for name, array in layer.namedBuffers().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("shape", [(100, 3), (5000, 40)])
def test_float16_is_normalized_where_its_squares_and_sums_overflow(shape):
    x = (np.random.default_rng(0).standard_normal(shape) * 300 + 300).astype(np.float16)
    layer = BatchNormalization()
    exact = x.astype(np.float64)
    expected = BatchNormalization().forward(exact)
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(layer.forward(x), expected, atol=4e-3)
        layer.backward(x, x)
        layer.evaluate()
        np.testing.assert_allclose(layer.forward(x), expected, atol=4e-3)


ORDERS = {"NCHW": (0, 1, 2, 3), "CHWN": (1, 2, 3, 0), "NHWC": (0, 2, 3, 1), "HCNW": (2, 1, 0, 3)}


def images(rng, order, dtype="float32", offset=0.0):
    """More numbers than are added in double precision, ``(batch, channels, height, width)``, in an order in memory."""
    drawn = (rng.standard_normal((16, 5, 18, 13)) + offset).astype(dtype)
    return np.ascontiguousarray(drawn.transpose(order)).transpose(np.argsort(order))


@pytest.mark.parametrize("offset", [0.0, 3000.0])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_images_are_normalized_in_the_order_in_which_they_lie_in_memory(order, offset):
    rng = np.random.default_rng(0)
    x, g = images(rng, order, offset=offset), images(rng, order)
    layer = BatchNormalization(axis=1)
    y, gradInput = layer.forward(x), layer.backward(x, g)
    assert y.strides == gradInput.strides == x.strides
    assert y.dtype == gradInput.dtype == layer.moving_mean.dtype == np.float32
    wide, others = x.astype(np.float64), (0, 2, 3)
    inverse = 1 / np.sqrt(wide.var(others, keepdims=True) + EPS)
    normal = (wide - wide.mean(others, keepdims=True)) * inverse
    back = g - g.mean(others, keepdims=True) - normal * (g * normal).mean(others, keepdims=True)
    np.testing.assert_allclose(y, normal, rtol=0, atol=2e-6)
    np.testing.assert_allclose(gradInput, back * inverse, rtol=0, atol=4e-6)
    np.testing.assert_allclose(layer.moving_mean, wide.mean(others), rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(layer.moving_variance, wide.var(others), rtol=1e-6)
    layer.evaluate()
    np.testing.assert_allclose(layer.forward(x), y, atol=1e-3 if offset else 3e-6)
    assert layer.output.strides == x.strides


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_gradOutput_in_another_order_and_an_input_with_gaps_are_taken(order):
    rng = np.random.default_rng(0)
    x, g = images(rng, order, "float64")[:, ::2, ::-1], images(rng, ORDERS["NHWC"], "float64")[:, ::2]
    x = np.concatenate([x, x + 1, x * 2])[::-1]
    g = np.concatenate([g, g, -g])
    x.flags.writeable = g.flags.writeable = False
    layer, other = BatchNormalization(axis=1), BatchNormalization(axis=-1)
    last = np.ascontiguousarray(x.swapaxes(1, -1)), np.ascontiguousarray(g.swapaxes(1, -1))
    np.testing.assert_allclose(layer.forward(x), other.forward(last[0]).swapaxes(1, -1), atol=1e-12)
    np.testing.assert_allclose(layer.backward(x, g), other.backward(*last).swapaxes(1, -1), atol=1e-12)


def test_many_images_of_float16_are_summed_in_float32():
    x = (images(np.random.default_rng(0), ORDERS["NCHW"]) * 300 + 300).astype(np.float16)
    layer, wide = BatchNormalization(axis=1), BatchNormalization(axis=1)
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(layer.forward(x), wide.forward(x.astype(np.float64)), atol=4e-3)
        gradInput = layer.backward(x, x)
    assert gradInput.dtype == np.float16
    np.testing.assert_allclose(gradInput, wide.backward(x.astype(np.float64), x.astype(np.float64)), atol=4e-3)


def test_an_axis_that_many_numbers_do_not_have_is_an_error():
    with pytest.raises(ValueError, match="axis 1 is out of bounds"):
        BatchNormalization(axis=1).forward(np.zeros(20000))
