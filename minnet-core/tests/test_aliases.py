"""Further names of arrays: one array under each, wherever a module is used, and ordinary attributes everywhere else."""

import copy
import pickle
from typing import ClassVar

import numpy as np
import pytest

from minnet_core import Module, Optimizer, Sequential
from minnet_core.nn import further_names, walk


class Scale(Module):
    """Named as the notebook names them, and as others do."""

    PARAMETERS: ClassVar = {"w": "gradW"}
    BUFFERS = ("moving_mean",)
    ALIASES: ClassVar = {"weight": "w", "running_mean": "moving_mean"}

    def __init__(self, n=3):
        super().__init__()
        self.w, self.gradW = np.ones(n, np.float32), np.zeros(n, np.float32)
        self.moving_mean = None

    def updateOutput(self, input):
        self.output = input * self.w
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.w
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += (gradOutput * input).sum(axis=0)


class Descent(Optimizer):
    """The plainest optimizer."""

    def update(self, parameters, gradients):
        parameters -= 0.5 * gradients


def one_step(layer):
    """Train it once on ones."""
    optimizer, ones = Descent(layer), np.ones((2, 3), np.float32)
    layer.zeroGradParameters()
    layer.forward(ones)
    layer.backward(ones, ones)
    optimizer.step()
    return layer


def test_every_name_is_that_of_the_same_array():
    layer = Scale()
    assert layer.weight is layer.w
    assert layer.gradWeight is layer.gradW
    assert layer.running_mean is None
    layer.running_mean = np.zeros(3)
    assert layer.moving_mean is layer.running_mean is layer.namedBuffers()["moving_mean"]


def test_assigning_through_either_trains_alike():
    start = np.array([1.0, 2.0, 3.0], np.float32)
    one, other = Scale(), Scale()
    one.w, other.weight = start.copy(), start.copy()
    np.testing.assert_array_equal(one_step(one).weight, one_step(other).w)
    np.testing.assert_array_equal(one.w, start - 1)


def test_flat_vectors_and_optimizers_see_what_is_assigned():
    model = Sequential(Scale(2), Scale(3))
    optimizer = Descent(model)
    model[1].weight = np.array([7.0, 8.0, 9.0], np.float32)
    parameters, gradients = model.flattenParameters()
    assert parameters.tolist() == [1, 1, 7, 8, 9]
    model[1].gradWeight = np.ones(3, np.float32)
    gradients = model.flattenParameters()[1]
    assert gradients.tolist() == [0, 0, 1, 1, 1]
    optimizer.step()
    assert model[1].weight.tolist() == [6.5, 7.5, 8.5]
    model[1].weight += 1
    assert model.flattenParameters()[0].tolist() == [1, 1, 7.5, 8.5, 9.5]


def test_an_array_counts_once():
    layer = Scale()
    layer.weight = np.ones(3, np.float32)
    assert list(layer.namedParameters()) == ["w"]
    assert list(layer.namedGradParameters()) == ["w"]
    assert layer.summary().parameters == 3
    assert not {"weight", "gradWeight", "running_mean"} & vars(layer).keys()
    assert len(list(walk(layer))) == 1


def test_sharing_takes_any_name():
    one, other = Scale(), Scale()
    assert one.share(other, "weight").weight is other.w
    assert one.gradW is other.gradWeight
    third = one.clone("weight")
    assert third.w is one.w
    one.weight = np.zeros(3, np.float32)  # rebinding is for one layer, as it is by the own name
    assert third.w is not one.w
    model = Sequential(Scale(), Scale())
    assert model.clone("weight")[1].w is model[1].w


def test_a_name_that_is_none_is_told():
    with pytest.raises(ValueError, match=r"expected to share some of \['w'\], received \['wait'\]"):
        Scale().share(Scale(), "weight", "wait")
    with pytest.raises(ValueError, match=r"expected to share some of \['w'\], received \['running_mean'\]"):
        Scale().share(Scale(), "running_mean")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer)), Module.clone])
def test_copies_have_the_names(copied):
    layer = Scale()
    layer.weight = np.array([1.0, 2.0, 3.0], np.float32)
    twin = copied(layer)
    assert twin.weight is twin.w
    assert twin.w is not layer.w
    assert twin.w.tolist() == [1, 2, 3]


def test_deleting_is_deleting():
    layer = Scale()
    del layer.weight
    assert not hasattr(layer, "w")
    assert not hasattr(layer, "weight")


@pytest.mark.parametrize("value", [True, 0.5, [1.0, 2.0, 3.0], "mean"])
def test_what_is_no_array_is_refused(value):
    layer = Scale()
    with pytest.raises(TypeError, match=r"Scale.weight: expected an array, as weight is another name of w, received"):
        layer.weight = value
    assert layer.w.tolist() == [1, 1, 1]


def test_a_subclass_has_the_names_of_its_base():
    class Twice(Scale):
        PARAMETERS: ClassVar = {**Scale.PARAMETERS, "offset": "gradOffset"}

    assert further_names(Twice) == further_names(Scale)
    assert Twice().weight.tolist() == [1, 1, 1]


def test_a_class_may_call_its_own_array_so():
    class Homework(Scale):
        PARAMETERS: ClassVar = {"weight": "gradWeight"}

        def __init__(self):
            super().__init__()
            self.weight, self.gradWeight = np.full(2, 5.0), np.zeros(2)

    layer = Homework()
    assert list(layer.namedParameters()) == ["weight"]
    assert layer.w.tolist() == [1, 1, 1]
    assert further_names(Homework) == {"running_mean": "moving_mean"}


def test_a_class_may_mean_something_else_by_it():
    class Weighted(Scale):
        ALIASES: ClassVar = {}

        def __init__(self):
            super().__init__()
            self.weight = 0.5

    assert (Weighted().weight, Weighted().w.tolist()) == (0.5, [1, 1, 1])

    class Reading(Scale):
        @property
        def weight(self):
            return "mine"

    assert Reading().weight == "mine"


def test_a_name_of_no_array_is_missing_as_any_attribute_is():
    class Weighted(Scale):
        ALIASES: ClassVar = {}

    with pytest.raises(AttributeError, match="'Weighted' object has no attribute 'weight'"):
        _ = Weighted().weight


def test_a_class_that_declares_nothing_has_none():
    class Notebook(Module):
        def __init__(self):
            super().__init__()
            self.weight = [1, 2]

    assert Notebook().weight == [1, 2]
    assert further_names(Notebook) == {}


def test_another_gradient_of_a_subclass_is_the_one_that_is_named():
    class Renamed(Scale):
        PARAMETERS: ClassVar = {"w": "gw"}

        def __init__(self):
            super().__init__()
            self.gw = np.full(3, 2.0)

    assert Renamed().gradWeight.tolist() == [2, 2, 2]


def test_what_is_no_longer_declared_has_no_further_name():
    class Other(Scale):
        PARAMETERS: ClassVar = {"v": "gradV"}

    assert further_names(Other) == {"running_mean": "moving_mean"}
    layer = Other()
    layer.weight = 0.5
    assert layer.w.tolist() == [1, 1, 1]


def test_a_name_comes_back_where_a_subclass_declares_it_again():
    class Without(Scale):
        ALIASES: ClassVar = {}

    class With(Without):
        ALIASES: ClassVar = Scale.ALIASES

    assert With().weight.tolist() == [1, 1, 1]


def test_gradients_can_be_named_otherwise():
    class Named(Scale):
        ALIASES: ClassVar = {"weight": "w", "weight_grad": "gradW", "gradWeight": "w"}

    layer = Named()
    assert layer.weight_grad is layer.gradW
    assert layer.gradWeight is layer.w


@pytest.mark.parametrize("name", ["forward", "output", "training", "PARAMETERS", "not a name", ""])
def test_names_of_the_protocol_are_refused(name):
    with pytest.raises(TypeError, match=r"Wrong.ALIASES: expected names that neither the protocol nor the array has"):
        type("Wrong", (Module,), {"PARAMETERS": {"w": "gradW"}, "ALIASES": {name: "w"}})


def test_help_says_what_it_is():
    assert vars(Scale)["weight"].__doc__ == "Another name of ``w``."
    assert Scale.weight.attribute == "w"
