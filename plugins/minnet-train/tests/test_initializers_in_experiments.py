"""The key ``initializer`` of an experiment and of its layers: who draws which weights, errors, seeds, records."""

from typing import ClassVar

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Module, layers
from minnet_layers import Linear
from minnet_train import ExperimentError, Run
from minnet_train.experiment import build_model, check_components, components_of
from minnet_train.experiment.structure import structure_experiment, unstructure_experiment

FIRST = {"class": "Linear", "n_in": 60, "n_out": 50}
LAST = {"class": "Linear", "n_in": 50, "n_out": 3}


def experiment(*model, **more):
    return structure_experiment(
        {
            "epochs": 1,
            "model": list(model),
            "criterion": {"class": "MSECriterion"},
            "optimizer": {"class": "SGD", "lr": 0.1},
            "data": {"source": "digits"},
            **more,
        }
    )


def built(*model, rng=0, **more):
    made = experiment(*model, **more)
    check_components(made)
    return build_model(made, rng)


def refused(*model, **more):
    with pytest.raises(ExperimentError) as caught:
        built(*model, **more)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def constant(value):
    return {"class": "Constant", "value": value}


def test_one_is_for_all_layers_and_biases_begin_as_0():
    model = built(FIRST, {"class": "ReLU"}, LAST, initializer="Kaiming")
    assert model[0].weight.std() == pytest.approx((2 / 60) ** 0.5, rel=0.05)
    assert model[2].weight.std() == pytest.approx((2 / 50) ** 0.5, rel=0.2)
    assert not model[0].bias.any()


def test_a_layer_may_have_its_own():
    model = built(FIRST, {**LAST, "initializer": constant(0.5)}, initializer="Xavier")
    assert set(model[1].weight.ravel()) == {0.5}
    assert 0 < abs(model[0].weight).max() <= (6 / 110) ** 0.5
    alone = built(FIRST, {**LAST, "initializer": "Eye"})
    np.testing.assert_array_equal(alone[0].weight, built(FIRST, LAST)[0].weight)  # which draws as without
    np.testing.assert_array_equal(alone[1].weight, np.eye(3, 50))


def test_a_container_has_one_for_all_in_it_and_each_of_them_its_own():
    inner = [FIRST, {**LAST, "initializer": constant(2.0)}]
    model = built({"class": "Sequential", "modules": inner, "initializer": constant(1.0)}, {**LAST, "n_in": 3})
    assert [set(layer.weight.ravel()) for layer in model[0]] == [{1}, {2}]
    assert len(set(model[1].weight.ravel())) > 3


def test_the_same_seed_gives_the_same_network():
    model = (FIRST, {**LAST, "initializer": "Orthogonal"})
    one, same, other = (built(*model, initializer="LeCun", rng=seed).flattenParameters()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_it_holds_in_float64():
    single, double = (built(FIRST, initializer="Kaiming", dtype=dtype)[0].weight for dtype in ("float32", "float64"))
    assert double.dtype == np.float64
    np.testing.assert_array_equal(double.astype(np.float32), single)


def test_a_layer_whose_constructor_takes_one_gets_it():
    class Own(Linear):
        def __init__(self, n_in, n_out, initializer="none"):
            super().__init__(n_in, n_out)
            self.initializer = initializer

    with layers.override("Linear", Own):
        assert built({**FIRST, "initializer": "mine"})[0].initializer == "mine"


def test_mistakes_are_told_with_their_keys():
    ((path, message),) = refused(FIRST, initializer="Kaming")
    assert path == ("initializer", "class")
    assert "did you mean 'Kaiming'?" in message
    ((path, message),) = refused({"class": "Sequential", "modules": [{**FIRST, "initializer": {"class": "Xavjer"}}]})
    assert path == ("model", 0, "modules", 0, "initializer", "class")
    ((path, message),) = refused({**FIRST, "initializer": {"class": "Kaiming", "mod": "fan_in"}})
    assert (path, message[:39]) == (("model", 0, "initializer", "mod"), "unknown argument of Kaiming; did you me")
    ((path, message),) = refused({**FIRST, "initializer": 3})
    assert (path, message[-10:]) == (("model", 0, "initializer"), "received 3")
    ((path, message),) = refused({**FIRST, "initializer": {"class": "Kaiming", "mode": "fan"}})
    assert path == ("model", 0, "initializer")
    assert "expected mode to be 'fan_in' or 'fan_out', received 'fan'" in message


def test_one_that_is_not_for_the_weights_is_told():
    ((path, message),) = refused(FIRST, {**LAST, "initializer": "Dirac"})
    assert path == ("model", 1, "initializer")
    assert message.startswith("Dirac(): expected a shape (outputs, inputs, *kernel), received (3, 50)")
    assert message.endswith("in reset, for parameter W (3, 50)")


def test_a_layer_that_cannot_be_reset_is_told():
    class Picky(Module):
        PARAMETERS: ClassVar = {"v": "gradV"}

        def __init__(self, n):
            super().__init__()
            self.v, self.gradV = np.zeros(len(made)), np.zeros(len(made))
            made.append(self)

    made = [None]
    with layers.override("Linear", Picky):
        ((path, message),) = refused({"class": "Linear", "n": 1}, initializer="Kaiming")
    assert path == ("initializer",)
    assert "expected the constructor to make v (1,) again, received (2,)" in message


def test_it_is_recorded_and_earlier_versions_read_what_has_none():
    made = experiment({**FIRST, "initializer": "Eye"}, initializer="Kaiming")
    assert made.initializer == {"class": "Kaiming"}
    assert structure_experiment(unstructure_experiment(made)) == made
    assert {"minnet-layers:Eye", "minnet-layers:Kaiming"} <= components_of(made).keys()
    assert "initializer" not in unstructure_experiment(experiment(FIRST))


def test_a_run_begins_with_it():
    layer = {"class": "Linear", "n_in": 64, "n_out": 10, "initializer": constant(0.25)}
    criterion, optimizer = {"class": "ClassNLLCriterion"}, {"class": "SGD", "lr": 1e-3}
    made = experiment(layer, {"class": "LogSoftMax"}, criterion=criterion, optimizer=optimizer)
    one, other = (Run.prepare(evolve(made, initializer=given)) for given in (None, {"class": "Kaiming"}))
    for run in (one, other):
        assert set(run.model[0].W.ravel()) == {0.25}
        assert not run.model[0].b.any()
