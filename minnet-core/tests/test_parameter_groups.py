"""Parameter groups of any optimizer: which parameters they have, and what a step does with their options."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import Module, Optimizer, Sequential
from minnet_core.nn.optimizer import BLOCK
from minnet_core.state import optimizer_state, set_optimizer_state


class Affine(Module):
    PARAMETERS = {"W": "gradW", "b": "gradb"}

    def __init__(self, n=2):
        super().__init__()
        self.W, self.gradW = np.zeros((n, 2)), np.ones((n, 2))
        self.b, self.gradb = np.zeros(2), np.ones(2)


class Scale(Module):
    PARAMETERS = {"gamma": "gradGamma"}

    def __init__(self):
        super().__init__()
        self.gamma, self.gradGamma = np.zeros((2, 2)), np.ones((2, 2))


class Decaying(Optimizer):
    """Without state, steps by the rate times one more than the number of steps before, and shrinks."""

    def __init__(self, module, rate=1.0, weight_decay=0.5, limit=(0.0, 1.0)):
        super().__init__(module)
        if rate < 0:
            raise ValueError("rate: expected 0 or more")
        self.rate, self.weight_decay, self.limit = rate, weight_decay, limit
        self.sizes = []

    def update(self, parameters, gradients):
        self.sizes.append(parameters.size)
        parameters *= 1 - self.weight_decay
        parameters -= self.rate * self.t * gradients


@pytest.fixture
def model():
    return Sequential(Affine(), Scale(), Affine(3))


def moved(model):
    return {name: float(array.flat[0]) for name, array in model.namedParameters().items()}


def test_a_pattern_means_names_and_a_layer_all_in_it(model):
    optimizer = Decaying(model)
    for names, expected in {
        "*.b": ["0.b", "2.b"],
        "0": ["0.W", "0.b"],
        "2.W": ["2.W"],
        "?.gamma": ["1.gamma"],
        "*": ["0.W", "0.b", "1.gamma", "2.W", "2.b"],
    }.items():
        optimizer.groups = [{"names": names, "rate": 2.0}]
        assert optimizer.groups[0]["names"] == expected
    optimizer.groups = [{"names": ["2.b", "1"]}]
    assert optimizer.groups[0]["names"] == ["1.gamma", "2.b"]
    alone = Decaying(Affine())
    alone.groups = [{"names": "*.b"}]
    assert alone.groups[0]["names"] == ["b"]


def test_each_parameter_is_stepped_once_with_the_options_of_the_first_group_that_names_it(model):
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "0.b", "rate": 10.0}, {"names": "*.b", "rate": 100.0}]
    optimizer.step()
    assert moved(model) == {"0.W": -1.0, "0.b": -10.0, "1.gamma": -1.0, "2.W": -1.0, "2.b": -100.0}
    assert (optimizer.rate, optimizer.t) == (1.0, 1)
    assert sum(optimizer.sizes) == model.flattenParameters()[0].size


def test_no_decay_is_of_vectors_and_of_scales_and_shifts(model):
    optimizer = Decaying(model, rate=0.0)
    for array in model.namedParameters().values():
        array.fill(1.0)
    optimizer.groups = ["no_decay"]
    optimizer.step()
    assert moved(model) == {"0.W": 0.5, "0.b": 1.0, "1.gamma": 1.0, "2.W": 0.5, "2.b": 1.0}
    nothing = Decaying(Sequential())
    nothing.groups = ["no_decay"]
    assert nothing.groups == []


def test_no_decay_leaves_what_an_earlier_group_has(model):
    optimizer = Decaying(model)
    optimizer.groups = [{"names": "0"}, "no_decay"]
    assert [group["names"] for group in optimizer.groups] == [["0.W", "0.b"], ["1.gamma", "2.b"]]


def test_frozen_parameters_stay_and_count_no_steps_until_they_are_not(model):
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "2", "frozen": True}]
    assert optimizer.frozen_ranges() == [(10, 18)]
    optimizer.step()
    optimizer.step()
    assert moved(model)["2.W"] == 0.0
    optimizer.groups[0]["frozen"] = False
    optimizer.step()
    optimizer.step()
    assert moved(model) == {"0.W": -10.0, "0.b": -10.0, "1.gamma": -10.0, "2.W": -3.0, "2.b": -3.0}
    assert optimizer.frozen_ranges() == []


def test_options_may_be_changed_in_the_tables(model):
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "0", "rate": 2.0}]
    optimizer.groups[0]["rate"] = 3.0
    optimizer.step()
    assert moved(model)["0.W"] == -3.0
    optimizer.groups = []
    optimizer.step()
    assert moved(model)["0.W"] == -5.0


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([{"names": "*.bias"}], r"groups\[0\]: expected the name of a parameter.* received '\*.bias'"),
        ([{"names": "*.b"}, {"names": "0.w"}], r"groups\[1\]: .*did you mean '0.W'"),
        ([{"names": "0", "rat": 1.0}], r"expected an option of Decaying, received 'rat'; did you mean 'rate'"),
        ([{"names": "0", "module": 1.0}], "expected an option of Decaying, received 'module'"),
        ([{"names": "0"}, {"names": ["0.b"]}], r"groups\[1\]: expected parameters that no group before it has"),
        ([{"rate": 1.0}], "expected 'no_decay' or a group such as"),
        ([{"names": []}], "expected 'no_decay' or a group such as"),
        (["no_bias"], "expected 'no_decay' or a group such as"),
        ([{"names": "0", "frozen": 1}], "expected frozen to be true or false, received 1"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(model, groups, message):
    optimizer = Decaying(model)
    optimizer.groups = [{"names": "2", "rate": 2.0}]
    before = copy.deepcopy(optimizer.groups)
    with pytest.raises((ValueError, TypeError), match=message):
        optimizer.groups = groups
    assert optimizer.groups == before
    assert (optimizer.rate, optimizer.weight_decay) == (1.0, 0.5)


def test_an_optimizer_that_steps_by_itself_has_no_groups(model):
    class Own(Decaying):
        def step(self):
            self.t += 1

    with pytest.raises(ValueError, match="^Own: expected no groups, as its step is of all parameters"):
        Own(model).groups = [{"names": "0"}]


@pytest.mark.parametrize("groups", [[{"decay": 1.0}], 3, None])
def test_an_attribute_of_that_name_is_its_own_affair_where_it_steps_by_itself(model, groups):
    class Own(Decaying):
        def step(self):
            self.t += 1

    optimizer = Own(model)
    optimizer.groups = groups
    assert optimizer.groups is groups


def test_a_parameter_that_modules_share_is_in_the_group_that_names_one_of_them():
    first, second = Affine(), Affine()
    second.share(first, "W")
    model = Sequential(first, second)
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "1.W", "rate": 2.0}]
    optimizer.step()
    assert moved(model) == {"0.W": -2.0, "0.b": -1.0, "1.W": -2.0, "1.b": -1.0}


def test_groups_follow_parameters_that_are_rebound_and_blocks_cover_them():
    model = Sequential(Affine(BLOCK // 2 + 3), Affine(BLOCK + 5))
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "*.b", "rate": 2.0}]
    optimizer.step()
    assert max(optimizer.sizes) <= BLOCK
    assert sum(optimizer.sizes) == model.flattenParameters()[0].size
    model[1].W = np.zeros((BLOCK + 5, 2))
    optimizer.step()
    assert moved(model) == {"0.W": -3.0, "0.b": -6.0, "1.W": -2.0, "1.b": -6.0}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda optimizer: pickle.loads(pickle.dumps(optimizer))])
def test_a_copy_has_groups_of_its_own(model, copied):
    optimizer = Decaying(model, weight_decay=0.0)
    optimizer.groups = [{"names": "0", "rate": 2.0}]
    optimizer.step()
    twin = copied(optimizer)
    twin.step()
    assert moved(twin.module)["0.W"] == -6.0
    assert moved(model)["0.W"] == -2.0
    assert (twin.groups[0]["t"], optimizer.groups[0]["t"]) == (2, 1)


def test_a_state_has_the_groups_and_their_steps(model):
    optimizer, other = (Decaying(made, weight_decay=0.0) for made in (model, copy.deepcopy(model)))
    for each in (optimizer, other):
        each.groups = [{"names": "0", "rate": 2.0, "limit": (0.5, 1.0)}, {"names": "1", "frozen": True}]
    optimizer.step()
    optimizer.groups[0]["rate"] = 3.0
    set_optimizer_state(other, optimizer_state(optimizer))
    assert other.groups == optimizer.groups
    assert other.t == 1


def test_whole_parameters_are_seen_one_by_one():
    class Whole(Decaying):
        WHOLE_PARAMETERS = True

    model = Sequential(Affine(BLOCK), Scale())
    optimizer = Whole(model, weight_decay=0.0)
    optimizer.step()
    assert optimizer.sizes == [2 * BLOCK, 2, 4]
    optimizer.groups = [{"names": "0.b", "rate": 0.0}]
    optimizer.step()
    assert optimizer.sizes[3:] == [2, 2 * BLOCK, 4]
    assert moved(model) == {"0.W": -3.0, "0.b": -1.0, "1.gamma": -3.0}
