"""What is done with a whole model takes work proportional to its modules, however they are nested.

Work is the number of calls, of Python functions and of C functions, which is the same in every run.
"""

from __future__ import annotations

import sys

import numpy as np
import pytest

from minnet_core import ConfigError, Graph, ModelFileError, Optimizer, Sequential, build, layers, load, save, to_config
from minnet_core.nn import Module, find_parameters
from minnet_core.support import collection_paused
from minnet_test_support.components import DeclaredLinear
from minnet_test_support.graphs import Plus


class Descent(Optimizer):
    def update(self, parameters, gradients, *state):
        parameters -= gradients


def side_by_side(modules):
    return Sequential(*modules)


def chain(modules):
    """Each layer beside a container that has the next one."""
    model = Sequential()
    for module in modules:
        model = Sequential(module, model)
    return model


class Scaled(Sequential):
    """A container with a parameter of its own."""

    PARAMETERS = {"gamma": "gradGamma"}

    def __init__(self, *modules):
        super().__init__(*modules)
        self.gamma, self.gradGamma = np.ones(1, np.float32), np.zeros(1, np.float32)


def scaled(modules):
    """As `chain` nests them, the layer behind the container, which has a parameter too."""
    model = Scaled()
    for module in modules:
        model = Scaled(model, module)
    return model


def graph(modules):
    """Behind each layer a node that adds the input to what it makes, which all of these take."""
    model = Graph()
    for index, module in enumerate(modules):
        model.add(f"layer{index}", module)
        model.add(f"sum{index}", Plus(), [f"layer{index}", "input"])
    return model


def leaves_of(model):
    return [DeclaredLinear(2, 2) for _ in find_parameters(model)[::2]]


def add_all(model):
    whole = Sequential()
    for module in leaves_of(model):
        whole.add(module)


def train(model):
    optimizer = Descent(model)
    model.zeroGradParameters()
    batch = np.ones((1, 2), np.float32)
    model.backwardParameters(batch, model.forward(batch))
    optimizer.step()


def share_all(model):
    twin = build(to_config(model))
    twin.share(model)
    twin.flattenParameters()
    twin.astype(np.float64)


def save_and_load(model):
    load(save(model, "model.safetensors"))


def tie_all(model):
    """Make all layers share the parameters of one, as a recurrent network that was unrolled does."""
    layer = DeclaredLinear(2, 2)
    tied = Sequential(*(layer.clone().share(layer) for _ in leaves_of(model)))
    assert tied.flattenParameters()[0].size == 6
    layer.flattenParameters()


OPERATIONS = {
    "build": lambda model: chain(leaves_of(model)),
    "add": add_all,
    "flatten": Module.flattenParameters,
    "buffers": Module.namedBuffers,
    "train": train,
    "save": save_and_load,
    "summary": lambda model: str(model.summary()),
    "repr": repr,
    "modes": Module.evaluate,
    "listing": lambda model: model.getParameters(),
    "share": share_all,
    "tied": tie_all,
}


def work(operation):
    """Count the calls of functions, in Python and in C."""
    count = 0

    def seen(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    with collection_paused():  # what dies of the model before would be counted too
        sys.setprofile(seen)
        try:
            operation()
        finally:
            sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", [side_by_side, chain, scaled, graph])
@pytest.mark.parametrize("name", OPERATIONS)
def test_work_is_linear_in_the_number_of_modules(name, shape, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    layers.register(DeclaredLinear)
    layers.register(Scaled)
    layers.register(Plus)

    def measured(count):
        model = shape([DeclaredLinear(2, 2) for _ in range(count)])
        return work(lambda: OPERATIONS[name](model))

    measured(3)  # which imports and caches
    # Beyond 64 modules: smaller models are looked through at each add.
    few, many, more = (measured(count) for count in (70, 90, 130))
    assert 0 < more - many <= 2.2 * (many - few)


def test_parameters_that_interleave_in_one_array_are_not_compared_with_each_other():
    class Column(Module):
        PARAMETERS = {"W": "gradW"}

        def __init__(self, both, index):
            super().__init__()
            self.W, self.gradW = (array[:, index] for array in both)

    def measured(count):
        both = np.ones((3, count), np.float32), np.zeros((3, count), np.float32)
        model = Sequential(*(Column(both, index) for index in range(count)))
        return work(model.flattenParameters)

    few, many, more = (measured(count) for count in (70, 90, 130))
    assert 0 < more - many <= 2.2 * (many - few)


def test_a_thousand_nested_containers_are_zeroed_before_they_are_flattened():
    layer = DeclaredLinear(2, 2)
    layer.gradW[:] = 1
    model = Sequential(layer)
    for _ in range(2 * sys.getrecursionlimit()):
        model = Sequential(model)
    model.zeroGradParameters()
    assert not layer.gradW.any()


def nested_config(levels):
    config = {"class": "minnet-core:Sequential"}
    for _ in range(levels):
        config = {"class": "minnet-core:Sequential", "modules": [config]}
    return config


def test_hundreds_of_nested_containers_are_saved_and_loaded(tmp_path):
    model = build(nested_config(300))
    assert to_config(model) == nested_config(300)
    assert to_config(load(save(model, tmp_path / "model"))) == nested_config(300)


def test_what_is_nested_too_deeply_is_refused_by_name(tmp_path):
    hint = r"Python's recursion limit of .* is reached, as by modules nested hundreds deep"
    deep = nested_config(3 * sys.getrecursionlimit())
    with pytest.raises(ConfigError, match=rf"^the config cannot be built: {hint}"):
        build(deep)
    model = Sequential()
    for _ in range(2 * sys.getrecursionlimit()):
        model = Sequential(model)
    with pytest.raises(ConfigError, match=rf"^Sequential: {hint}"):
        to_config(model)
    with pytest.raises(ConfigError, match=rf"^Sequential: {hint}"):
        save(model, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("levels", [400, 1000])
def test_file_that_is_nested_too_deeply_is_refused(tmp_path, levels):
    path = save(build(nested_config(300)), tmp_path / "model")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 20 * levels)
    try:
        save(build(nested_config(levels)), path)
    finally:
        sys.setrecursionlimit(limit if levels == 1000 else limit // 2)
    try:
        with pytest.raises(ModelFileError, match=r"(cannot be built|is damaged): Python's recursion limit"):
            load(path)
    finally:
        sys.setrecursionlimit(limit)
