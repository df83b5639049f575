"""`minnet_core.fuse` with the layers of minnet: random nets, both dtypes, and a stranger's layers among them."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Sequential, fuse, load, save
from minnet_layers import (
    ELU,
    BatchNormalization,
    ChannelwiseScaling,
    Dropout,
    LeakyReLU,
    Linear,
    LogSoftMax,
    ReLU,
    SoftMax,
    SoftPlus,
)

FOLDED = (BatchNormalization, ChannelwiseScaling, Dropout)
FUNCTIONS = (ReLU, LeakyReLU, ELU, SoftPlus, SoftMax, LogSoftMax)
TOLERANCE = {np.float64: 1e-9, np.float32: 1e-4}

n_feats = st.integers(1, 5)


@st.composite
def nets(draw, dtype, depth=2):
    """Random layers one after another, some of them in Sequentials of their own; with the number of its inputs."""
    n_in = n = draw(n_feats)
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    layers = []
    for kind in draw(st.lists(st.sampled_from(["Linear", "map", "map", "map", "function", "inner"]), max_size=8)):
        if kind == "Linear":
            n_out = draw(n_feats)
            layers.append(Linear(n, n_out, bias=draw(st.booleans()), rng=rng, dtype=dtype))
            n = n_out
        elif kind == "map":
            layers.append(
                draw(
                    st.one_of(
                        st.builds(BatchNormalization, alpha=st.sampled_from([0.0, 0.9]), axis=st.sampled_from([-1, 1])),
                        st.builds(ChannelwiseScaling, st.just(n), rng=st.just(rng), dtype=st.just(dtype)),
                        st.builds(Dropout, p=st.sampled_from([0.0, 0.5]), rng=st.just(rng)),
                    )
                )
            )
        elif kind == "function":
            layers.append(draw(st.sampled_from(FUNCTIONS))())
        elif depth:
            inner, _, n = draw(nets_from(n, dtype, depth - 1))
            layers.append(inner)
    return Sequential(*layers), n_in, n


@st.composite
def nets_from(draw, n_in, dtype, depth):
    layers = [Linear(n_in, n_in, rng=0, dtype=dtype), Dropout(rng=0)]
    inner, n, n_out = draw(nets(dtype, depth))
    return Sequential(*layers, Linear(n_in, n, rng=1, dtype=dtype), inner), n_in, n_out


def trained(model, n_in, dtype, passes):
    """Send batches through, so that there are statistics, each layer's of another size and place."""
    rng = np.random.default_rng(0)
    for _ in range(passes):
        model.forward((rng.standard_normal((8, n_in)) * rng.uniform(0.1, 10) + rng.uniform(-5, 5)).astype(dtype))
    return model


def expect_same(fused, model, x, rtol):
    """Both passes are those of the model in evaluation mode, up to rounding of the numbers that are added up."""
    model = copy.deepcopy(model)
    model.evaluate()
    expected, received = model.forward(x), fused.forward(x)
    assert received.dtype == expected.dtype
    np.testing.assert_allclose(received, expected, rtol=rtol, atol=rtol * max(1, np.abs(expected).max(initial=0)))
    g = np.random.default_rng(1).standard_normal(expected.shape).astype(expected.dtype)
    expected, received = model.backward(x, g), fused.backward(x, g)
    assert received.dtype == expected.dtype
    np.testing.assert_allclose(received, expected, rtol=rtol, atol=rtol * max(1, np.abs(expected).max(initial=0)))


@settings(deadline=None, max_examples=150)
@given(data=st.data(), passes=st.integers(0, 3))
def test_in_float64_a_fused_net_is_the_net_in_evaluation_mode(data, passes):
    model, n_in, _ = data.draw(nets(np.float64))
    trained(model, n_in, np.float64, passes)
    x = np.random.default_rng(2).standard_normal((6, n_in))
    expect_same(fuse(model), model, x, 1e-9)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), passes=st.integers(0, 3))
def test_in_float32_a_fused_net_is_as_near_to_the_exact_one_as_the_net_itself(data, passes):
    model, n_in, _ = data.draw(nets(np.float32))
    trained(model, n_in, np.float32, passes)
    x = np.random.default_rng(2).standard_normal((6, n_in)).astype(np.float32)
    fused = fuse(model)
    exact = model.clone().astype(np.float64)
    for net in (model, exact):
        net.evaluate()
    expected, received = exact.forward(x.astype(np.float64)), fused.forward(x)
    assert received.dtype == np.float32
    # The sums that cancel are as large in the one as in the other; and normalizations in a row magnify what comes of
    # rounding the folded parameters.
    rounded = fuse(exact).astype(np.float32).astype(np.float64)
    error = np.abs(model.forward(x) - expected).max(initial=0)
    error += np.abs(rounded.forward(x.astype(np.float64)) - expected).max(initial=0)
    np.testing.assert_allclose(received, expected, atol=8 * error + 2e-6 * max(1, np.abs(expected).max(initial=0)))


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_every_map_right_after_a_linear_layer_is_folded(data):
    model, n_in, _ = data.draw(nets(np.float64))
    fused = fuse(trained(model, n_in, np.float64, 1))
    assert not any(isinstance(layer, Dropout) for layer in fused.modules[1:])
    assert not any(isinstance(layer, Sequential) for layer in fused)
    for layer, after in zip(fused.modules, fused.modules[1:], strict=False):
        if isinstance(after, FOLDED):
            assert not isinstance(layer, Linear)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("x", [np.arange(12, dtype=np.uint8), np.arange(12), np.arange(12) % 2 == 0])
def test_integer_input_gives_what_it_gives_in_the_model(x, dtype):
    x = x.reshape(4, 3)
    for layers in ([Dropout()], [Dropout(), ReLU()], [Linear(3, 2, rng=0, dtype=dtype), BatchNormalization()]):
        model = Sequential(*layers)
        model.forward(x)
        expect_same(fuse(model), model, x, TOLERANCE[dtype])


def test_float16_stays_float16():
    model = Sequential(Linear(3, 4, rng=0), BatchNormalization(), ChannelwiseScaling(4, rng=1), ReLU())
    model.forward(np.random.default_rng(0).standard_normal((8, 3)).astype(np.float32))
    model.astype(np.float16)
    expect_same(fuse(model), model, np.random.default_rng(1).standard_normal((5, 3)).astype(np.float16), 1e-2)


def test_images_are_normalized_as_before():
    """A feature axis that is not the last one is nothing that a linear layer or a scaling has."""
    model = Sequential(ReLU(), BatchNormalization(axis=1), ChannelwiseScaling(4, rng=0, dtype="float64"))
    x = np.random.default_rng(0).standard_normal((5, 3, 2, 4))
    model.forward(x)
    fused = fuse(model)
    assert [type(layer) for layer in fused] == [ReLU, BatchNormalization, ChannelwiseScaling]
    expect_same(fused, model, x, 1e-9)


def test_statistics_of_another_size_are_refused_as_before():
    model = Sequential(Linear(3, 4), BatchNormalization())
    model.forward(np.ones((2, 3), np.float32))
    model.modules[0] = Linear(3, 5)
    fused = fuse(model)
    with pytest.raises(ValueError, match="expected input"):
        fused.forward(np.ones((2, 3), np.float32))


def test_a_feature_without_variance_and_far_from_zero_is_folded_exactly_enough():
    model = Sequential(Linear(3, 2, rng=0), BatchNormalization())
    model[0].W[:] = 0
    model[0].b[:] = [1e4, -1e4]
    x = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    model.forward(x)
    expect_same(fuse(model), model, x, 1e-4)


def test_a_fused_model_is_saved_loaded_and_smaller(tmp_path):
    model = Sequential(
        *(Dropout(rng=0), Linear(3, 8, bias=False, rng=0), BatchNormalization(), ChannelwiseScaling(8, rng=0), ELU()),
        *(Dropout(rng=0), Linear(8, 2, rng=0), BatchNormalization(), LogSoftMax()),
    )
    x = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    model.forward(x)
    fused = fuse(model)
    loaded = load(save(fused, tmp_path / "fused.safetensors"))
    assert type(loaded) is Sequential
    assert repr(loaded) == "Dropout\nLinear 3 -> 8\nELU\nLinear 8 -> 2\nLogSoftMax\n"
    assert list(loaded.namedParameters()) == ["1.W", "1.b", "3.W", "3.b"]
    np.testing.assert_array_equal(loaded.forward(x), fused.forward(x))
