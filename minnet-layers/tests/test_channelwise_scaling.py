from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Affine, ShapeError
from minnet_layers import ChannelwiseScaling


@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 3), (2, 5, 3), (2, 2, 2, 3), (0, 3)])
def test_passes_equal_explicit_sums_for_any_leading_axes(shape):
    rng = np.random.default_rng(0)
    layer = ChannelwiseScaling(3, rng=rng, dtype=np.float64)
    x, g = rng.standard_normal(shape), rng.standard_normal(shape)
    np.testing.assert_allclose(layer.forward(x), x * layer.gamma + layer.beta, rtol=1e-15)
    np.testing.assert_allclose(layer.backward(x, g), g * layer.gamma, rtol=1e-15)
    leading = tuple(range(x.ndim - 1))
    np.testing.assert_allclose(layer.gradGamma, (g * x).sum(axis=leading), atol=1e-13)
    np.testing.assert_allclose(layer.gradBeta, g.sum(axis=leading), atol=1e-13)


def test_gradients_accumulate_over_batches():
    layer = ChannelwiseScaling(2)
    gamma, beta = layer.getGradParameters()
    for _ in range(3):
        layer.backward(np.full((4, 2), 2.0), np.ones((4, 2)))
    np.testing.assert_array_equal(gamma, [24, 24])
    np.testing.assert_array_equal(beta, [12, 12])
    assert gamma is layer.gradGamma
    assert beta is layer.gradBeta


def test_initial_parameters_fill_the_range_of_one_over_the_root_of_n_out():
    layer = ChannelwiseScaling(400, rng=0)
    for parameter in (layer.gamma, layer.beta):
        assert parameter.dtype == np.float32
        assert np.abs(parameter).max() <= 0.05
        assert parameter.min() < -0.048
        assert parameter.max() > 0.048
    assert not np.array_equal(layer.gamma, layer.beta)


def test_a_rebound_parameter_is_used_at_once():
    layer = ChannelwiseScaling(2)
    layer.gamma, layer.beta = np.array([2.0, 3.0]), np.array([0.0, 1.0])
    np.testing.assert_array_equal(layer.forward(np.ones((1, 2))), [[2.0, 4.0]])


@pytest.mark.parametrize("shape", [(4, 2), (4, 1), (3, 4), ()])
def test_an_input_with_another_number_of_features_is_refused(shape):
    layer = ChannelwiseScaling(3)
    x = np.zeros(shape)
    for call in (lambda: layer.forward(x), lambda: layer.backward(x, x), lambda: layer.accGradParameters(x, x)):
        with pytest.raises(ShapeError, match=r"ChannelwiseScaling: expected input \((.*, )?3,?\), received"):
            call()
    assert not layer.gradBeta.any()


def test_a_parameter_rebound_without_a_gradient_of_its_shape_is_an_error():
    layer = ChannelwiseScaling(3)
    layer.gamma, layer.beta = np.ones(1), np.ones(1)
    with pytest.raises(ShapeError, match="expected gradGamma"):
        layer.backward(np.ones((4, 1)), np.ones((4, 1)))
    assert not layer.gradBeta.any()


def test_n_out_must_be_a_positive_integer():
    with pytest.raises(ValueError, match="ChannelwiseScaling: expected n_out to be a positive integer, received 0"):
        ChannelwiseScaling(0)
    with pytest.raises(TypeError, match="ChannelwiseScaling: expected n_out to be a positive integer, received '3'"):
        ChannelwiseScaling("3")


def test_float32_is_accurate_to_float32():
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((512, 30)), rng.standard_normal((512, 30))
    single = ChannelwiseScaling(30, rng=0)
    double = single.clone().astype(np.float64)
    np.testing.assert_allclose(single.forward(x.astype(np.float32)), double.forward(x), rtol=0, atol=1e-6)
    single.backward(x.astype(np.float32), g.astype(np.float32))
    double.backward(x, g)
    np.testing.assert_allclose(single.gradGamma, double.gradGamma, rtol=0, atol=1e-4)
    np.testing.assert_allclose(single.gradBeta, double.gradBeta, rtol=0, atol=1e-4)


def test_it_states_the_map_that_it_is():
    layer = ChannelwiseScaling(3, rng=0, dtype=np.float64)
    affine = layer.as_affine()
    np.testing.assert_array_equal([affine.scale, affine.shift], [layer.gamma, layer.beta])
    assert affine.axis == -1


def test_it_absorbs_a_map_of_its_last_axis_alone():
    layer = ChannelwiseScaling(2, rng=0, dtype=np.float64)
    made = layer.absorb(Affine([2.0, 3.0], [0.5, 1.0]))
    np.testing.assert_allclose(made.gamma, layer.gamma * [2.0, 3.0], rtol=1e-15)
    np.testing.assert_allclose(made.beta, layer.beta * [2.0, 3.0] + [0.5, 1.0], rtol=1e-15)
    assert layer.absorb(Affine([2.0, 3.0], axis=1)) is None, "the input may have any number of axes"
    assert layer.absorb(Affine([2.0, 3.0, 4.0])) is None
    assert layer.absorb(Affine(2.0, axis=1)) is not None


def test_backwardParameters_adds_the_same_gradients_and_computes_none_of_the_input():
    x, g = np.random.default_rng(0).standard_normal((4, 3)), np.random.default_rng(1).standard_normal((4, 3))
    one, other = ChannelwiseScaling(3, rng=0), ChannelwiseScaling(3, rng=0)
    for layer, backward in [(one, one.backward), (other, other.backwardParameters)]:
        layer.forward(x)
        backward(x, g)
        backward(x, g)
    np.testing.assert_array_equal(other.gradGamma, one.gradGamma)
    np.testing.assert_array_equal(other.gradBeta, one.gradBeta)
    assert other.gradInput is None
