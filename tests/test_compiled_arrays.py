"""Compiled steps with learned factors and offsets, reductions and lookups: what the modules compute."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_core.compilation import installed_executors
from minnet_criterions import MSECriterion
from minnet_layers import Add, CAdd, CMul, Embedding, EmbeddingBag, Linear, Max, Mean, Mul, Sum
from minnet_optimizers import SGD
from minnet_test_support.steps import called_step

EXECUTORS = ["numpy", *(["fast"] if "fast" in installed_executors() else [])]
BLOCKS = {
    "Mul": lambda: [Mul(rng=2, dtype="float64")],
    "Add": lambda: [Add(4, rng=2, dtype="float64")],
    "Add one": lambda: [Add(rng=2, dtype="float64")],
    "CMul": lambda: [CMul(4, rng=2, dtype="float64")],
    "CMul by one": lambda: [CMul((1,), rng=2, dtype="float64")],
    "CAdd": lambda: [CAdd(4, rng=2, dtype="float64")],
}


def trained_alike(model, input, target, executor):
    twin = model.clone()
    compiled, optimizer = compile(model, MSECriterion(), SGD(model, lr=0.1), executor=executor), SGD(twin, lr=0.1)
    criterion = MSECriterion()
    for _ in range(3):
        expected = called_step(twin, criterion, optimizer, input, target)
        assert compiled.step(input, target) == pytest.approx(expected, rel=1e-12)
    for name, array in twin.namedParameters().items():
        np.testing.assert_allclose(model.namedParameters()[name], array, rtol=1e-10, atol=1e-14, err_msg=name)
    return compiled.describe()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("name", BLOCKS)
def test_a_step_is_that_of_the_modules(name, is_first, executor):
    rng = np.random.default_rng(0)
    first = [] if is_first else [Linear(4, 4, rng=0, dtype="float64")]
    model = Sequential(*first, *BLOCKS[name](), Linear(4, 2, rng=1, dtype="float64"))
    told = trained_alike(model, rng.standard_normal((6, 4)), rng.standard_normal((6, 2)), executor)
    assert "called" not in told


def test_what_meets_axes_of_any_length_is_called():
    rng = np.random.default_rng(0)
    model = Sequential(CMul((3, 1), rng=2, dtype="float64"), CAdd((3, 2), rng=2, dtype="float64"))
    told = trained_alike(model, rng.standard_normal((6, 3, 2)), rng.standard_normal((6, 3, 2)), "numpy")
    assert "called: CMul: expected one for each element, received axes of length 1 in (3, 1)" in told
    assert "CAdd:" not in told


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("reduction", [Sum(), Mean(), Sum(2, keepdims=True), Mean(-1, keepdims=True)], ids=repr)
def test_sums_and_means_along_the_last_axis(reduction, executor):
    rng = np.random.default_rng(0)
    model = Sequential(CMul((3, 4), rng=2, dtype="float64"), reduction.clone())
    shape = (6, 3, 1) if reduction.keepdims else (6, 3)
    told = trained_alike(model, rng.standard_normal((6, 3, 4)), rng.standard_normal(shape), executor)
    assert f"called: {reduction}:" not in told


def test_reductions_along_other_axes_and_extremes_are_called():
    rng = np.random.default_rng(0)
    model = Sequential(CMul((3, 4, 5), rng=2, dtype="float64"), Sum(1), Max(-1))
    told = trained_alike(model, rng.standard_normal((6, 3, 4, 5)), rng.standard_normal((6, 4)), "numpy")
    assert "called: Sum: expected an axis that is the last" in told
    assert "called: Max: it says none" in told


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.float64])
@pytest.mark.parametrize(
    "first", [[Embedding(5, 4, 0, dtype="float64"), Sum(1)], [EmbeddingBag(5, 4, dtype="float64")]]
)
def test_what_looks_indices_up_is_called_before_operations(first, dtype, executor):
    rng = np.random.default_rng(0)
    model = Sequential(*(layer.clone() for layer in first), Linear(4, 2, rng=1, dtype="float64"))
    told = trained_alike(model, rng.integers(0, 5, (6, 3)).astype(dtype), rng.standard_normal((6, 2)), executor)
    assert "product (6, 4), (4, 2) -> (6, 2)" in told
