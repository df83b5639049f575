"""Classes in the form of the notebook, with only the base class swapped for ours, are full citizens."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Sequential, layers, to_config
from minnet_core.testing import check_gradients
from minnet_test_support import notebook


def build_model(container):
    np.random.seed(0)
    model = container()
    for layer in (notebook.Linear(3, 4), notebook.BatchNormalization(0.5), notebook.ReLU(), notebook.Linear(4, 2)):
        model.add(layer)
    return model


@pytest.fixture(params=["theirs", "ours"])
def model(request):
    return build_model(notebook.Sequential if request.param == "theirs" else Sequential)


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((6, 3))


def test_parameters_are_named_by_the_attributes_that_hold_them(model):
    assert list(model.namedParameters()) == ["0.W", "0.b", "3.W", "3.b"]
    assert model.namedParameters()["0.W"] is model[0].W
    assert model.namedGradParameters()["3.b"] is model[3].gradb


def test_moving_averages_are_buffers_once_they_are_arrays(model, x):
    assert model.namedBuffers() == {}
    model.forward(x)
    assert list(model.namedBuffers()) == ["1.moving_mean", "1.moving_variance"]


def test_model_trains_by_its_flat_vectors(model, x):
    target = x[:, :2] * 2 - 1
    parameters, gradients = model.flattenParameters()
    losses = []
    for _ in range(200):
        difference = model.forward(x) - target
        losses.append(float((difference**2).mean()))
        model.zeroGradParameters()
        model.backward(x, difference / len(x))
        parameters -= 0.1 * gradients
    assert losses[-1] < losses[0] / 10
    assert model.flattenParameters()[0] is parameters


def test_nested_lists_of_parameters_train_in_place(model, x):
    model.backward(x, model.forward(x))
    before = model[0].W.copy()
    for layer, gradients in zip(model.getParameters(), model.getGradParameters(), strict=True):
        for parameter, gradient in zip(layer, gradients, strict=True):
            parameter -= 0.1 * gradient
    assert not np.array_equal(before, model[0].W)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_are_right(model, x, training):
    model.forward(x)
    (model.train if training else model.evaluate)()
    check_gradients(model, x, tolerance=1e-5)


def test_gradients_are_right_with_random_numbers_of_the_global_generator(x):
    check_gradients(notebook.Dropout(0.4), x)
    check_gradients(Sequential(notebook.Linear(3, 4), notebook.Dropout(0.4)), x)


@pytest.mark.parametrize(
    "duplicate", [lambda m: m.clone(), copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["c", "d", "p"]
)
def test_copies_are_whole(model, x, duplicate):
    model.forward(x)
    model.flattenParameters()
    model.evaluate()
    twin = duplicate(model)
    np.testing.assert_array_equal(twin.forward(x), model.forward(x))
    twin.flattenParameters()[0][:] = 0
    assert model[0].W.any()


def test_sharing_converting_and_clearing_work(model, x):
    model.forward(x)
    twin = model.clone().share(model)
    assert twin[0].W is model[0].W
    model.astype(np.float32)
    assert model[0].W.dtype == model[0].gradW.dtype == model[1].moving_mean.dtype == np.float32
    model.clearState()
    assert (model.output, model[0].output) == (None, None)
    assert model[1].moving_mean is not None


def test_summary_counts_what_they_have(model, x):
    model.forward(x)
    summary = model.summary((5, 3))
    assert summary.parameters == 3 * 4 + 4 + 4 * 2 + 2
    assert [row.output for row in summary.rows][-1] == "(5, 2) float64"


def test_config_is_caught_without_help(model):
    for cls in notebook.LAYERS:
        layers.register(cls)
    modules = to_config(model)["modules"]
    assert modules[0] == {"class": "local:Linear", "n_in": 3, "n_out": 4}
    assert modules[1] == {"class": "local:BatchNormalization", "alpha": 0.5}


def test_modes_propagate(model):
    model.evaluate()
    assert [layer.training for layer in model.modules] == [False] * 4
    model.train()
    assert [layer.training for layer in model.modules] == [True] * 4


def test_their_container_inside_ours_and_ours_inside_theirs(x):
    theirs = build_model(notebook.Sequential)
    outer = Sequential(theirs, notebook.Linear(2, 2))
    both = notebook.Sequential()
    both.add(outer)
    assert list(both.namedParameters())[-2:] == ["0.1.W", "0.1.b"]
    both.forward(x)
    both.evaluate()
    check_gradients(both, x, tolerance=1e-5)
