"""A compiled step with normalizations of rows, and losses of scores, does what the modules do."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from minnet_core import Sequential, compile
from minnet_criterions import (
    AbsCriterion,
    BCEWithLogitsCriterion,
    CrossEntropyCriterion,
    HuberCriterion,
    LogCoshCriterion,
    MSECriterion,
    PoissonNLLCriterion,
    QuantileCriterion,
    SmoothL1Criterion,
)
from minnet_layers import ELU, LayerNormalization, Linear, RMSNormalization
from minnet_optimizers import SGD
from minnet_test_support.steps import called_step

EXECUTORS = ["numpy", "fast"]
NORMALIZATIONS = [
    partial(LayerNormalization, 5),
    partial(LayerNormalization, (5,), bias=False),
    partial(LayerNormalization, 5, 0.5, affine=False),
    partial(RMSNormalization, 5),
    partial(RMSNormalization, 5, 0.5),
]
SCORES = np.random.default_rng(0).standard_normal((6, 3))
CLASSES = np.array([0, 2, 1, 1, 0, 2])
SOME = np.array([0, -100, 1, 1, -100, 2])
SOFT = np.abs(SCORES) / np.abs(SCORES).sum(1, keepdims=True)
LOSSES = {
    "classes": (CrossEntropyCriterion, CLASSES),
    "classes of one byte": (CrossEntropyCriterion, CLASSES.astype(np.uint8)),
    "ignored": (CrossEntropyCriterion, SOME),
    "all ignored": (CrossEntropyCriterion, np.full(6, -100)),
    "class 1 is ignored": (partial(CrossEntropyCriterion, ignore_index=1), CLASSES),
    "smoothed": (partial(CrossEntropyCriterion, label_smoothing=0.1), SOME),
    "weighted": (partial(CrossEntropyCriterion, [1, 2, 0.5]), SOME),
    "soft": (CrossEntropyCriterion, SOFT),
    "soft, smoothed, weighted": (partial(CrossEntropyCriterion, [1, 2, 0.5], 0.2), SOFT),
    "one-hot": (CrossEntropyCriterion, np.eye(3, dtype=np.uint8)[CLASSES]),
    "binary": (BCEWithLogitsCriterion, SOFT),
    "binary, of elements": (partial(BCEWithLogitsCriterion, mean="elements"), (SOFT > 0.3).astype(np.int64)),
    "binary, weighted": (partial(BCEWithLogitsCriterion, [1, 2, 3]), SOFT),
}


def trained_alike(model, make_criterion, input, target, executor):
    twin = model.clone()
    criterion, other = make_criterion(), make_criterion()
    compiled, optimizer = compile(model, criterion, SGD(model, lr=0.1), executor=executor), SGD(twin, lr=0.1)
    for _ in range(3):
        loss = compiled.step(input, target)
        expected = called_step(twin, other, optimizer, input, target)
        assert loss == pytest.approx(expected, rel=1e-9, abs=1e-12)
    for name, array in model.namedParameters().items():
        np.testing.assert_allclose(array, twin.namedParameters()[name], 1e-9, 1e-11, err_msg=name)
    return compiled


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("make", NORMALIZATIONS, ids=str)
def test_normalizations_of_rows(make, executor):
    if executor == "fast":
        pytest.importorskip("minnet_fast")
    layers = [Linear(4, 5, rng=0, dtype="float64"), make(dtype="float64"), ELU()]
    model = Sequential(*layers, make(dtype="float64"), Linear(5, 3, rng=1, dtype="float64"))
    input = np.random.default_rng(1).standard_normal((6, 4))
    compiled = trained_alike(model, MSECriterion, input, SCORES, executor)
    assert "called" not in compiled.describe()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_scores(name, executor):
    if executor == "fast":
        pytest.importorskip("minnet_fast")
    make, target = LOSSES[name]
    model = Sequential(Linear(4, 3, rng=0, dtype="float64"))
    compiled = trained_alike(model, make, np.random.default_rng(1).standard_normal((6, 4)), target, executor)
    is_called = name == "binary, weighted"
    assert ("called: BCEWithLogitsCriterion: it weights" in compiled.describe()) == is_called
    assert ("called" in compiled.describe()) == is_called


NUMBERS = {
    "squares of elements": (partial(MSECriterion, "elements"), False),
    "absolute": (AbsCriterion, False),
    "absolute, of elements": (partial(AbsCriterion, "elements"), False),
    "Huber": (partial(HuberCriterion, 0.5), False),
    "smooth": (partial(SmoothL1Criterion, 0.25, "elements"), False),
    "not smooth": (partial(SmoothL1Criterion, 0.0), True),
    "counts": (PoissonNLLCriterion, False),
    "counts, full": (partial(PoissonNLLCriterion, full=True), True),
    "a quantile": (partial(QuantileCriterion, 0.75), False),
    "log-cosh": (LogCoshCriterion, True),
}
"""Name -> the criterion, and whether it is called."""


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("target", [SCORES, np.round(np.abs(3 * SCORES)).astype(np.int64)], ids=["real", "whole"])
@pytest.mark.parametrize("name", NUMBERS)
def test_losses_of_numbers(name, target, executor):
    if executor == "fast":
        pytest.importorskip("minnet_fast")
    make, is_called = NUMBERS[name]
    model = Sequential(Linear(4, 3, rng=0, dtype="float64"))
    compiled = trained_alike(model, make, np.random.default_rng(1).standard_normal((6, 4)), target, executor)
    assert ("called" in compiled.describe()) == is_called


def test_a_mean_that_is_set_later_is_noticed_by_a_compiled_step():
    model, x = Sequential(Linear(4, 3, rng=0)), np.zeros((2, 4), np.float32)
    criterion = AbsCriterion()
    compiled = compile(model, criterion, executor="numpy")
    loss = compiled.forward(x, np.zeros((2, 3), np.float32))
    criterion.mean = "elements"
    assert compiled.forward(x, np.zeros((2, 3), np.float32)) == pytest.approx(loss / 3, rel=1e-6)


def test_normalization_over_several_axes_and_of_the_input_itself():
    model = Sequential(LayerNormalization((2, 3), dtype="float64"))
    x, t = np.random.default_rng(0).standard_normal((2, 5, 2, 3))
    twin = model.clone()
    compiled = compile(model, BCEWithLogitsCriterion(), SGD(model, lr=0.1), executor="numpy")
    loss = compiled.step(x, (t > 0).astype(float))
    assert loss == pytest.approx(BCEWithLogitsCriterion().forward(twin.forward(x), (t > 0).astype(float)))


def test_a_class_that_there_is_not_is_refused_by_a_compiled_step():
    model = Sequential(Linear(4, 3, rng=0))
    compiled = compile(model, CrossEntropyCriterion(), SGD(model, lr=0.1), executor="numpy")
    with pytest.raises(ValueError, match="CrossEntropyCriterion: expected class indices from 0 to 2, or -100"):
        compiled.step(np.zeros((2, 4), np.float32), np.array([0, 3]))
