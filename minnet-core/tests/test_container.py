from __future__ import annotations

import sys

import numpy as np
import pytest

from minnet_core import Container, Module, Sequential
from minnet_core.errors import NestingError
from minnet_core.nn import walk
from minnet_test_support import notebook


class Fails(Module):
    def updateOutput(self, input):
        raise ValueError("no")

    def updateGradInput(self, input, gradOutput):
        raise ValueError("no")

    accGradParameters = updateGradInput

    def __repr__(self):
        return "Fails"


class Scaled(Container):
    """A container with a parameter of its own."""

    PARAMETERS = {"gamma": "gradGamma"}

    def __init__(self, *modules):
        super().__init__(*modules)
        self.gamma, self.gradGamma = np.ones(1, np.float32), np.zeros(1, np.float32)


def test_add_returns_the_container_and_keeps_order(Linear):
    a, b = Linear(3, 2), Linear(2, 1)
    container = Container().add(a).add(b)
    assert list(container) == container.modules == container[:] == [a, b]
    assert (container[0], container[-1], len(container)) == (a, b, 2)


def test_container_is_true_even_if_empty():
    assert Container()


@pytest.mark.parametrize("value", [None, 3, "Linear", [], np.ones(2)])
def test_add_refuses_what_is_no_module(value):
    with pytest.raises(TypeError, match=r"Container.add: expected a Module instance, received "):
        Container().add(value)


def test_add_refuses_a_class_and_says_what_to_do(Linear):
    with pytest.raises(TypeError, match=r"received <class .*Linear'>; call it to make one"):
        Sequential(Linear)


def test_same_instance_twice_is_refused(Linear):
    layer = Linear(2, 2)
    with pytest.raises(ValueError, match=r"Sequential.add: .* Linear 2 -> 2, which is module 0; add module.clone\(\)"):
        Sequential(layer, layer)


def test_same_instance_is_refused_at_any_depth(Linear):
    layer = Linear(2, 2)
    deep = Sequential(Sequential(Sequential(layer)))
    with pytest.raises(ValueError, match=r"which is module 0\.0\.0"):
        deep.add(layer)
    with pytest.raises(ValueError, match=r"which is module 0\.0\.0"):
        deep.add(Sequential(layer))

    class Holder(Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

    with pytest.raises(ValueError, match=r"which is module 0\.inner"):
        Sequential(Holder(layer), layer)


def test_container_is_refused_inside_itself(Linear):
    inner = Sequential()
    outer = Sequential(inner)
    for add, which in ((lambda: inner.add(inner), "module 0"), (lambda: inner.add(outer), "module itself")):
        with pytest.raises(ValueError, match=f"which is {which};"):
            add()
    assert len(inner) == 0


def test_refused_module_leaves_the_container_as_it_was(Linear):
    layer = Linear(2, 2)
    container = Container(layer)
    with pytest.raises(ValueError, match="add"):
        container.add(layer)
    assert len(container) == 1


def test_constructor_refuses_by_names_within_the_container(Linear):
    layer = Linear(2, 2)
    with pytest.raises(ValueError, match=r"Sequential.add: .* which is module 1\.0; add"):
        Sequential(Linear(2, 2), Sequential(layer), layer)


class Watched(Module):
    """Counts how often anybody looks what is inside."""

    looked = 0

    @property
    def modules(self):
        Watched.looked += 1
        return ()


def looks(build, count):
    Watched.looked = 0
    build([Watched() for _ in range(count)])
    return Watched.looked


def add_each(modules):
    container = Container()
    for module in modules:
        container.add(module)


def nest_outwards(modules):
    container = Container()
    for module in modules:
        container = Container(container, module)


def nest_inwards(modules):
    container = Container()
    for module in modules:
        inner = Container(module)
        container.add(inner)
        container = inner


@pytest.mark.parametrize("build", [lambda modules: Container(*modules), add_each, nest_outwards, nest_inwards])
def test_modules_are_not_looked_at_again_for_each_that_is_added(build):
    few, many, more = (looks(build, count) for count in (100, 200, 400))
    assert many - few <= 200
    assert more - many == 2 * (many - few)


def test_module_is_refused_twice_in_a_large_model(Linear):
    model = Sequential(*(Sequential(Linear(2, 2)) for _ in range(100)))
    for inside, refused in (
        (model, model[50][0]),
        (model[7], model[50]),
        (model[7], model),
        (model, Sequential(model[3])),
    ):
        with pytest.raises(ValueError, match=r"add: expected a module that is not in here yet"):
            inside.add(refused)
    assert len(model) == 100
    assert len(model[7]) == 1


def test_module_that_was_taken_out_of_a_large_model_may_be_added_again(Linear):
    model = Sequential(*(Linear(2, 2) for _ in range(100)))
    taken = model.modules.pop()
    assert model.add(taken)[99] is taken
    assert Sequential(*model)[99] is taken, "it may be in two models"


def test_module_that_an_attribute_was_given_later_is_refused_in_a_small_model(Linear):
    inner = Linear(2, 2)
    model = Sequential(notebook.ReLU())
    model[0].inner = inner
    with pytest.raises(ValueError, match=r"which is module 0.inner"):
        model.add(inner)


def test_constructor_adds_as_a_subclass_does(Linear):
    class Doubling(Container):
        def add(self, module):
            return super().add(module).modules.append(module.clone())

    assert len(Doubling(Linear(2, 2), Linear(2, 2))) == 4


def test_modes_reach_every_module_by_its_own_methods():
    inner = notebook.BatchNormalization()
    container = Container(Container(inner), notebook.ReLU())
    container.evaluate()
    assert not any(module.training for module in (container, container[0], inner, container[1]))
    container.train()
    assert all(module.training for module in (container, container[0], inner, container[1]))


def test_parameters_are_one_list_for_each_module_after_the_own_ones(Linear):
    container = Scaled(Linear(3, 2), Container(Linear(2, 1)), Container())
    own, first, (second,), empty = container.getParameters()
    assert own is container.gamma
    assert first[0] is container[0].W
    assert second[1] is container[1][0].b
    assert empty == []
    assert container.getGradParameters()[0] is container.gradGamma
    assert list(container.namedParameters()) == ["gamma", "0.W", "0.b", "1.0.W", "1.0.b"]


def test_zeroing_reaches_own_and_inner_gradients(Linear):
    container = Scaled(Container(Linear(3, 2)))
    container.flattenParameters()[1].fill(4)
    container.zeroGradParameters()
    assert not container.flattenParameters()[1].any()


@pytest.mark.parametrize("method", ["forward", "backward", "updateGradInput", "accGradParameters"])
def test_error_says_where_it_happened_once_a_level(Linear, method):
    model = Sequential(Linear(3, 2), Sequential(Fails()))
    model[0].output = np.zeros((4, 2), np.float32)
    arguments = [np.ones((4, 3), np.float32)] + [np.ones((4, 2))] * (method != "forward")
    with pytest.raises(ValueError, match="no") as caught:
        getattr(model, method)(*arguments)
    assert caught.value.__notes__ == [
        "in Sequential[0]: Fails, input (4, 2) float32",
        "in Sequential[1]: Sequential, input (4, 2) float32",
    ]


def test_note_names_the_class_of_the_container():
    with pytest.raises(ValueError, match="no") as caught:
        Scaled(Fails()).rethrowErrors(0, "forward", (np.ones(2), 3))
    assert caught.value.__notes__ == ["in Scaled[0]: Fails, input ((2,) float64, int)"]


def test_interrupt_passes_without_a_note():
    class Interrupted(Fails):
        def updateOutput(self, input):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        Sequential(Interrupted()).forward(np.ones(2))
    assert not hasattr(caught.value, "__notes__")


def test_representation_is_a_line_a_module(Linear):
    assert repr(Container(Linear(3, 2), Linear(2, 1))) == "Linear 3 -> 2\nLinear 2 -> 1\n"


def test_same_instance_is_refused_in_another_branch_of_the_same_model(Linear):
    layer, branch = Linear(2, 2), Sequential()
    model = Sequential(Sequential(Sequential(layer)), Sequential(branch))
    with pytest.raises(ValueError, match=r"which is module 0.0.0; add module.clone\(\)"):
        branch.add(layer)
    assert len(branch) == 0
    assert model[1][0] is branch


def test_module_may_be_in_two_models(Linear):
    encoder = Sequential(Linear(2, 2))
    assert Sequential(encoder, Linear(2, 2))[0] is Sequential(encoder)[0]


def test_gradients_of_a_container_that_declares_nothing_are_zeroed(Linear):
    class Gate(Container):
        def __init__(self, *modules):
            super().__init__(*modules)
            self.g, self.gradG = np.ones(2), np.ones(2)

        def getParameters(self):
            return [self.g, *super().getParameters()]

        def getGradParameters(self):
            return [self.gradG, *super().getGradParameters()]

    gate = Gate(Linear(2, 2))
    gate[0].gradW.fill(3)
    gate.zeroGradParameters()
    assert not gate.gradG.any()
    assert not gate[0].gradW.any()


def test_container_that_was_taken_out_is_on_its_own_again(Linear):
    layer, branch = Linear(2, 2), Sequential()
    model = Sequential(layer, branch)
    model.modules.remove(branch)
    assert branch.add(layer)[0] is layer


def nested(module, levels):
    for _ in range(levels):
        module = Sequential(module)
    return module


def test_modules_nested_deeper_than_calls_can_go_are_flattened_copied_and_shown(Linear):
    levels = 2 * sys.getrecursionlimit()
    model = nested(Linear(2, 2), levels)
    (name, *_) = model.namedParameters()
    assert name == ".".join(["0"] * levels + ["W"])
    assert model.flattenParameters()[0].size == 6
    listing = model.getParameters()
    for _ in range(levels):
        (listing,) = listing
    assert len(listing) == 2
    assert repr(model) == "Linear 2 -> 2" + "\n" * levels
    assert len(model.summary().rows) == levels + 1
    model.evaluate()
    twin = model.clone()
    assert not any(module.training for _, module in walk(twin))
    assert twin.namedParameters()[name] is not model.namedParameters()[name]


@pytest.mark.parametrize(
    "method", ["forward", "backward", "updateGradInput", "accGradParameters", "backwardParameters"]
)
def test_pass_through_modules_nested_too_deeply_is_refused(Linear, method):
    model = nested(Linear(2, 2), sys.getrecursionlimit())
    arguments = [np.ones((4, 2), np.float32)] * (1 if method == "forward" else 2)
    with pytest.raises(
        NestingError, match=r"^Sequential: Python's recursion limit of .* nested hundreds deep"
    ) as caught:
        getattr(model, method)(*arguments)
    assert not hasattr(caught.value, "__notes__")


def test_recursion_that_a_layer_is_to_blame_for_is_located(Linear):
    class Endless(Module):
        def updateOutput(self, input):
            return self.updateOutput(input)

    with pytest.raises(RecursionError) as caught:
        Sequential(Sequential(Endless())).forward(np.ones(2))
    assert caught.value.__notes__[-1].startswith("in Sequential[0]: Sequential, input")


def test_hundreds_of_nested_modules_are_trained(Linear):
    model = nested(Linear(2, 2), 200)
    model.flattenParameters()
    model.zeroGradParameters()
    input = np.ones((4, 2), np.float32)
    model.backwardParameters(input, model.forward(input))
    assert model.flattenParameters()[1].any()
