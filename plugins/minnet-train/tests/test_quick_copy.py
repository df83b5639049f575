"""A quick copy is what `copy.deepcopy` makes: of whatever a layer holds, with the same things shared in it."""

from __future__ import annotations

import copy
import random
from types import BuiltinFunctionType

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Module, Sequential
from minnet_layers import BatchNormalization, Dropout, Linear
from minnet_train.training.quick_copy import quick_copy


class Plain(Module):
    def __init__(self, **attributes) -> None:
        super().__init__()
        vars(self).update(attributes)


def holding(**attributes) -> Plain:
    made = Plain()
    vars(made).update(attributes)
    return made


class OwnCopy(Plain):
    def __deepcopy__(self, memo):
        return OwnCopy(made_by="itself")


class OwnState(Plain):
    def __getstate__(self):
        return {"kept": self.kept}

    def __setstate__(self, state):
        vars(self).update(state, restored=True)


class Slotted(Plain):
    __slots__ = ("inside",)


class Listing(Module, list):
    pass


class Constructed(Module):
    def __new__(cls, size=3):
        self = super().__new__(cls, size)
        self.made_with = size
        return self

    def __init__(self, size=3) -> None:
        super().__init__()


class Helper:
    def __init__(self) -> None:
        self.counts = {"a": [1]}


COPIES_SPAWN_ALIKE = len({copy.deepcopy(np.random.default_rng(0)).spawn(1)[0].random() for _ in range(2)}) == 1
"""Whether a copy of a generator has its seed, as since NumPy 2."""


def alike(one, other, seen=None):
    """Whether two things are the same as far as anybody can tell."""
    seen = {} if seen is None else seen
    if id(one) in seen:
        return seen[id(one)] == id(other)  # what is shared in one is shared in the other
    seen[id(one)] = id(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        if one.dtype.hasobject:
            return one.tolist() == other.tolist()
        return one.tobytes() == other.tobytes() and (one.strides, one.dtype) == (other.strides, other.dtype)
    if isinstance(one, dict):
        return [*one] == [*other] and all(alike(one[key], other[key], seen) for key in one)
    if isinstance(one, (list, tuple)):
        items = len(one) == len(other) and all(alike(*pair, seen) for pair in zip(one, other, strict=True))
        return items and alike(getattr(one, "__dict__", None), getattr(other, "__dict__", None), seen)
    if isinstance(one, np.random.Generator):
        same = repr(one.bit_generator.state) == repr(other.bit_generator.state)
        spawn_alike = not COPIES_SPAWN_ALIKE or one.spawn(1)[0].random() == other.spawn(1)[0].random()
        return same and spawn_alike
    if isinstance(one, np.random.RandomState):
        return repr(one.get_state()) == repr(other.get_state())
    if isinstance(one, random.Random):
        return one.getstate() == other.getstate()
    if hasattr(one, "__dict__") and not isinstance(one, (type, BuiltinFunctionType)):
        return alike(vars(one), vars(other), seen)
    return one == other or one is other


def held():
    """Whatever layers hold, some of it twice."""
    shared, inner = np.arange(6.0).reshape(2, 3).T, Plain(x=1)
    generator = np.random.default_rng(4)
    generator.normal(size=3)
    generator.spawn(2)
    keeping = [generator, {"inner": inner}, (shared, shared[1])]
    keeping.append(keeping)
    objects = np.array([[1], "a"], object)
    return {
        "shared": shared, "again": shared, "keeping": keeping, "alone": (1, "a", (None, 2.5)), "inner": inner,
        "seen": {1, 2}, "helper": Helper(), "python": random.Random(3), "bits": np.random.RandomState(3),
        "scalar": np.float32(2), "dtype": np.dtype("f4"), "function": len, "kind": Plain, "objects": objects,
        "mersenne": np.random.Generator(np.random.MT19937(3)), "key": {(1, "a"): b"x"}, "generator": generator,
        "slice": slice(2), "frozen": frozenset({1}), "range": range(3),
    }  # fmt: skip


@pytest.mark.parametrize("name", held())
def test_it_is_the_deep_copy_of_each_thing(name):
    layer = holding(value=held()[name], other=held()[name])
    assert alike(quick_copy(layer, {}), copy.deepcopy(layer))


def test_it_is_the_deep_copy_of_all_of_them_and_shares_nothing_with_it():
    layer = holding(**held())
    made = quick_copy(layer, {})
    assert alike(made, copy.deepcopy(layer))
    assert made.again is made.shared is made.keeping[2][0]
    assert made.keeping[3] is made.keeping
    assert made.keeping[1]["inner"] is made.inner is not layer.inner
    assert made.generator is made.keeping[0] is not layer.generator
    assert not np.shares_memory(made.shared, layer.shared)


def test_a_class_that_says_how_it_is_copied_is_asked():
    listing = Listing()
    listing.append(Plain(x=[1]))
    slotted, own = Slotted(x=1), OwnState(kept=[1], dropped=2)
    slotted.inside = [2]
    by_itself = Plain()
    by_itself.__deepcopy__ = lambda memo: "something else"
    for each in (listing, slotted, own, OwnCopy(), Constructed(5), Plain(a=by_itself)):
        expected, made = copy.deepcopy(each), quick_copy(each, {})
        assert alike(made, expected), each
    assert not hasattr(quick_copy(own, {}), "dropped")


def test_what_is_known_already_is_not_copied():
    model = Sequential(Linear(3, 4, rng=0), BatchNormalization(), Dropout(0.4, rng=1), Linear(4, 2, rng=2))
    model.flattenParameters()
    parameters = model.namedParameters()
    made = quick_copy(model, {id(each): each for each in parameters.values()})
    assert all(made.namedParameters()[name] is each for name, each in parameters.items())
    assert not any(
        np.shares_memory(each, model.namedGradParameters()[name]) for name, each in made.namedGradParameters().items()
    )
    assert alike(quick_copy(model, {}), copy.deepcopy(model))


things = st.recursive(
    st.one_of(
        *(st.none(), st.integers(), st.text(max_size=3), st.floats(allow_nan=False)),
        st.builds(np.zeros, st.integers(0, 3)),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.builds(Plain, a=inner, b=inner)
    ),
)


@settings(max_examples=30, deadline=None)
@given(things)
def test_it_is_the_deep_copy_of_anything(value):
    twice = [value, value]
    assert alike(quick_copy(twice, {}), copy.deepcopy(twice))
