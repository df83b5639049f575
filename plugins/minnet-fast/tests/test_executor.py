"""The executor in C does what that of NumPy does, which defines it."""

from __future__ import annotations

import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import minnet_criterions
import minnet_layers
import minnet_optimizers
from minnet_core import Module, Sequential, compile
from minnet_core.compilation import BoundRow, Group, Late, NumpyExecutor, Operation, find_executor, operations

kernels = pytest.importorskip("minnet_fast.kernels")
from minnet_fast import accelerate, describe  # noqa: E402
from minnet_fast.executor import FastExecutor, executor  # noqa: E402

SIZES = {"r": 13, "n": 13, "m": 9, "k": 5}
NUMBERS = {
    "clip": {"low": -0.3, "high": 0.7},
    "keep_between": {"low": -0.3, "high": 0.7},
    "keep_beyond": {"low": -0.3, "high": 0.7},
    "scale_shift": {"scale": 0.7, "shift": 0.3},
    "soft_shrink": {"lambd": 0.3},
    "threshold": {"threshold": 0.1, "value": 20.0},
    "leaky_relu": {"slope": 0.1},
    "leaky_relu_back": {"slope": 0.1},
    "elu": {"alpha": 0.7},
    "elu_back": {"alpha": 0.7},
    "gelu": {"approximate": "none"},
    "gelu_with_slope": {"approximate": "tanh"},
    "batch_norm": {"eps": 1e-3},
    "drop": {"scale": 2.0},
    "nll": {"refuse": None},
    "weighted_nll": {"total": lambda weights, x: float(np.vdot(weights, x))},
}
DEFINED = {
    name: value
    for name, value in vars(operations).items()
    if isinstance(value, Operation) and name in {*kernels.signatures(), "product"}
}
"""Those that have a kernel; of images, see `tests/test_compiled_images.py`."""


class Rectifier(Module):
    """A layer that says no operations."""

    def updateOutput(self, input):
        self.output = np.maximum(input, 0)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * (input > 0)
        return self.gradInput


def drawn(name, place, dimensions, sizes, rng):
    shape = tuple(sizes[each] for each in dimensions)
    if name == "nll" and place == 1:
        return rng.integers(0, sizes["m"], shape)
    if (name, place) in (("nll_back", 0), ("log_soft_max_nll_back", 2)):
        return np.arange(sizes["n"]) * sizes["m"] + rng.integers(0, sizes["m"], shape)
    if name == "drop" and place == 1:
        return rng.random(shape) < 0.5
    array = rng.standard_normal(shape).astype(np.float32)
    return np.abs(array) + 1 if len(dimensions) == 1 else array


def bound(name, sizes, *, accumulate=False, seed=0):
    """Return a row of an operation over arrays that are drawn."""
    operation, rng = DEFINED[name], np.random.default_rng(seed)
    operands = [drawn(name, k, each, sizes, rng) for k, each in enumerate(operation.inputs)]
    if name == "relu_back":
        operands[0] = np.maximum(operands[0], 0)
    if name == "soft_plus_back":
        operands[1] = np.logaddexp(np.float32(0), operands[0])
    dtypes = [np.float32 if dtype is None else dtype for dtype in operation.dtypes]
    shapes = [tuple(sizes[each] for each in dimensions) for dimensions in operation.outputs]
    results = [np.full(shape, 1, dtype) for shape, dtype in zip(shapes, dtypes, strict=True)]
    numbers = dict(NUMBERS.get(name, {}))
    if name == "draw_keep":
        numbers = {"rng": np.random.default_rng(5), "p": 0.3}
    return BoundRow(operation, tuple(operands), tuple(results), numbers, accumulate)


def computed():
    return sum(kernels.counts().values())


def execute(some, row, blocks_of=None):
    some.bind([Group([row], blocks_of)])()
    return row.results


def test_the_executor_is_found_by_its_name_and_before_that_of_numpy():
    assert find_executor("fast") is find_executor("auto") is executor
    assert repr(executor) == "fast"
    assert executor.description == describe()


@pytest.mark.parametrize("name", DEFINED)
@given(n=st.integers(1, 40), m=st.integers(1, 40), k=st.integers(1, 9), seed=st.integers(0, 99), blocks=st.booleans())
@settings(max_examples=8, deadline=None)
def test_an_operation_is_what_its_definition_says_and_computed_in_c_if_that_has_a_kernel(name, n, m, k, seed, blocks):
    sizes = {"r": n, "n": n, "m": m, "k": k}
    blocks_of = n if blocks and DEFINED[name].is_by_rows else None
    before = computed()
    results = execute(executor, bound(name, sizes, seed=seed), blocks_of)
    assert computed() > before
    for result, expected in zip(results, execute(NumpyExecutor(), bound(name, sizes, seed=seed)), strict=True):
        np.testing.assert_allclose(result, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", [name for name, operation in DEFINED.items() if operation.accumulates])
@pytest.mark.parametrize("n", [13, 3000])
def test_sums_are_added_to_what_is_there_once_for_all_blocks(name, n):
    sizes = {**SIZES, "r": n, "n": n}
    blocks_of = n if DEFINED[name].is_by_rows else None
    results = execute(executor, bound(name, sizes, accumulate=True), blocks_of)
    (expected,) = execute(NumpyExecutor(), bound(name, sizes, accumulate=True))
    np.testing.assert_allclose(results[0], expected, rtol=1e-4, atol=1e-4)


def test_a_group_is_executed_in_blocks_as_in_one():
    n, m = 5000, 7
    x = np.random.default_rng(0).standard_normal((n, m)).astype(np.float32)
    b, y, s = np.ones(m, np.float32), np.empty((n, m), np.float32), np.empty(m, np.float32)
    rows = [
        BoundRow(operations.add_row, (x, b), (y,), {}, False),
        BoundRow(operations.relu, (y,), (y,), {}, False),
        BoundRow(operations.column_sums, (y,), (s,), {}, False),
    ]
    executor.bind([Group(rows, n)])()
    np.testing.assert_array_equal(y, np.maximum(x + 1, 0))
    np.testing.assert_allclose(s, y.sum(0, dtype=float), rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_arrays_of_another_dtype_are_left_to_numpy(dtype):
    x = np.ones((3, 4), dtype)
    row = BoundRow(operations.relu, (x,), (np.empty_like(x),), {}, False)
    before = computed()
    execute(executor, row)
    assert computed() == before
    np.testing.assert_array_equal(row.results[0], x)


def test_an_operation_of_another_with_a_known_name_or_an_unknown_number_is_left_to_numpy():
    def twice(x, y, **numbers):
        return [lambda: np.multiply(x, 2, out=y)]

    other = Operation("relu", (("r", "m"),), (("r", "m"),), twice, dtypes=(None,))
    x = np.ones((3, 4), np.float32)
    (y,) = execute(executor, BoundRow(other, (x,), (np.empty_like(x),), {}, False))
    np.testing.assert_array_equal(y, 2 * x)


@pytest.mark.parametrize("order", ["contiguous", "transposed", "strided"])
def test_an_input_is_taken_as_it_comes(order):
    late, w, y = Late(), np.ones((6, 3), np.float32), np.empty((4, 3), np.float32)
    run = executor.bind([Group([BoundRow(operations.product, (late, w), (y,), {}, False)])])
    x = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32)
    late.array = {
        "contiguous": x,
        "transposed": np.asfortranarray(x),
        "strided": np.repeat(x, 2, axis=1)[:, ::2],
    }[order]
    run()
    np.testing.assert_allclose(y, x @ w, rtol=1e-5, atol=1e-6)


def test_a_class_out_of_range_is_refused_by_the_definition_and_nothing_is_computed():
    class RefusedError(Exception):
        pass

    def refuse(x, given):
        raise RefusedError

    late, x = Late(), np.zeros((2, 3), np.float32)
    loss, kept = np.full((), 7, np.float32), np.zeros(2, np.int64)
    run = executor.bind([Group([BoundRow(operations.nll, (x, late), (loss, kept), {"refuse": refuse}, False)])])
    late.array = np.array([0, 3])
    with pytest.raises(RefusedError):
        run()
    assert loss == 7
    late.array = np.array([0, 2], np.uint8)  # which no kernel takes
    run()
    assert loss == 0


ACTIVATIONS = ("ReLU", "LeakyReLU", "ELU", "SoftPlus")
OPTIMIZERS = {
    "SGD": {"lr": 0.05, "momentum": 0.9},
    "Adam": {"lr": 0.01},
    "AdamW": {"lr": 0.01},
    "RMSprop": {"lr": 0.01},
    "Adagrad": {"lr": 0.01},
    "Adamax": {"lr": 0.01},
    "NAdam": {"lr": 0.01},
}


def network(seed):
    """Draw a network, and whether it classifies."""
    rng = np.random.default_rng(seed)
    modules, width = [], int(rng.integers(1, 12))
    for _ in range(rng.integers(1, 4)):
        wider = int(rng.integers(2, 40))
        modules.append(minnet_layers.Linear(width, wider, bool(rng.integers(2)), rng=wider))
        if rng.integers(2):
            modules += [
                minnet_layers.BatchNormalization(0.9),
                minnet_layers.ChannelwiseScaling(wider, rng=3),
            ]
        modules.append(getattr(minnet_layers, rng.choice(ACTIVATIONS))())
        if rng.integers(2):
            modules.append(minnet_layers.Dropout(float(rng.choice([0.25, 0.3, 0.5])), rng=7))
        if not rng.integers(4):
            modules.append(Rectifier())
        width = wider
    classifies = bool(rng.integers(2))
    modules.append(minnet_layers.Linear(width, 4, rng=11))
    return Sequential(*modules, *[minnet_layers.LogSoftMax()] * classifies), classifies


@given(seed=st.integers(0, 2**20), optimizer=st.sampled_from(sorted(OPTIMIZERS)), batch=st.integers(10, 70))
@settings(max_examples=30, deadline=None, derandomize=True)  # in float32 a rounding error may cross a kink
def test_training_goes_as_with_numpy(seed, optimizer, batch):
    """Step by step from the same parameters: what an optimizer divides by its size makes much of a last bit."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((6, batch, network(seed)[0].modules[0].W.shape[1])).astype(np.float32)
    classes, values = rng.integers(0, 4, (6, batch)), rng.standard_normal((6, batch, 4)).astype(np.float32)
    models, steps = [], []
    for name in ("numpy", "fast"):
        model, classifies = network(seed)
        criterion = minnet_criterions.ClassNLLCriterion() if classifies else minnet_criterions.MSECriterion()
        trainer = getattr(minnet_optimizers, optimizer)(model, **OPTIMIZERS[optimizer])
        models.append(model)
        steps.append(compile(model, criterion, trainer, executor=name))
    (parameters, gradients), (others, their_gradients) = (model.flattenParameters() for model in models)
    for k in range(6):
        losses = [step.forward(x[k], (classes if classifies else values)[k]) for step in steps]
        for step in steps:
            step.backward()
        assert losses[1] == pytest.approx(losses[0], rel=1e-4, abs=1e-5)
        size = np.abs(gradients).max()
        np.testing.assert_allclose(their_gradients, gradients, rtol=1e-3, atol=1e-4 * size)
        their_gradients[...] = gradients
        for step in steps:
            step.update()
        np.testing.assert_allclose(others, parameters, rtol=1e-5, atol=1e-6)
        others[...] = parameters
    draws = [
        [each.rng.bit_generator.random_raw() for each in model.modules if hasattr(each, "rng")] for model in models
    ]
    assert draws[1] == draws[0]
    assert [step.optimizer.t for step in steps] == [6, 6]


def test_inference_is_that_of_numpy():
    model, _ = network(3)
    x = np.random.default_rng(0).standard_normal((50, model.modules[0].W.shape[1])).astype(np.float32)
    model.forward(x)
    numpy, fast = (compile(model, executor=name) for name in ("numpy", "fast"))
    before = computed()
    for rows in (50, 1):
        np.testing.assert_allclose(fast.forward(x[:rows]), numpy.forward(x[:rows]), rtol=1e-4, atol=1e-5)
    assert computed() > before


def test_a_model_of_twins_is_compiled_as_one_of_layers():
    described = []
    for prepare in (lambda model: model, accelerate):
        model = prepare(network(1)[0])
        step = compile(model, minnet_criterions.MSECriterion(), minnet_optimizers.SGD(model), executor="fast")
        step.step(np.ones((5, model.modules[0].W.shape[1]), np.float32), np.ones((5, 4), np.float32))
        described.append(step.describe())
    assert described[0] == described[1]


def test_the_optimizer_of_a_compiled_step_is_the_one_that_was_given():
    model = minnet_layers.Linear(3, 4, rng=0)
    optimizer = minnet_optimizers.Adam(model, lr=0.5)
    step = compile(model, minnet_criterions.MSECriterion(), optimizer, executor="fast")
    before = kernels.counts()["adam"]
    step.step(np.ones((5, 3), np.float32), np.ones((5, 4), np.float32))
    assert kernels.counts()["adam"] == before + 1
    assert type(optimizer) is minnet_optimizers.Adam
    assert optimizer.t == 1
    assert set(optimizer.state) == {"m", "v"}
    optimizer.lr = 0.0
    weights = model.W.copy()
    step.step(np.ones((5, 3), np.float32), np.ones((5, 4), np.float32))
    np.testing.assert_array_equal(model.W, weights)


def test_an_optimizer_without_a_twin_is_left_to_itself():
    model = minnet_layers.Linear(3, 4)
    assert FastExecutor().bind_update(minnet_optimizers.LAMB(model)) is None


@pytest.mark.parametrize(
    "row",
    [
        ("relu", (), (), False, False),
        ("unknown", (), (), False, False),
        ("relu", (np.ones((2, 2), np.float32),) * 2, (1.0,), False, False),
        ("product", (np.ones((2, 2), np.float32),) * 2, (), False, False),
        ("product", (np.ones((2, 2), np.float32), object(), np.ones(2, np.float32)), (), False, False),
        ("product", (np.random.default_rng(0).bit_generator.capsule,) * 3, (), False, False),
        ("product", (object(), object(), np.ones((2, 2), np.float32)), (), False, False),
    ],
)
def test_a_row_that_cannot_be_executed_is_no_part_of_a_program(row):
    assert not kernels.takes(row)
    with pytest.raises(ValueError, match=r"row 0: expected one that takes\(\) takes"):
        kernels.Program((row,))


def test_a_row_of_another_form_is_an_error():
    with pytest.raises(TypeError):
        kernels.takes(("relu",))
    with pytest.raises(TypeError):
        kernels.Program([])


def test_a_holder_without_an_array_is_an_error():
    late, y = object(), np.empty((4, 3), np.float32)
    program = kernels.Program((("product", (late, np.ones((6, 3), np.float32), y), (), False, False),))
    with pytest.raises(AttributeError, match="array"):
        program.run()


def test_a_program_that_runs_cannot_be_run_meanwhile():
    class Holder:
        @property
        def array(self):
            return program.run()

    y = np.empty((4, 3), np.float32)
    program = kernels.Program((("product", (Holder(), np.ones((6, 3), np.float32), y), (), False, False),))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="expected one run of a program at a time"):
            program.run()


def test_nothing_is_left_of_calls_and_runs():
    x, late = np.ones((64, 64), np.float32), Late()
    late.array = x
    program = kernels.Program((("product", (late, x, x.copy()), (), False, False),))
    before = sys.getrefcount(x), sys.getrefcount(late), sys.getrefcount(None)
    tracemalloc.start()
    try:
        for repetition in range(1100):
            if repetition == 100:
                start = tracemalloc.get_traced_memory()[0]
            kernels.relu(x), kernels.log_soft_max(x), kernels.batch_norm(x, 1e-3), kernels.mse(x, x)
            kernels.relu(x, x), kernels.relu(None), kernels.product(x, x, False, True)
            kernels.takes(("relu", (), (), False, False))
            kernels.Program((("relu", (x, x), (), False, False),)).run()
            program.run()
            kernels.counts(), kernels.signatures(), kernels.variants()
        assert tracemalloc.get_traced_memory()[0] - start < 16_000  # 16 bytes a time, less than any object
    finally:
        tracemalloc.stop()
    after = sys.getrefcount(x), sys.getrefcount(late), sys.getrefcount(None)
    assert after[:2] == before[:2]
    assert abs(after[2] - before[2]) < 100
