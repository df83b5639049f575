"""Graphs as configs, files and copies, and graphs whose constructor makes nodes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from minnet_core import ConfigError, Graph, build, layers, load, save, to_config
from minnet_core.testing import check_component
from minnet_test_support.components import DeclaredLinear
from minnet_test_support.graphs import Bounded, Plus, Times, Turns, drawn_graph


def linear(n_in, n_out):
    return DeclaredLinear(n_in, n_out, dtype=np.float64, rng=0)


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((4, 3))


@pytest.fixture
def registered():
    for cls in (DeclaredLinear, Plus, Times, Turns, Bounded):
        layers.register(cls)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("seed", range(6))
def test_a_drawn_graph_is_the_same_when_saved_copied_or_pickled(seed, tmp_path):
    rng = np.random.default_rng(seed)
    graph = drawn_graph(rng, linear, inputs=("a", "b"), outputs=2)
    if seed % 2:  # and where another graph is around it
        graph = Graph(["p", "q"], ["in.0", "in.1"]).add("in", graph, ["p", "q"])
    given = rng.standard_normal((2, 4, 3))
    expected = graph.forward(tuple(given))
    twins = load(save(graph, tmp_path / "graph.safetensors")), copy.deepcopy(graph), graph.clone()
    for twin in (*twins, pickle.loads(pickle.dumps(graph))):
        np.testing.assert_array_equal(twin.forward(tuple(given)), expected)
        assert to_config(twin) == to_config(graph)
        assert list(twin.namedParameters()) == list(graph.namedParameters())


@pytest.mark.usefixtures("registered")
def test_shared_nodes_are_shared_again_and_changed_outputs_kept_after_loading(tmp_path, x):
    first = linear(3, 3)
    graph = Graph().add("one", first).add("two", first.clone().share(first))
    graph.outputs = ("one",)
    loaded = load(save(graph, tmp_path / "graph.safetensors"))
    assert loaded["one"].W is loaded["two"].W
    np.testing.assert_array_equal(loaded.forward(x), graph.forward(x))


def test_a_config_says_what_each_node_takes():
    layers.register(Plus)
    config = to_config(Graph(["a", "b"], outputs="sum").add("sum", Plus()))
    assert config == {
        "class": "minnet-core:Graph",
        "inputs": ["a", "b"],
        "outputs": "sum",
        "modules": [{"name": "sum", "inputs": ["a", "b"], "module": {"class": "local:Plus"}}],
    }
    node = config["modules"][0]
    for change, message in [
        ({**node, "name": "a"}, r"modules\[0\]: Graph.add: expected a name that is new, received 'a'"),
        ({**node, "module": {"class": "Plos"}}, "Plos"),
        ({**node, "extra": 1}, "extra"),
        ({"name": "sum"}, "expected a config such as"),
    ]:
        with pytest.raises((ConfigError, LookupError), match=message):
            build({**config, "modules": [change]})


class Block(Graph):
    """Nodes that the constructor makes are not written, those that were added later are."""

    def __init__(self, width):
        super().__init__()
        self.add("layer", linear(width, width)).add("sum", Plus(), ["layer", "input"])


def test_a_graph_with_a_constructor_of_its_own_writes_what_was_added_to_it(x):
    layers.register(Block)
    layers.register(Bounded)
    block = Block(3).add("bent", Bounded(), ["layer"])
    config = to_config(block)
    assert config == {
        "class": "local:Block",
        "width": 3,
        "modules": [{"name": "bent", "inputs": ["layer"], "module": {"class": "local:Bounded"}}],
    }
    assert build(config).order() == ["layer", "bent"]


def test_a_graph_of_ones_own_passes_the_conformance_kit():
    for cls in (Block, Plus):
        layers.register(cls)
    (report,) = check_component(Block(3), input=(4, 3), on_fail=None)
    assert report.failures == ()
