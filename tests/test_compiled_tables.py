"""Compiled steps and inference of networks with branches do what the modules do."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv import Conv2d, Flatten, MaxPool2d
from minnet_core import Module, Sequential, compile
from minnet_core.nn import leaves
from minnet_criterions import MSECriterion
from minnet_layers import BatchNormalization, Dropout, Identity, Linear, ReLU, Residual, Tanh
from minnet_optimizers import SGD
from minnet_tables import (
    Bottle,
    CAddTable,
    CMaxTable,
    CMulTable,
    Concat,
    ConcatTable,
    CSubTable,
    JoinTable,
    MapTable,
    Narrow,
    ParallelTable,
    Replicate,
    Reshape,
    Select,
    SelectTable,
    SplitTable,
    Squeeze,
    Transpose,
    Unsqueeze,
)
from minnet_test_support.steps import called_step

RNG = np.random.default_rng(0)


def linear(n_in=3, n_out=4, rng=0):
    return Linear(n_in, n_out, rng=rng, dtype="float64")


def conv(n_in, n_out, rng=0):
    return Conv2d(n_in, n_out, 3, padding=1, rng=rng, dtype="float64")


NETWORKS = {
    "concat": (lambda: [Concat(1, Sequential(linear(), Tanh()), linear(3, 2, 1), Identity()), linear(9, 2, 2)], (5, 3)),
    "concat in the middle": (lambda: [linear(), Concat(-1, linear(4, 2, 1), ReLU()), linear(6, 2, 2)], (5, 3)),
    "residual": (lambda: [linear(), ConcatTable(linear(4, 4, 1), Identity()), CAddTable(), linear(4, 2, 2)], (5, 3)),
    "sum of inputs": (lambda: [ConcatTable(Identity(), Identity()), CAddTable(), linear(3, 2)], (5, 3)),
    "gate": (lambda: [ConcatTable(linear(), linear(rng=1), linear(rng=2)), CMulTable(), linear(4, 2, 3)], (5, 3)),
    "joined": (lambda: [ConcatTable(linear(), Identity()), JoinTable(1), linear(7, 2, 1)], (5, 3)),
    "one and the same": (lambda: [linear(), ConcatTable(Identity(), Identity()), CMulTable(), linear(4, 2, 1)], (5, 3)),
    "one is not used": (lambda: [ConcatTable(linear(), linear(rng=1)), SelectTable(-1), linear(4, 2, 1)], (5, 3)),
    "parallel": (
        lambda: [ConcatTable(linear(), ReLU()), ParallelTable(linear(4, 2, 1), linear(3, 2, 2)), CAddTable()],
        (5, 3),
    ),
    "nested": (
        lambda: [
            linear(),
            ConcatTable(ConcatTable(linear(4, 4, 1), Identity()), Tanh()),
            ParallelTable(CAddTable(), Dropout(0.5, rng=0)),
            CMulTable(),
            BatchNormalization(0.9),
            linear(4, 2, 2),
        ],
        (5, 3),
    ),
    "table after table": (
        lambda: [
            ConcatTable(linear(), linear(rng=1)),
            ConcatTable(CAddTable(), CMulTable(), SelectTable(0)),
            JoinTable(1),
            linear(12, 2, 2),
        ],
        (5, 3),
    ),
    "views": (
        lambda: [
            Unsqueeze(1),
            Squeeze(),
            linear(3, 12),
            Reshape(3, 4),
            Bottle(linear(4, 2, 1)),
            Reshape(-1),
            linear(6, 2),
        ],
        (5, 3),
    ),
    "bottled image": (lambda: [Bottle(conv(2, 3), 4), Bottle(Flatten(1), 4), Bottle(linear(48, 2))], (2, 3, 2, 4, 4)),
    "image": (
        lambda: [
            conv(2, 3),
            Concat(1, conv(3, 2, 1), MaxPool2d(3, 1, 1), Identity()),
            ConcatTable(conv(8, 8, 2), Identity()),
            CAddTable(),
            Reshape(-1),
            linear(128, 2),
        ],
        (3, 2, 4, 4),
    ),
    "image in one order and the other": (
        lambda: [
            ConcatTable(conv(2, 2), Identity()),
            CMulTable(),
            Concat(1, Identity(), conv(2, 2)),
            Reshape(-1),
            linear(64, 2),
        ],
        (3, 2, 4, 4),
    ),
    "called": (
        lambda: [
            linear(3, 12),
            Reshape(3, 4),
            Transpose(1, 2),
            Narrow(1, 1, 2),
            Replicate(2),
            Select(1, 0),
            Reshape(-1),
            linear(6, 2),
        ],
        (5, 3),
    ),
    "called in a branch": (
        lambda: [linear(), ConcatTable(Narrow(1, 1, 2), linear(4, 2, 1)), CAddTable(), linear(2, 2, 2)],
        (5, 3),
    ),
    "in a residual block": (
        lambda: [linear(), Residual(ConcatTable(linear(4, 4, 1), Tanh()), CMulTable()), linear(4, 2, 2)],
        (5, 3),
    ),
    "called with a table": (lambda: [ConcatTable(linear(), linear(rng=1)), CSubTable(), linear(4, 2)], (5, 3)),
    "called with a table too": (lambda: [ConcatTable(linear(), linear(rng=1)), CMaxTable(), linear(4, 2)], (5, 3)),
    "mapped": (lambda: [linear(3, 8), Reshape(2, 4), SplitTable(1), MapTable(linear(4, 2)), CAddTable()], (5, 3)),
}
COMPILED = NETWORKS.keys() - {"called with a table", "called with a table too", "mapped"}


def trained(model, x, t, executor=None):
    """The losses of three steps, compiled if an executor is named, and what was compiled."""
    criterion, optimizer = MSECriterion(), SGD(model, lr=0.02, momentum=0.9)
    if executor:
        step = compile(model, criterion, optimizer, executor=executor)
        return [step.step(x, t) for _ in range(3)], step
    return [called_step(model, criterion, optimizer, x, t) for _ in range(3)], None


@pytest.mark.parametrize("executor", ["numpy", "auto"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_compiled_network_trains_as_its_modules_do(name, executor):
    make, shape = NETWORKS[name]
    model, other = Sequential(*make()), Sequential(*make())
    x, seed = RNG.standard_normal(shape), RNG.integers(100)
    t = np.random.default_rng(seed).standard_normal(model.clone().forward(x).shape)
    losses, _ = trained(model, x, t)
    received, step = trained(other, x, t, executor)
    np.testing.assert_allclose(received, losses, rtol=1e-9)
    for key, array in (model.namedParameters() | model.namedBuffers()).items():
        its = (other.namedParameters() | other.namedBuffers())[key]
        np.testing.assert_allclose(its, array, rtol=1e-8, atol=1e-12, err_msg=key)
    for key, array in model.namedGradParameters().items():
        np.testing.assert_allclose(other.namedGradParameters()[key], array, rtol=1e-8, atol=1e-12, err_msg=key)
    if name in COMPILED:
        assert "called as modules" not in step.describe(), step.describe()
    model.evaluate()
    np.testing.assert_allclose(compile(model, executor=executor).forward(x), model.forward(x), rtol=1e-9)


@pytest.mark.parametrize("name", ["joined", "nested", "image", "views"])
def test_outputs_of_all_modules_are_set_tables_among_them(name):
    make, shape = NETWORKS[name]
    model, other = Sequential(*make()), Sequential(*make())
    x = RNG.standard_normal(shape)
    model.forward(x)
    step = compile(other, MSECriterion())
    step.forward(x, np.zeros_like(model.output))
    step.set_outputs()
    for module, its in zip(model, other, strict=True):
        for array, expected in zip(leaves(its.output), leaves(module.output), strict=True):
            np.testing.assert_allclose(array, expected, rtol=1e-12, strict=True)
            assert not np.shares_memory(array, x)


def test_another_axis_and_another_branch_are_noticed():
    model = Sequential(linear(), Concat(1, linear(4, 4, 1), linear(4, 4, 2)))
    x, step = RNG.standard_normal((5, 3)), compile(model, MSECriterion())
    for change in (lambda: None, lambda: setattr(model[1], "axis", 0), lambda: model[1].modules.append(Tanh())):
        change()
        expected = model.clone().forward(x)
        step.forward(x, np.zeros_like(expected))
        np.testing.assert_allclose(step.output, expected, rtol=1e-12)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_branches_of_branches_train_as_their_modules_do(data):
    seeds = iter(range(1000))

    def module(depth) -> Module:
        kinds = ["linear", "identity", "tanh"] if not depth else ["linear", "concat", "sum", "product", "sequence"]
        kind = data.draw(st.sampled_from(kinds))
        if kind in ("linear", "identity", "tanh"):
            return {"linear": lambda: linear(4, 4, next(seeds)), "identity": Identity, "tanh": Tanh}[kind]()
        inner = [module(depth - 1) for _ in range(data.draw(st.integers(1, 3)))]
        if kind == "concat":
            return Sequential(Concat(1, *inner), linear(4 * len(inner), 4, next(seeds)))
        if kind == "sequence":
            return Sequential(*inner)
        return Sequential(ConcatTable(*inner), CAddTable() if kind == "sum" else CMulTable())

    model = Sequential(module(2), linear(4, 2, 999))
    other, x, t = model.clone(), RNG.standard_normal((3, 4)), RNG.standard_normal((3, 2))
    losses, _ = trained(model, x, t)
    received, step = trained(other, x, t, "numpy")
    np.testing.assert_allclose(received, losses, rtol=1e-8)
    assert "called as modules" not in step.describe()
