"""Compiled steps and inference of images do what the modules do, in whatever order images lie in memory."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, Flatten, MaxPool2d, SameConv2d
from minnet_core import Module, Sequential, ShapeError, compile
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import (
    ELU,
    BatchNormalization,
    Dropout,
    Identity,
    LeakyReLU,
    Linear,
    LogSoftMax,
    ReLU,
    Residual,
    SiLU,
    SoftPlus,
)
from minnet_optimizers import SGD
from minnet_test_support.steps import called_step

PAIR = st.tuples(st.integers(1, 2), st.integers(1, 3))


class Doubling(Module):
    """A layer that says no operations."""

    def updateOutput(self, input):
        self.output = 2 * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * gradOutput
        return self.gradInput


def trained(model, criterion, x, t, executor=None, steps=3):
    """Train, compiled if an executor is named, and return the losses."""
    optimizer = SGD(model, lr=0.05, momentum=0.9)
    if executor:
        step = compile(model, criterion, optimizer, executor=executor)
        return step, [step.step(x, t) for _ in range(steps)]
    return None, [called_step(model, criterion, optimizer, x, t) for _ in range(steps)]


def assert_trains_alike(model, criterion, x, t, rtol=1e-9):
    """Compare modules with each executor, and return the last compiled step."""
    compiled = {executor: model.clone() for executor in ("numpy", "auto")}
    _, losses = trained(model, criterion, x, t)
    for executor, copy in compiled.items():
        step, others = trained(copy, criterion, x, t, executor)
        np.testing.assert_allclose(others, losses, rtol)
        for name, array in model.namedParameters().items():
            np.testing.assert_allclose(copy.namedParameters()[name], array, rtol, rtol, err_msg=name)
        for name, array in model.namedBuffers().items():
            np.testing.assert_allclose(copy.namedBuffers()[name], array, rtol, rtol, err_msg=name)
        np.testing.assert_allclose(step.output, model.output, rtol, rtol)
    return step


def between(draw):
    """A layer that changes no shape."""
    kinds = (
        ReLU,
        ELU,
        SoftPlus,
        LeakyReLU,
        lambda: BatchNormalization(0.9, axis=1),
        Doubling,
        lambda: Dropout(0.3, rng=5),
        lambda: Residual(SiLU(), Doubling()),
    )
    return draw(st.sampled_from(kinds))()


@st.composite
def networks(draw):
    """A network of images, and an input of it."""
    channels, seed = draw(st.integers(1, 3)), draw(st.integers(0, 99))
    shape = (draw(st.sampled_from([1, 3, 16, 40])), channels, draw(st.integers(8, 9)), draw(st.integers(12, 13)))
    groups = draw(st.sampled_from([1, channels]))
    wide = groups * draw(st.integers(1, 3))
    mode = draw(st.sampled_from(["zeros", "zeros", "circular"]))
    kernel, stride, padding = draw(PAIR), draw(PAIR), draw(st.tuples(st.integers(0, 1), st.integers(0, 2)))
    how = {"rng": seed, "dtype": "float64", "bias": draw(st.booleans())}
    layers = [
        Conv2d(channels, wide, kernel, stride, padding, padding_mode=mode, groups=groups, **how),
        between(draw),
        SameConv2d(wide, 2, 3, rng=seed + 1, dtype="float64"),
        between(draw),
        draw(st.sampled_from([MaxPool2d, AvgPool2d]))(draw(PAIR), draw(PAIR)),
        *draw(
            st.sampled_from(
                [
                    [],
                    [Residual(SameConv2d(2, 2, 3, rng=4, dtype="float64"))],
                    [Conv2d(2, 2, 2, dilation=(1, 2), padding=1, rng=3, dtype="float64")],
                ]
            )
        ),
        Flatten(1),
    ]
    if draw(st.booleans()):
        layers.insert(0, between(draw))
    model = Sequential(*layers)
    x = np.random.default_rng(seed).normal(size=shape)
    features = model.clone().forward(x).shape[1]
    model.add(Linear(features, 3, rng=1, dtype="float64")).add(LogSoftMax())
    return model, x


@given(networks())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_drawn_networks_train_as_their_modules_do(network):
    model, x = network
    assert_trains_alike(model, ClassNLLCriterion(), x, np.arange(len(x)) % 3)


@given(networks())
@settings(max_examples=15, deadline=None, derandomize=True)
def test_drawn_networks_infer_as_their_modules_do(network):
    model, x = network
    model.forward(x)
    model.evaluate()
    for executor in ("numpy", "auto"):
        np.testing.assert_allclose(compile(model, executor=executor).forward(x), model.forward(x), 1e-9, 1e-9)


def test_what_is_flattened_otherwise_is_as_the_modules_do():
    x = np.random.default_rng(0).normal(size=(4, 2, 3, 3))
    for start in (-3, 1):
        model = Sequential(SameConv2d(2, 2, 3, rng=0, dtype="float64"), Flatten(start))
        assert_trains_alike(model, MSECriterion(), x, np.zeros((4, 18)))
    model = Sequential(SameConv2d(2, 2, 3, rng=0, dtype="float64"), Flatten(5))
    with pytest.raises(ShapeError, match="Flatten 5"):
        compile(model, MSECriterion(), SGD(model, lr=0.1)).step(x, np.zeros((4, 18)))


@pytest.mark.parametrize(
    "first",
    [
        lambda: ConvTranspose2d(1, 2, 3, rng=0, dtype="float64"),
        lambda: Conv2d(1, 2, 3, padding=1, padding_mode="reflect", rng=0, dtype="float64"),
        lambda: Conv2d(1, 2, 2, padding="same", rng=0, dtype="float64"),
    ],
)
def test_a_layer_that_is_called_first_learns(first):
    """What comes behind it is trained through the view of what it leaves in memory."""
    model = Sequential(first(), ReLU(), MaxPool2d(2), Flatten(1))
    x = np.random.default_rng(0).normal(size=(20, 1, 6, 6))
    before = model[0].W.copy()
    assert_trains_alike(model, MSECriterion(), x, np.zeros_like(model.clone().forward(x)))
    assert np.abs(model[0].W - before).max() > 1e-3


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [Conv2d(1, 2, 3, rng=0, dtype="float64"), BatchNormalization(0.9, axis=1), Flatten(1)],
        lambda: [Flatten(1)],
        lambda: [Identity(), Flatten(1)],
    ],
)
def test_outputs_are_those_of_the_modules(layers):
    model = Sequential(*layers())
    x = np.random.default_rng(0).normal(size=(4, 1, 6, 6))
    model.add(Linear(model.clone().forward(x).shape[1], 3, rng=1, dtype="float64"))
    copy = model.clone()
    step = compile(copy, MSECriterion())
    step.forward(x, np.zeros((4, 3)))
    step.set_outputs()
    model.forward(x)
    for layer, compiled in zip(model, copy, strict=True):
        np.testing.assert_allclose(compiled.output, layer.output, 1e-12, 1e-12)
        assert not np.may_share_memory(compiled.output, x)


def test_an_infinite_gradient_stays_with_its_maximum():
    x = np.random.default_rng(0).normal(size=(2, 1, 2, 4))
    given = []
    for executor in ("modules", "numpy"):
        model = Sequential(Conv2d(1, 1, 1, rng=0, bias=False, dtype="float64"), MaxPool2d(2))
        target = np.zeros((2, 1, 1, 2))
        target[0] = -np.inf
        with np.errstate(invalid="ignore"):
            trained(model, MSECriterion(), x, target, None if executor == "modules" else executor, steps=1)
        given.append(model[0].gradW)
    np.testing.assert_array_equal(*given)


@pytest.mark.parametrize("batch", [16, 17, 40])
@pytest.mark.parametrize("groups", [1, 2])
def test_networks_of_float32_train_as_their_modules_do(batch, groups):
    how = {"rng": 0, "groups": groups}
    model = Sequential(
        Conv2d(2, 4, (3, 2), (1, 2), (1, 2), dilation=(2, 1), **how),
        SiLU(),
        Residual(MaxPool2d(3, 1, 1), SameConv2d(4, 4, 3, rng=1)),
        Conv2d(4, 6, 3, padding=1, padding_mode="circular", **how),
        MaxPool2d(2, 3, ceil_mode=True),
        AvgPool2d(2, 1, 1, count_include_pad=False),
        Flatten(1),
    )
    x = np.random.default_rng(0).normal(size=(batch, 2, 9, 11)).astype(np.float32)
    features = model.clone().forward(x).shape[1]
    model.add(Linear(features, 3, rng=2)).add(LogSoftMax())
    assert_trains_alike(model, ClassNLLCriterion(), x, np.arange(batch) % 3, rtol=1e-4)


@pytest.mark.parametrize("batch", [1, 20])
def test_sequences_train_as_their_modules_do(batch):
    model = Sequential(
        Conv1d(2, 3, 3, padding=1, rng=0, dtype="float64"),
        ReLU(),
        Conv1d(3, 2, 2, stride=2, rng=1, dtype="float64"),
        Flatten(1),
        Linear(8, 3, rng=2, dtype="float64"),
        LogSoftMax(),
    )
    x = np.random.default_rng(0).normal(size=(batch, 2, 9))
    step = assert_trains_alike(model, ClassNLLCriterion(), x, np.arange(batch) % 3)
    assert "called" not in step.describe()


def test_images_may_be_what_comes_out():
    model = Sequential(
        Conv2d(2, 4, 3, padding=1, rng=0, dtype="float64"), ReLU(), Conv2d(4, 2, 3, padding=1, rng=1, dtype="float64")
    )
    x, t = np.random.default_rng(0).normal(size=(2, 6, 2, 5, 4))
    assert_trains_alike(model, MSECriterion(), x, t)


def small(dtype):
    return Sequential(
        Conv2d(1, 4, 3, rng=0, dtype=dtype),
        ReLU(),
        MaxPool2d(2),
        Conv2d(4, 5, 3, stride=2, padding=1, rng=1, dtype=dtype),
        ELU(),
        AvgPool2d(2, 1),
        Flatten(1),
        Linear(20, 3, rng=2, dtype=dtype),
        LogSoftMax(),
    )


def test_every_row_of_images_is_computed_in_c():
    kernels = pytest.importorskip("minnet_fast.kernels")
    x = np.random.default_rng(0).normal(size=(33, 1, 12, 12)).astype(np.float32)
    before = kernels.counts()
    assert_trains_alike(small("float32"), ClassNLLCriterion(), x, np.arange(33) % 3, rtol=2e-5)
    after = kernels.counts()
    of_images = [name for name in after if "pool" in name or name.startswith(("conv", "channel"))]
    assert len(of_images) == 8
    assert [name for name in of_images if after[name] == before[name]] == []


def test_a_nan_wins_and_has_the_gradient_compiled_too():
    x = np.random.default_rng(0).normal(size=(16, 1, 5, 4))
    x[3, 0, :2, :2] = np.nan
    pool = Sequential(SameConv2d(1, 1, 1, rng=0, dtype="float64"), MaxPool2d((2, 3), 1))
    want = pool.clone()
    want.zeroGradParameters()
    output = want.forward(x)
    want.backward(x, MSECriterion().backward(output, np.zeros_like(output)))
    step = compile(pool, MSECriterion(), SGD(pool, lr=0.0), executor="numpy")
    step.step(x, np.zeros_like(output))
    np.testing.assert_array_equal(step.output, output)
    np.testing.assert_allclose(pool[0].gradW, want[0].gradW)
    assert np.isnan(output).any()
