"""Compiled steps of activations and residual blocks: what the modules compute, in training and evaluation mode."""

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_core.compilation import installed_executors
from minnet_criterions import MSECriterion
from minnet_layers import (
    ELU,
    GELU,
    BatchNormalization,
    Dropout,
    Identity,
    Linear,
    PReLU,
    ReLU,
    Residual,
    Sigmoid,
    SiLU,
    Tanh,
)
from minnet_optimizers import SGD

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
        twin.zeroGradParameters()
        expected = criterion.forward(twin.forward(input), target)
        twin.backwardParameters(input, criterion.backward(twin.output, target))
        optimizer.step()
        assert compiled.step(input, target) == pytest.approx(expected, rel=1e-12)
    for key, array in arrays_of(twin).items():
        np.testing.assert_allclose(arrays_of(model)[key], array, rtol=1e-10, atol=1e-14, err_msg=key)
    if (name, mode) != ("Residual in Residual", "evaluate"):  # BatchNormalization says none then
        assert "called" not in compiled.describe()


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
