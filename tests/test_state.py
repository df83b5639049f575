"""What is taken from models and optimizers, and put back."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest

from minnet_core import Module, Optimizer, Sequential
from minnet_core.errors import StateError
from minnet_core.state import (
    find_generators,
    generator_state,
    model_state,
    optimizer_state,
    plain_attributes,
    set_generator_state,
    set_model_state,
    set_optimizer_state,
    set_plain_attributes,
)
from minnet_layers import BatchNormalization, Linear
from minnet_optimizers import Adam


def test_plain_attributes_are_numbers_texts_and_lists_and_tables_of_them():
    holder = SimpleNamespace(
        a=1, b=1.5, c=None, d="x", e=[1, (2, 3)], f=True, g=np.float32(1), h=np.ones(1), i={}, j=id
    )
    assert plain_attributes(holder) == {
        **{"a": 1, "b": 1.5, "c": None, "d": "x", "e": [1, {"tuple": [2, 3]}], "f": True, "g": 1},
        "i": {"dict": []},
    }


def test_tuples_stay_tuples():
    holder = SimpleNamespace(pair=(1, (2, 3)), listed=[1, 2])
    state = plain_attributes(holder)
    holder.pair, holder.listed[0] = (4, (5, 6)), 7
    set_plain_attributes(holder, state)
    assert (holder.pair, holder.listed) == ((1, (2, 3)), [1, 2])


def test_the_type_of_a_number_is_kept():
    holder = SimpleNamespace(rate=np.float32(0.5), count=1)
    state = plain_attributes(holder)
    holder.rate, holder.count = 0.5, 1.0
    set_plain_attributes(holder, state)
    assert (type(holder.rate), type(holder.count)) == (np.float32, int)


def test_caches_of_a_layer_are_left_out():
    class Caching(Module):
        CACHES = ("mask",)

        def __init__(self):
            super().__init__()
            self.mask, self.p = None, 0.5

    assert plain_attributes(Caching()).keys() == {"training", "p"}


def test_parameters_are_written_in_place():
    model = Sequential(Linear(2, 3, rng=0))
    optimizer = Adam(model)
    state, held = model_state(model), model[0].W
    held[:] = 7
    set_model_state(model, state)
    assert model[0].W is held
    assert np.array_equal(held, state["parameters"]["0.W"])
    assert model.flattenParameters()[0][0] == held[0, 0]
    assert optimizer.module is model


def test_a_buffer_that_was_none_is_none_again():
    model = Sequential(BatchNormalization())
    state = model_state(model)
    model.forward(np.ones((4, 2), np.float32))
    set_model_state(model, state)
    assert model[0].moving_mean is None


def test_shared_parameters_stay_shared():
    first = Linear(2, 2, rng=0)
    model = Sequential(first, first.clone().share(first))
    state = model_state(model)
    model[0].W[:] = 7
    set_model_state(model, state)
    assert model[0].W is model[1].W
    assert np.array_equal(model[1].W, state["parameters"]["1.W"])


def test_a_model_of_other_modules_is_refused():
    one, other = Sequential(Linear(2, 3)), Sequential(Linear(2, 3), BatchNormalization())
    with pytest.raises(
        StateError, match=r"model: expected the modules \['', '0', '1'\], received a state of \['', '0'\]"
    ):
        set_model_state(other, model_state(one))


def test_an_optimizer_that_has_taken_no_step_forgets_what_it_remembered():
    model = Sequential(Linear(2, 3, rng=0))
    optimizer = Adam(model)
    state = optimizer_state(optimizer)
    optimizer.step()
    optimizer.lr = 7
    set_optimizer_state(optimizer, state)
    assert (optimizer.t, optimizer.state, optimizer.lr) == (0, {}, 1e-3)


def test_what_an_optimizer_keeps_elsewhere_is_kept_too():
    class Whole(Optimizer):
        def __init__(self, module):
            super().__init__(module)
            self.moments, self.listed, self.single = {}, [], None

        def step(self):
            self.moments["W"], self.single = np.ones(2), np.zeros(3)

    model = Sequential(Linear(2, 3, rng=0))
    one, other = Whole(model), Whole(model)
    one.step()
    set_optimizer_state(other, optimizer_state(one))
    assert np.array_equal(other.moments["W"], np.ones(2))
    assert np.array_equal(other.single, np.zeros(3))
    one.listed.append(np.ones(1))
    set_optimizer_state(other, optimizer_state(one))
    assert np.array_equal(other.listed, [np.ones(1)])


def test_what_an_optimizer_holds_of_the_parameters_stays_theirs():
    class Holding(Optimizer):
        def __init__(self, module):
            super().__init__(module)
            self.flat, self.listed = module.flattenParameters()[0], list(module.namedParameters().values())

    one, other = (Holding(Sequential(Linear(2, 3, rng=0))) for _ in range(2))
    set_optimizer_state(other, optimizer_state(one))
    assert other.flat is other.module.flattenParameters()[0]
    assert other.listed[0] is other.module[0].W


@pytest.mark.parametrize(
    "make",
    [
        np.random.RandomState,
        *(lambda seed, bits=bits: np.random.Generator(bits(seed)) for bits in (np.random.PCG64, np.random.Philox)),
    ],
)
def test_a_generator_goes_on(make):
    one, other = make(0), make(1)
    one.normal(size=3)
    set_generator_state(other, generator_state(one), "it")
    assert np.array_equal(one.normal(size=5), other.normal(size=5))


def test_generators_are_found_wherever_a_module_holds_them():
    class Holding(Module):
        def __init__(self):
            super().__init__()
            self.rng, self.more = np.random.default_rng(0), {"a": np.random.RandomState(0)}
            self.listed = [np.random.default_rng(1)]

    names = [name for name, _ in find_generators(Sequential(Holding(), Sequential(Holding())))]
    assert names == [f"{where}.{name}" for where in ("0", "1.0") for name in ("rng", "more.a", "listed.0")]


def test_generators_are_found_in_tuples_and_lists_of_lists_and_spawn_the_same():
    class Holding(Module):
        def __init__(self):
            super().__init__()
            self.pair, self.nested = (np.random.default_rng(0), 1), [[np.random.default_rng(1)]]

    assert [name for name, _ in find_generators(Holding())] == ["pair.0", "nested.0.0"]
    one, other = np.random.default_rng(0), np.random.default_rng(0)
    one.spawn(3)
    set_generator_state(other, generator_state(one), "it")
    assert one.spawn(1)[0].random() == other.spawn(1)[0].random()


def test_what_cannot_be_taken_stays_and_what_came_later_goes():
    holder = SimpleNamespace(table={"a": 1, "f": print, 2: [np.ones(1)]}, loop=[])
    holder.loop.append(holder.loop)
    state = plain_attributes(holder, arrays=True)
    held = holder.table
    held.update({"a": 5, "b": 6, 2: []})
    set_plain_attributes(holder, state)
    assert holder.table is held
    assert held == {"a": 1, "f": print, 2: [np.ones(1)]}


def test_a_component_that_is_gone_is_told():
    class Wrapping(Optimizer):
        inner = None

    model = Sequential(Linear(2, 3, rng=0))
    one, other = Wrapping(model), Wrapping(model)
    one.inner = Adam(model)
    with pytest.raises(StateError, match=r"^optimizer: Wrapping.*: expected a component with .*lr.*, received None$"):
        set_optimizer_state(other, optimizer_state(one))


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState, random.Random])
def test_a_generator_of_any_kind_goes_on_from_a_state_that_json_and_arrays_can_hold(make):
    generator = make(0)
    holder = SimpleNamespace(listed=[{"deep": generator}])
    ((name, found),) = find_generators(holder)
    state, wanted = generator_state(generator), [generator.random() for _ in range(3)]
    set_generator_state(found, state, name)
    assert name == "listed.0.deep"
    assert [generator.random() for _ in range(3)] == wanted


def test_the_state_of_another_kind_of_generator_is_refused():
    with pytest.raises(StateError, match=r"^rng: expected the state of a random.Random, received that of a PCG64$"):
        set_generator_state(random.Random(), generator_state(np.random.default_rng()), "rng")
