"""A compiled step does what the modules do: the same losses, gradients, parameters, buffers and random numbers."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Module, Sequential, ShapeError, compile
from minnet_core.state import generator_states
from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable, MSECriterion
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
from minnet_optimizers import SGD, Adam, AdamW, RMSprop
from minnet_test_support.steps import called_step


class Doubling(Module):
    """A layer that says no operations."""

    def updateOutput(self, input):
        self.output = 2 * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * gradOutput
        return self.gradInput


def arrays_of(model):
    return (
        model.namedParameters()
        | model.namedBuffers()
        | {f"grad {k}": v for k, v in model.namedGradParameters().items()}
    )


def assert_alike(one, other, rtol):
    for name, array in arrays_of(one).items():
        np.testing.assert_allclose(arrays_of(other)[name], array, rtol, rtol, err_msg=name)
    assert generator_states(one) == generator_states(other)


def small():
    return Sequential(Linear(3, 4, rng=0, dtype="float64"), ReLU(), Linear(4, 2, rng=1, dtype="float64"), LogSoftMax())


def batch(rows=5, features=3, classes=2, dtype="float64", seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, features)).astype(dtype), rng.integers(0, classes, rows)


WIDTHS = st.integers(1, 7)


@st.composite
def networks(draw):
    """A network in float64, its input, its target, its criterion, and what makes its optimizer."""
    width = first = draw(WIDTHS)
    seed = draw(st.integers(0, 100))
    layers = []
    for index in range(draw(st.integers(1, 5))):
        kind = draw(st.integers(0, 9))
        if kind <= 2:
            wider = draw(WIDTHS)
            layers.append(Linear(width, wider, draw(st.booleans()), rng=seed + index, dtype="float64"))
            width = wider
        else:
            layers.append(
                [
                    ReLU,
                    lambda: ELU(draw(st.sampled_from([1.0, 0.5]))),
                    lambda: LeakyReLU(draw(st.sampled_from([0.03, 0.0, 1.5, -0.5]))),
                    SoftPlus,
                    lambda: BatchNormalization(0.9),
                    partial(ChannelwiseScaling, width, rng=seed, dtype="float64"),
                    lambda: Dropout(draw(st.sampled_from([0.5, 0.3, 0.0, 1.0])), rng=seed),
                ][kind - 3]()
            )
    if draw(st.booleans()):
        layers.insert(draw(st.integers(0, len(layers))), Doubling())
    if draw(st.booleans()):
        middle = len(layers) // 2
        layers = [Sequential(*layers[:middle]), *layers[middle:]] if middle else layers
    end = draw(st.sampled_from([LogSoftMax, SoftMax, None]))
    if end is not None:
        layers.append(end())
    rows = draw(st.integers(1, 9))
    rng = np.random.default_rng(seed)
    input = rng.normal(size=(rows, first))
    if draw(st.booleans()):
        input = np.asfortranarray(input)
    classes = rng.integers(0, width, rows)
    if end is LogSoftMax:
        target = draw(st.sampled_from([classes, classes.astype(np.uint8), np.eye(width)[classes]]))
        criterion = ClassNLLCriterion()
    elif end is SoftMax:
        target, criterion = classes, ClassNLLCriterionUnstable()
    else:
        target, criterion = rng.normal(size=(rows, width)), MSECriterion()
    make = draw(
        st.sampled_from(
            [
                lambda module: SGD(module, lr=0.1),
                lambda module: SGD(module, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
                lambda module: AdamW(module, lr=0.01, eps=1e-3),  # or a gradient that is 0 but for rounding would count
                lambda module: RMSprop(module, lr=0.01, eps=1e-3, centered=True),
            ]
        )
    )
    return Sequential(*layers), criterion, make, input, target


@settings(max_examples=150, deadline=None)
@given(networks())
def test_drawn_networks_train_as_their_modules_do(drawn):
    model, criterion, make, input, target = drawn
    twin = model.clone()
    optimizer, other = make(model), make(twin)
    compiled = compile(model, criterion, optimizer, executor="numpy")
    for _ in range(3):
        loss = compiled.step(input, target)
        expected = called_step(twin, criterion, other, input, target)
        assert loss == pytest.approx(expected, rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(compiled.output, twin.output, 1e-9, 1e-9)
    assert_alike(twin, model, 1e-8)
    assert optimizer.t == other.t == 3
    compiled.set_outputs()
    for module, one in zip(model.modules, twin.modules, strict=True):
        assert module.output.shape == one.output.shape


def test_large_arrays_are_worked_through_in_blocks():
    def network():
        layers = [Linear(600, 700, rng=0), ELU(), ChannelwiseScaling(700, rng=1), LeakyReLU(), SoftPlus(), ReLU()]
        return Sequential(*layers, Linear(700, 10, rng=2), LogSoftMax())

    model, twin = network(), network()
    input, target = batch(300, 600, 10, "float32")
    compiled = compile(model, ClassNLLCriterion(), SGD(model, lr=0.01), executor="numpy")
    optimizer = SGD(twin, lr=0.01)
    for _ in range(3):
        loss = compiled.step(input, target)
        assert loss == pytest.approx(called_step(twin, ClassNLLCriterion(), optimizer, input, target), rel=1e-5)
    assert_alike(twin, model, 1e-4)


@pytest.mark.parametrize("p", [0.5, 0.25, 0.1])
def test_dropout_draws_what_the_module_would_bit_for_bit(p):
    model = Sequential(Linear(3, 5, rng=0), Dropout(p, rng=1), Dropout(p, rng=2))
    twin = model.clone()
    input = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    compiled = compile(model, MSECriterion(), executor="numpy")
    for _ in range(3):
        compiled.forward(input, np.zeros((7, 5), np.float32))
        assert np.array_equal(compiled.output == 0, twin.forward(input) == 0)
    assert generator_states(model) == generator_states(twin)


def rebind_parameter(model):
    model.modules[0].W = model.modules[0].W * 2


def set_option(model):
    model.modules[3].p = 0.25


def set_mode_of_one(model):
    model.modules[3].evaluate()


def exchange_layer(model):
    model.modules[1] = ELU()


def add_layer(model):
    model.add(ReLU())


def redefine_pass(model):
    layer = model.modules[1]
    layer.updateOutput = lambda x: ReLU.updateOutput(layer, x * 2)


def exchange_class(model):
    model.modules[1].__class__ = type("Other", (Doubling,), {})


def convert(model):
    model.astype("float32")


def share(model):
    model.modules[2].share(model.modules[0])


CHANGES = [
    rebind_parameter,
    set_option,
    set_mode_of_one,
    exchange_layer,
    add_layer,
    redefine_pass,
    exchange_class,
    convert,
    share,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_between_steps_is_noticed(change):
    def network():
        layers = [
            Linear(3, 3, rng=0, dtype="float64"),
            ReLU(),
            Linear(3, 3, rng=1, dtype="float64"),
            Dropout(0.5, rng=2),
        ]
        return Sequential(*layers)

    model, twin = network(), network()
    compiled, optimizer = compile(model, MSECriterion(), SGD(model, lr=0.1), executor="numpy"), SGD(twin, lr=0.1)
    input, target = np.random.default_rng(0).normal(size=(2, 6, 3))
    for step in range(4):
        if step == 2:
            change(model)
            change(twin)
        loss = compiled.step(input, target)
        expected = called_step(twin, MSECriterion(), optimizer, input, target)
        assert loss == pytest.approx(expected, rel=1e-5 if change is convert else 1e-9), step
    assert_alike(twin, model, 1e-5 if change is convert else 1e-9)


def test_a_learning_rate_that_a_schedule_sets_counts_from_the_next_step():
    model, twin = small(), small()
    compiled, other = compile(model, ClassNLLCriterion(), Adam(model), executor="numpy"), Adam(twin)
    for lr in (0.1, 0.01, 0.001):
        compiled.optimizer.lr = other.lr = lr
        compiled.step(*batch())
        called_step(twin, ClassNLLCriterion(), other, *batch())
    assert_alike(twin, model, 1e-9)


def test_a_part_of_the_model_is_trained_by_an_optimizer_of_it():
    model, twin = small(), small()
    head = Sequential(model.modules[2])
    compiled = compile(model, ClassNLLCriterion(), SGD(head, lr=0.1), executor="numpy")
    frozen = model.modules[0].W.copy()
    optimizer = SGD(Sequential(twin.modules[2]), lr=0.1)
    for _ in range(3):
        compiled.step(*batch())
        called_step(twin, ClassNLLCriterion(), optimizer, *batch())
    assert np.array_equal(model.modules[0].W, frozen)
    assert_alike(twin, model, 1e-9)


def test_gradients_can_be_changed_before_the_update():
    model, twin = small(), small()
    compiled = compile(model, ClassNLLCriterion(), SGD(model, lr=0.1), executor="numpy")
    compiled.forward(*batch())
    compiled.backward()
    _, gradients = model.flattenParameters()
    gradients *= 2
    compiled.update()
    called_step(twin, ClassNLLCriterion(), SGD(twin, lr=0.2), *batch())
    np.testing.assert_allclose(model.flattenParameters()[0], twin.flattenParameters()[0], 1e-12)


def test_a_parameter_that_is_rebound_before_the_update_is_updated():
    model, twin = small(), small()
    compiled = compile(model, ClassNLLCriterion(), SGD(model, lr=0.1), executor="numpy")
    compiled.forward(*batch())
    compiled.backward()
    model.modules[0].W = np.ones((4, 3))
    compiled.update()
    twin.zeroGradParameters()
    twin.backward(batch()[0], ClassNLLCriterion().backward(twin.forward(batch()[0]), batch()[1]))
    np.testing.assert_allclose(model.modules[0].W, 1 - 0.1 * twin.modules[0].gradW)


@pytest.mark.parametrize(
    ("input", "target"),
    [
        (np.zeros((5, 4)), np.zeros(5, int)),
        (np.zeros((5, 3)), np.zeros(4, int)),
        (np.zeros((5, 3)), np.array([0, 1, 2, 0, 0])),
        (np.zeros((5, 3)), np.array([0, 1, -1, 0, 0])),
        (np.zeros((5, 3)), np.zeros(5)),
        (np.zeros((0, 3)), np.zeros(0, int)),
        ([[0.0, 0.0, 0.0]], np.zeros(1, int)),
    ],
)
def test_bad_batches_are_refused_as_by_the_modules_and_nothing_is_lost(input, target):
    model, twin = small(), small()
    compiled = compile(model, ClassNLLCriterion(), SGD(model, lr=0.1), executor="numpy")
    compiled.step(*batch())
    before = {name: array.copy() for name, array in model.namedParameters().items()}
    with pytest.raises((TypeError, ValueError)) as expected:
        ClassNLLCriterion().forward(twin.forward(input), target)
    with pytest.raises(type(expected.value)) as raised:
        compiled.step(input, target)
    assert str(raised.value) == str(expected.value)
    assert all(np.array_equal(array, before[name]) for name, array in model.namedParameters().items())
    compiled.step(*batch())


def test_an_error_says_where_in_the_model_it_came_from():
    compiled = compile(small(), ClassNLLCriterion(), executor="numpy")
    with pytest.raises(ShapeError) as raised:
        compiled.forward(np.zeros((5, 4)), np.zeros(5, int))
    assert "in Sequential[0]: Linear 3 -> 4" in raised.value.__notes__[0]


def test_steps_leave_no_byte_and_take_no_more_than_the_modules():
    model = Sequential(
        Linear(64, 128, rng=0), BatchNormalization(0.9), ReLU(), Dropout(rng=1), Linear(128, 10, rng=2), LogSoftMax()
    )
    input, target = batch(256, 64, 10, "float32")

    def peak_of(step):
        step()
        tracemalloc.start()
        step()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            step()
        after, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return after - before, peak

    optimizer = SGD(model, lr=0.1, momentum=0.9)
    compiled = compile(model, ClassNLLCriterion(), optimizer, executor="numpy")
    left, peak = peak_of(lambda: compiled.step(input, target))
    assert left < 20 * 500  # of twenty steps, where one array of a number for each sample would be 1 kB a step
    _, called = peak_of(lambda: called_step(model, ClassNLLCriterion(), optimizer, input, target))
    assert peak < called


def test_a_few_plans_are_kept():
    model = small()
    compiled = compile(model, ClassNLLCriterion(), SGD(model, lr=0.1), executor="numpy")
    for rows in range(1, 9):
        compiled.step(*batch(rows))
    assert compiled.describe().count("input (") == 4


def test_it_tells_its_rows_and_what_is_called_and_why():
    model = small().add(Doubling())
    compiled = compile(model, ClassNLLCriterion(), executor="numpy")
    assert compiled.describe() == "nothing was computed yet"
    compiled.forward(*batch())
    text = compiled.describe()
    assert text.startswith("input (5, 3) float64, target (5,) int64:\n  product (5, 3), (3, 4) -> (5, 4)\n")
    assert "called: Doubling: it says none" in text
    assert repr(compiled) == "<CompiledStep of Sequential, executor numpy>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model",), "compile: expected model to be a Module, received 'model'"),
        ((small(), "mse"), "compile: expected criterion to be a Criterion, received 'mse'"),
        ((small(), ClassNLLCriterion(), 3), "compile: expected optimizer to be a Optimizer, received 3"),
    ],
)
def test_what_is_no_component_is_refused(arguments, message):
    with pytest.raises(TypeError, match=message):
        compile(*arguments)


def test_an_executor_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="expected executor to be one of auto, numpy.*, received 'gpu'"):
        compile(small(), executor="gpu")


def test_without_an_optimizer_there_is_no_update():
    compiled = compile(small(), ClassNLLCriterion(), executor="numpy")
    compiled.forward(*batch())
    compiled.backward()
    with pytest.raises(RuntimeError, match="expected an optimizer"):
        compiled.update()
