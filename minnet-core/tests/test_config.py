from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import (
    ConfigError,
    Container,
    Criterion,
    Module,
    Optimizer,
    Sequential,
    UnknownComponentError,
    build,
    criterions,
    layers,
    optimizers,
    to_config,
)
from minnet_test_support import notebook


class Everything(Module):
    """A constructor with every kind of parameter."""

    def __init__(self, a, /, b, c=3, *rest, d, e=5, **more):
        super().__init__()
        self.received = (a, b, c, rest, d, e, more)


class Draws(Module):
    PARAMETERS = {"w": "gradW"}

    def __init__(self, n=2, inner=None, *, rng=None, dtype=np.float32):
        super().__init__()
        self.w = np.random.default_rng(rng).standard_normal(n).astype(dtype)
        self.gradW, self.inner = np.zeros_like(self.w), inner


class Holder(Module):
    def __init__(self, value=None):
        super().__init__()
        self.value = value


class Block(Container):
    """Makes children in its constructor; more may be added."""

    def __init__(self, depth=1, *, rng=None):
        super().__init__(*(Draws(rng=rng) for _ in range(depth)))


class Branches(Module):
    """Children in ``*args`` and an attribute of another name, and no ``add``."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = list(branches)


class Course(Module):
    """A student's container, which takes a list and keeps it."""

    def __init__(self, modules=None):
        super().__init__()
        self.modules = modules or []

    def add(self, module):
        self.modules.append(module)


CLASSES = (Everything, Draws, Holder, Block, Branches, Course)


@pytest.fixture(autouse=True)
def _registered():
    for cls in CLASSES:
        layers.register(cls)


def round_trip(component, registry=layers):
    config = to_config(component)
    assert json.loads(json.dumps(config, allow_nan=False)) == config
    again = build(config, registry)
    assert (to_config(again), type(again)) == (config, type(component))
    return again


@pytest.mark.parametrize(
    ("module", "config"),
    [
        (lambda: Everything(1, 2, d=4), {"a": 1, "b": 2, "d": 4}),
        (lambda: Everything(1, b=2, d=4, e=6), {"a": 1, "b": 2, "d": 4, "e": 6}),
        (lambda: Everything(1, 2, 3, 7, 8, d=4), {"a": 1, "b": 2, "c": 3, "rest": [7, 8], "d": 4}),
        (lambda: Everything(1, 2, d=4, x=9, y="z"), {"a": 1, "b": 2, "d": 4, "x": 9, "y": "z"}),
        *((lambda: Holder(), {}), (lambda: Holder(None), {"value": None})),
    ],
)
def test_arguments_of_every_kind_are_caught_and_given_again(module, config):
    module = module()
    assert to_config(module) == {"class": f"local:{type(module).__name__}", **config}
    again = round_trip(module)
    for attribute in ("received", "value"):
        assert getattr(again, attribute, 0) == getattr(module, attribute, 0)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        ([1, (2, [3])], [1, {"class": "tuple", "items": [2, [3]]}]),
        ({"a": {"b": [1.5, None]}}, {"a": {"b": [1.5, None]}}),
        (np.float64, "float64"),
        (np.dtype(">f4"), "float32"),
        (-0.0, -0.0),
        (10**30, 10**30),
    ],
)
def test_values_are_written_as_json_has_them(value, written):
    config = to_config(Holder(value))
    assert config["value"] == written
    assert type(config["value"]) is type(written)
    round_trip(Holder(value))


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (float("nan"), "argument value"),
        (float("inf"), "argument value"),
        (np.float32("nan"), "argument value"),
        (np.ones(2), "argument value"),
        (1j, "argument value"),
        (len, "argument value"),
        (b"x", "argument value"),
        ({1, 2}, "argument value"),
        ({1: 2}, "argument value"),
        ({"class": "os:system"}, "argument value"),
        ([1, {"k": [object()]}], r"argument value\[1\]\['k'\]\[0\]"),
    ],
)
def test_value_that_json_cannot_hold_is_named(value, where):
    with pytest.raises(ConfigError, match=rf"^Holder: {where}: expected a value that JSON can hold .*, received "):
        to_config(Sequential(Holder(value)))


def test_list_that_is_changed_later_does_not_change_the_config():
    sizes, options = [1, [2]], {"k": [3]}
    module = Holder(sizes), Holder(options)
    sizes[1].append(9)
    sizes.append(9)
    options["k"].append(9)
    assert [to_config(m)["value"] for m in module] == [[1, [2]], {"k": [3]}]


def test_generator_is_left_out_and_the_seed_is_kept():
    generators = [np.random.default_rng(0), np.random.PCG64(0), np.random.SeedSequence(0), np.random.RandomState(0)]
    for rng in generators[:3]:
        assert "rng" not in to_config(Draws(rng=rng))
    assert "rng" not in to_config(Block(rng=generators[0]))
    for seed in (7, np.int64(7), [7, 8]):
        np.testing.assert_array_equal(round_trip(Draws(rng=seed)).w, Draws(rng=seed).w)


def test_writing_a_config_draws_nothing_from_the_generator():
    rng = np.random.default_rng(0)
    block = Block(2, rng=rng).add(Draws())
    before = rng.bit_generator.state
    to_config(block)
    assert rng.bit_generator.state == before


def test_dtype_is_that_of_the_parameters_now():
    assert to_config(Draws())["dtype"] == "float32"
    assert to_config(Draws().astype(np.float64))["dtype"] == "float64"
    assert round_trip(Draws(dtype=np.float16)).w.dtype == np.float16


def test_modules_as_arguments_are_nested_configs():
    again = round_trip(Draws(inner=Sequential(Draws(3), Holder([Draws(4), {"k": Draws(5)}]))))
    assert again.inner[0].w.shape == (3,)
    assert again.inner[1].value[1]["k"].w.shape == (5,)


def test_modules_in_star_args_are_arguments():
    again = round_trip(Branches(Draws(2), Draws(3)))
    assert [branch.w.size for branch in again.branches] == [2, 3]
    round_trip(Branches())


def test_children_are_listed_as_they_are_now():
    model = Sequential(Draws(1), Draws(2))
    model.add(Draws(3))
    model.modules[0] = Holder()
    assert [child["class"] for child in to_config(model)["modules"]] == ["local:Holder", "local:Draws", "local:Draws"]
    assert [type(child) for child in round_trip(model)] == [Holder, Draws, Draws]


def test_container_that_makes_children_is_given_only_those_added():
    block = Block(2).add(Holder(1))
    config = to_config(block)
    assert config == {"class": "local:Block", "depth": 2, "modules": [{"class": "local:Holder", "value": 1}]}
    assert [type(child) for child in round_trip(block)] == [Draws, Draws, Holder]
    assert "modules" not in to_config(Block(2))


def test_container_whose_own_children_were_replaced_is_an_error():
    block = Block(2)
    block.modules[0] = Holder()
    with pytest.raises(
        ConfigError, match=r"Block: .*its constructor makes .*\['Draws', 'Draws'\], received \['Holder'"
    ):
        to_config(block)


@pytest.mark.parametrize("make", [Course, lambda: Course(None), lambda: Course([]), lambda: Course([Draws(1)])])
def test_student_container_with_add_is_listed_as_it_is_now(make):
    course = make()
    course.add(Draws(5))
    assert [child.w.size for child in round_trip(course).modules] == [child.w.size for child in course.modules]


def test_list_of_modules_may_be_demanded_and_shrink():
    @layers.register
    class Demands(Course):
        def __init__(self, modules):
            super().__init__(modules)

    course = Demands([Draws(1), Draws(2)])
    del course.modules[0]
    assert [child.w.size for child in round_trip(course).modules] == [2]
    course.modules.clear()
    assert round_trip(course).modules == []


def test_notebook_containers_with_add_are_built():
    layers.register(notebook.Sequential, "Course")
    layers.register(notebook.Linear)
    layers.register(notebook.ReLU)
    model = notebook.Sequential()
    model.add(notebook.Linear(3, 2))
    model.add(notebook.ReLU())
    assert [repr(child) for child in round_trip(model).modules] == ["Linear 3 -> 2", "ReLU"]


def test_one_seed_fixes_a_whole_model():
    config = {
        "class": "Sequential",
        "modules": [{"class": "Draws", "inner": {"class": "Draws"}}, {"class": "Draws", "rng": None}],
    }
    first, second, other = (build(config, rng=seed) for seed in (1, np.random.default_rng(1), 2))
    weights = [list(model.namedParameters().values()) for model in (first, second, other)]
    assert all(np.array_equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))
    assert len({tuple(w) for w in weights[0]}) == 3, "each component draws from a generator of its own"


def test_what_one_component_draws_does_not_change_the_next():
    small, large = (
        {"class": "Sequential", "modules": [{"class": "Draws", "n": n}, {"class": "Draws"}]} for n in (1, 9)
    )
    np.testing.assert_array_equal(build(small, rng=1)[1].w, build(large, rng=1)[1].w)


def test_seed_in_a_config_wins():
    model = build({"class": "Sequential", "modules": [{"class": "Draws", "rng": 5}]}, rng=1)
    np.testing.assert_array_equal(model[0].w, Draws(rng=5).w)


def test_constructor_that_demands_a_generator_is_built():
    @layers.register
    class Demands(Module):
        def __init__(self, n, rng):
            super().__init__()
            self.noise = rng.standard_normal(n)

    model = Sequential(Demands(3, np.random.default_rng(0)))
    assert round_trip(model)[0].noise.shape == (3,)
    np.testing.assert_array_equal(build(to_config(model), rng=1)[0].noise, build(to_config(model), rng=1)[0].noise)


def test_criterions_and_optimizers_are_built_from_their_registries():
    @criterions.register
    class Loss(Criterion):
        def __init__(self, weight=1.0):
            super().__init__()
            self.weight = weight

    @optimizers.register
    class Step(Optimizer):
        def __init__(self, module, rate=0.1):
            super().__init__(module)
            self.rate = rate

    assert round_trip(Loss(2.0), criterions).weight == 2.0
    model = Draws()
    for optimizer in (Step(model, 0.5), Step(module=model, rate=0.5)):
        assert to_config(optimizer) == {"class": "local:Step", "rate": 0.5}
    assert build({"class": "Step", "rate": 0.5}, optimizers, model).module is model
    with pytest.raises(UnknownComponentError, match="Step"):
        build({"class": "Step"}, layers)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, r"^expected a config such as \{'class': 'Linear', 'n_in': 3\}, received None$"),
        ("Draws", "received 'Draws'$"),
        ({}, r"received \{\}$"),
        ({"class": 3}, "received {'class': 3}$"),
        ({"class": "Draws", "m": 3}, "^Draws: unknown argument 'm'; it takes dtype, inner, n, rng$"),
        ({"class": "Draws", "innr": 3}, "^Draws: unknown argument 'innr'; did you mean 'inner'"),
        ({"class": "Holder", "xyz": 3}, "^Holder: unknown argument 'xyz'; it takes value"),
        ({"class": "Sequential", "modules": 3}, "^Sequential: expected a list of configs for modules, received 3"),
        ({"class": "Sequential", "modules": [3]}, r"^Sequential: modules\[0\]: expected a config such as"),
        (
            {"class": "Sequential", "modules": [{"class": "Block", "modules": [{"class": "Draws", "nn": 1}]}]},
            r"^Sequential: modules\[0\]: Block: modules\[0\]: Draws: unknown argument 'nn'; did you mean 'n'\?",
        ),
        ({"class": "Everything", "a": 1, "d": 2}, "^Everything: missing a required argument: 'b'; received {'a': 1, "),
        ({"class": "Draws", "n": -1}, "^Draws: negative dimensions"),
        ({"class": "Draws", "n": "x"}, "^Draws: "),
        ({"class": "Draws", "inner": {"class": "Draws", "n": "x"}}, "^Draws: Draws: "),
    ],
)
def test_config_that_cannot_be_built_says_what_and_where(config, message):
    with pytest.raises(ConfigError, match=message):
        build(config)


def test_unknown_class_is_an_unknown_component():
    with pytest.raises(
        UnknownComponentError, match="no distribution registers 'Holdr' in layers; did you mean 'Holder'"
    ):
        build({"class": "Sequential", "modules": [{"class": "Holdr"}]})


def test_leading_argument_given_twice_is_an_error():
    with pytest.raises(ConfigError, match="multiple values for argument 'n'"):
        build({"class": "Draws", "n": 1}, layers, 1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda key: key != "class"), inner),
    max_leaves=8,
)
trees = st.recursive(
    st.builds(Holder, json_values) | st.builds(Everything, json_values, json_values, d=json_values),
    lambda inner: st.builds(lambda kids: Sequential(*kids), st.lists(inner, max_size=3)) | st.builds(Holder, inner),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(trees)
def test_every_tree_of_configs_comes_back(model):
    round_trip(model)


def test_config_of_what_is_no_component_is_an_error():
    with pytest.raises(ConfigError, match="expected a layer, criterion or optimizer, received int"):
        to_config(3)


def test_a_class_that_stands_for_another_is_written_as_that_one_and_its_subclasses_are_not():
    class Faster(Sequential):
        STANDS_FOR = Sequential

    class Mine(Faster):
        pass

    assert to_config(Faster().add(Faster())) == to_config(Sequential().add(Sequential()))
    assert type(build(to_config(Faster()))) is Sequential
    assert to_config(Mine())["class"] == "local:Mine"
