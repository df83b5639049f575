from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Affine, ShapeError, to_config
from minnet_layers import Linear


def test_output_is_the_affine_map():
    layer = Linear(3, 2)
    layer.W, layer.b = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]), np.array([0.5, -1.0])
    np.testing.assert_array_equal(
        layer.forward(np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])), [[7.5, 1.0], [2.5, -1.0]]
    )


@settings(deadline=None, max_examples=50)
@given(n_in=st.integers(1, 6), n_out=st.integers(1, 6), batch=st.integers(0, 5), seed=st.integers(0, 99))
def test_passes_equal_explicit_sums_for_any_sizes(n_in, n_out, batch, seed):
    rng = np.random.default_rng(seed)
    layer = Linear(n_in, n_out, rng=rng, dtype=np.float64)
    x, g = rng.standard_normal((batch, n_in)), rng.standard_normal((batch, n_out))
    np.testing.assert_allclose(layer.forward(x), np.einsum("si,ji->sj", x, layer.W) + layer.b, atol=1e-13)
    np.testing.assert_allclose(layer.backward(x, g), np.einsum("sj,ji->si", g, layer.W), atol=1e-13)
    np.testing.assert_allclose(layer.gradW, np.einsum("sj,si->ji", g, x), atol=1e-13)
    np.testing.assert_allclose(layer.gradb, g.sum(axis=0), atol=1e-13)


def test_initial_parameters_fill_the_range_of_one_over_the_root_of_n_in():
    layer = Linear(16, 500, rng=0)
    for parameter in (layer.W, layer.b):
        assert parameter.dtype == np.float32
        assert np.abs(parameter).max() <= 0.25
        assert parameter.min() < -0.24
        assert parameter.max() > 0.24
    assert not layer.gradW.any()
    assert not layer.gradb.any()


def test_a_seed_decides_the_parameters_in_every_dtype_and_the_global_generator_does_not_matter():
    np.random.seed(0)
    one = Linear(3, 2, rng=5, dtype=np.float64)
    np.random.seed(1)
    other = Linear(3, 2, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(one.W.astype(np.float32), other.W)
    np.testing.assert_array_equal(one.b.astype(np.float32), other.b)
    assert not np.array_equal(Linear(3, 2).W, Linear(3, 2).W)


def test_without_bias_there_is_one_parameter():
    layer = Linear(3, 2, bias=False)
    assert layer.b is None
    assert layer.gradb is None
    assert list(layer.namedParameters()) == ["W"]
    np.testing.assert_array_equal(layer.forward(np.zeros((4, 3))), np.zeros((4, 2)))
    layer.backward(np.ones((4, 3)), np.ones((4, 2)))
    np.testing.assert_array_equal(layer.gradW, np.full((2, 3), 4))


def test_a_rebound_parameter_is_used_at_once_with_its_shape():
    layer = Linear(3, 2)
    layer.forward(np.ones((1, 3)))
    layer.W, layer.b = np.full((4, 5), 2.0), np.ones(4)
    layer.gradW, layer.gradb = np.zeros((4, 5)), np.zeros(4)
    assert repr(layer) == "Linear 5 -> 4"
    np.testing.assert_array_equal(layer.forward(np.ones((1, 5))), np.full((1, 4), 11.0))
    np.testing.assert_array_equal(layer.backward(np.ones((1, 5)), np.ones((1, 4))), np.full((1, 5), 8.0))


def test_a_weight_rebound_without_a_gradient_of_its_shape_is_an_error():
    layer = Linear(3, 2)
    layer.W, layer.b = np.ones((1, 3)), np.ones(1)
    with pytest.raises(ShapeError, match=r"expected gradW \(1, 3\), received \(2, 3\)"):
        layer.backward(np.ones((4, 3)), np.ones((4, 1)))


def test_integer_parameters_of_a_homework_check_work():
    layer = Linear(2, 2)
    layer.W, layer.b = np.array([[1, 2], [3, 4]]), np.array([0.5, 0.0])
    np.testing.assert_array_equal(layer.forward(np.array([[1, 1]])), [[3.5, 7.0]])


@pytest.mark.parametrize("shape", [(3,), (4, 2), (2, 4, 3), ()])
def test_an_input_of_another_shape_is_refused(shape):
    layer = Linear(3, 2)
    message = rf"Linear 3 -> 2: expected input \(batch, 3\), received \({', '.join(map(str, shape))}"
    with pytest.raises(ShapeError, match=message):
        layer.forward(np.zeros(shape))
    with pytest.raises(ShapeError, match=message):
        layer.accGradParameters(np.zeros(shape), np.zeros((4, 2)))
    assert not layer.gradW.any()


@pytest.mark.parametrize("sizes", [{"n_in": 0, "n_out": 2}, {"n_in": 3, "n_out": -1}])
def test_sizes_must_be_positive(sizes):
    with pytest.raises(ValueError, match=r"Linear: expected n_(in|out) to be a positive integer, received (0|-1)"):
        Linear(**sizes)


def test_sizes_must_be_integers_of_any_kind():
    with pytest.raises(TypeError, match=r"Linear: expected n_in to be a positive integer, received 3\.0"):
        Linear(3.0, 2)
    assert Linear(np.int64(3), 2).W.shape == (2, 3)


def test_dtype_must_be_floating():
    with pytest.raises(TypeError, match="expected a floating dtype, received int64"):
        Linear(3, 2, dtype=np.int64)


def test_float32_is_accurate_to_float32():
    rng = np.random.default_rng(0)
    layer = Linear(300, 50, rng=0)
    x, g = rng.standard_normal((64, 300)), rng.standard_normal((64, 50))
    exact = layer.clone().astype(np.float64)
    for result, expected in [
        (layer.forward(x.astype(np.float32)), exact.forward(x)),
        (layer.backward(x.astype(np.float32), g.astype(np.float32)), exact.backward(x, g)),
        (layer.gradW, exact.gradW),
        (layer.gradb, exact.gradb),
    ]:
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


def test_it_absorbs_a_scale_and_a_shift_of_its_outputs():
    layer = Linear(3, 2, rng=0, dtype=np.float64)
    made = layer.absorb(Affine([2.0, -3.0], [0.5, 1.0]))
    np.testing.assert_allclose(made.W, layer.W * [[2.0], [-3.0]], rtol=1e-15)
    np.testing.assert_allclose(made.b, layer.b * [2.0, -3.0] + [0.5, 1.0], rtol=1e-15)


def test_absorbing_makes_a_bias_only_where_one_is_needed():
    layer = Linear(3, 2, bias=False, rng=0)
    assert layer.absorb(Affine([2.0, 3.0])).b is None
    made = layer.absorb(Affine(1.0, [2.0, 3.0]))
    np.testing.assert_array_equal(made.b, np.array([2.0, 3.0], np.float32))
    assert list(made.namedParameters()) == ["W", "b"]
    assert to_config(made)["bias"] is True


def test_it_absorbs_maps_of_its_own_outputs_alone():
    layer = Linear(3, 2)
    assert layer.absorb(Affine([1.0, 2.0], axis=1)) is not None
    assert layer.absorb(Affine([1.0, 2.0], axis=0)) is None
    assert layer.absorb(Affine([1.0, 2.0], axis=2)) is None
    assert layer.absorb(Affine([1.0, 2.0, 3.0])) is None


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_absorbing_keeps_the_dtype_and_rounds_once(dtype):
    layer = Linear(3, 2, rng=0, dtype=dtype)
    scale, shift = np.array([1 / 3, 7.0]), np.array([0.1, -0.1])
    made = layer.absorb(Affine(scale, shift))
    np.testing.assert_array_equal(made.W, (layer.W * scale[:, None]).astype(dtype))
    np.testing.assert_array_equal(made.b, (layer.b * scale + shift).astype(dtype))
    assert {array.dtype for array in (made.W, made.b, made.gradW, made.gradb)} == {np.dtype(dtype)}


def test_integer_weights_are_absorbed_into_as_floating_ones():
    layer = Linear(2, 2)
    layer.W = np.array([[1, 2], [3, 4]])
    np.testing.assert_array_equal(layer.absorb(Affine(0.5)).W, [[0.5, 1.0], [1.5, 2.0]])


def test_backwardParameters_adds_the_same_gradients_and_computes_none_of_the_input():
    x, g = np.random.default_rng(0).standard_normal((4, 3)), np.random.default_rng(1).standard_normal((4, 2))
    one, other = Linear(3, 2, rng=0), Linear(3, 2, rng=0)
    for layer, backward in [(one, one.backward), (other, other.backwardParameters)]:
        layer.forward(x)
        backward(x, g)
        backward(x, g)
    np.testing.assert_array_equal(other.gradW, one.gradW)
    np.testing.assert_array_equal(other.gradb, one.gradb)
    assert other.gradInput is None
