"""Compiled steps of activations and residual blocks: what the modules compute, in training and evaluation mode."""

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_core.compilation import installed_executors
from minnet_criterions import MSECriterion
from minnet_layers import (
    CELU,
    ELU,
    GELU,
    SELU,
    Abs,
    BatchNormalization,
    Clamp,
    Dropout,
    Exp,
    HardShrink,
    HardSigmoid,
    HardSwish,
    HardTanh,
    Identity,
    Linear,
    Log,
    LogSigmoid,
    Mish,
    Power,
    PReLU,
    ReLU,
    ReLU6,
    Residual,
    RReLU,
    Sigmoid,
    SiLU,
    SoftMin,
    SoftShrink,
    SoftSign,
    Sqrt,
    Square,
    Tanh,
    TanhShrink,
    Threshold,
)
from minnet_optimizers import SGD
from minnet_test_support.steps import called_step

EXECUTORS = ["numpy", *(["fast"] if "fast" in installed_executors() else [])]


def dense(n_in, n_out, rng=0):
    return Linear(n_in, n_out, rng=rng, dtype="float64")


BLOCKS = {
    "GELU": lambda: [GELU()],
    "GELU by tanh": lambda: [GELU("tanh")],
    "SiLU": lambda: [SiLU()],
    "Tanh": lambda: [Tanh()],
    "Sigmoid": lambda: [Sigmoid()],
    "PReLU": lambda: [PReLU(dtype="float64")],
    "PReLU of columns": lambda: [PReLU(4, -0.5, dtype="float64")],
    "Identity": lambda: [Identity()],
    "Residual": lambda: [Residual(dense(4, 3, 5), Tanh(), dense(3, 4, 6))],
    "Residual of nothing": lambda: [Residual()],
    "Residual of what changes nothing": lambda: [Residual(Identity())],
    "Residual of what draws": lambda: [Residual(Dropout(0.5, rng=7), ELU())],
    "Residual in Residual": lambda: [Residual(GELU(), Residual(dense(4, 4, 5), BatchNormalization(0.5)), SiLU())],
    "one shared by two branches": lambda: [ReLU(), Residual(ReLU()), Residual(Sigmoid())],
}
BLOCKS |= {
    "Abs": lambda: [Abs()],
    "CELU": lambda: [CELU(0.7)],
    "Clamp": lambda: [Clamp(-0.5, 0.8)],
    "Clamp from below": lambda: [Clamp(min=-0.2)],
    "Exp, Log": lambda: [Exp(), Log()],
    "HardShrink": lambda: [HardShrink(0.3)],
    "HardSigmoid": lambda: [HardSigmoid()],
    "HardSwish": lambda: [HardSwish()],
    "HardTanh": lambda: [HardTanh(-0.3, 0.7)],
    "LogSigmoid": lambda: [LogSigmoid()],
    "Mish": lambda: [Mish()],
    "Power of 3": lambda: [Power(3)],
    "Power of 4, and of 0": lambda: [Power(4), Residual(Power(0))],
    "ReLU6": lambda: [ReLU6()],
    "SELU": lambda: [SELU()],
    "SoftMin": lambda: [SoftMin()],
    "SoftShrink": lambda: [SoftShrink(0.3)],
    "SoftSign": lambda: [SoftSign()],
    "Square, Exp, Sqrt, Power of 1.7": lambda: [Square(), Exp(), Sqrt(), Power(1.7)],
    "TanhShrink": lambda: [TanhShrink()],
    "Threshold": lambda: [Threshold(0.1, 2.0)],
}
AT_BOUNDS = {
    "Clamp": lambda: Clamp(-1, 1),
    "HardShrink": lambda: HardShrink(1),
    "HardSigmoid": lambda: HardSigmoid(),
    "HardSwish": lambda: HardSwish(),
    "HardTanh": lambda: HardTanh(-1, 1),
    "ReLU6": lambda: ReLU6(),
    "SoftShrink": lambda: SoftShrink(1),
    "Threshold": lambda: Threshold(1, 2),
}
FIRST = {
    "as the first": lambda block: [*block, dense(4, 2)],
    "within": lambda block: [dense(4, 4), *block, dense(4, 2)],
}


def arrays_of(model):
    return model.namedParameters() | model.namedBuffers() | model.namedGradParameters()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("place", FIRST)
@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("mode", ["train", "evaluate"])
def test_a_step_is_that_of_the_modules(name, place, mode, executor):
    model = Sequential(*FIRST[place](BLOCKS[name]()))
    getattr(model, mode)()
    twin = model.clone()
    input, target = np.random.default_rng(0).normal(size=(2, 6, 4))
    target = target[:, :2]
    compiled, optimizer = compile(model, MSECriterion(), SGD(model, lr=0.1), executor=executor), SGD(twin, lr=0.1)
    criterion = MSECriterion()
    for _ in range(3):
        expected = called_step(twin, criterion, optimizer, input, target)
        assert compiled.step(input, target) == pytest.approx(expected, rel=1e-12)
    for key, array in arrays_of(twin).items():
        np.testing.assert_allclose(arrays_of(model)[key], array, rtol=1e-10, atol=1e-14, err_msg=key)
    if (name, mode) != ("Residual in Residual", "evaluate"):  # BatchNormalization says none then
        assert "called" not in compiled.describe()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", AT_BOUNDS)
def test_a_gradient_is_that_of_the_module_at_its_kinks_too(name, dtype, executor):
    """What comes through is seen in the gradient of the bias before, of which an input of 0 makes the kinks."""
    bias = np.array([-3.0, -1.0, 0.0, 1.0, 3.0, 6.0])
    model = Sequential(Linear(2, 6, rng=0, dtype=dtype), AT_BOUNDS[name]())
    model[0].b[...] = bias
    twin, target = model.clone(), np.full((3, 6), 9, dtype)
    compiled = compile(model, MSECriterion(), SGD(model, lr=0.0), executor=executor)
    compiled.step(np.zeros((3, 2), dtype), target)
    criterion = MSECriterion()
    criterion.forward(twin.forward(np.zeros((3, 2), dtype)), target)
    twin.backwardParameters(np.zeros((3, 2), dtype), criterion.backward(twin.output, target))
    np.testing.assert_allclose(model[0].gradb, twin[0].gradb, rtol=1e-6)
    np.testing.assert_array_equal(model[0].gradb == 0, twin[0].gradb == 0)
    assert "called" not in compiled.describe()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_random_slopes_are_drawn_by_the_module_and_their_mean_is_an_operation(executor):
    for mode, is_called in (("train", True), ("evaluate", False)):
        model = Sequential(dense(4, 4), RReLU(rng=3), dense(4, 2))
        getattr(model, mode)()
        twin, criterion = model.clone(), MSECriterion()
        input, target = np.random.default_rng(0).normal(size=(2, 6, 4))
        compiled = compile(model, MSECriterion(), SGD(model, lr=0.1), executor=executor)
        expected = criterion.forward(twin.forward(input), target[:, :2])
        twin.backwardParameters(input, criterion.backward(twin.output, target[:, :2]))
        assert compiled.step(input, target[:, :2]) == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(model[0].gradW, twin[0].gradW, rtol=1e-10)
        assert ("RReLU: it draws slopes" in compiled.describe()) == is_called


def test_in_float32_the_fast_executor_leaves_to_numpy_what_it_has_not():
    layers = [
        Linear(40, 50, rng=0),
        GELU(),
        Residual(Linear(50, 50, rng=1), SiLU(), PReLU(50)),
        Tanh(),
        Sigmoid(),
        PReLU(),
    ]
    model = Sequential(*layers, Linear(50, 3, rng=2))
    twin = model.clone()
    input, target = np.random.default_rng(0).normal(size=(2, 700, 40)).astype(np.float32)
    steps = [compile(each, MSECriterion(), SGD(each, lr=0.01), executor="auto") for each in (model,)]
    steps.append(compile(twin, MSECriterion(), SGD(twin, lr=0.01), executor="numpy"))
    for _ in range(2):
        one, other = (step.step(input, target[:, :3]) for step in steps)
        assert one == pytest.approx(other, rel=1e-5)
    for key, array in arrays_of(twin).items():
        np.testing.assert_allclose(arrays_of(model)[key], array, rtol=1e-3, atol=1e-5, err_msg=key)


@pytest.mark.parametrize("name", BLOCKS)
def test_compiled_inference_is_that_of_the_modules(name):
    model = Sequential(dense(4, 4), *BLOCKS[name]())
    input = np.random.default_rng(0).normal(size=(6, 4))
    model.forward(input)
    model.evaluate()
    expected = model.clone().forward(input)
    np.testing.assert_allclose(compile(model).forward(input), expected, rtol=1e-12, atol=1e-14)


def test_a_block_whose_sum_has_no_shape_is_called_and_says_so():
    model = Sequential(Residual(dense(4, 2)), dense(2, 2))
    compiled = compile(model, MSECriterion(), SGD(model, lr=0.1), executor="numpy")
    with pytest.raises(
        ValueError, match=r"Residual: expected the output of its modules, to add to its input, \(6, 4\)"
    ):
        compiled.step(np.zeros((6, 4)), np.zeros((6, 2)))
