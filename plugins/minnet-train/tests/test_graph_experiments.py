"""Experiments whose layers have names and say what they take: the model is a graph."""

from __future__ import annotations

import shutil
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Graph, Sequential, layers, load, save
from minnet_test_support import plus
from minnet_train import ExperimentError, load_predictor
from minnet_train.commands.evaluate import evaluate
from minnet_train.commands.plot import plot
from minnet_train.commands.predict import predict
from minnet_train.commands.train import train
from minnet_train.evaluation import input_saliency, layer_outputs
from minnet_train.experiment import build_model, check_components, components_of
from minnet_train.experiment.structure import structure_experiment, unstructure_experiment

GRAPH = """\
    { class = "Linear", n_in = 2, n_out = 4, name = "stem" },
    { class = "ReLU", name = "act" },
    { class = "Linear", n_in = 4, n_out = 4 },
    { class = "plus.py:Plus", inputs = ["2", "act"], name = "sum" },
    { class = "Linear", n_in = 4, n_out = 3 },
"""

LINEAR = {"class": "Linear", "n_in": 4, "n_out": 4}
PAIR = [{**LINEAR, "name": "stem"}, {"class": "ReLU", "inputs": "stem", "name": "act"}]


@pytest.fixture
def small(folder, edit) -> str:
    shutil.copy(plus.__file__, folder)
    edit("seed = 3", 'seed = 3\nimports = ["plus.py"]')
    return edit('    { class = "Linear", n_in = 2, n_out = 3 },\n', GRAPH)


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


def built(*model, **more):
    made = experiment(*model, **more)
    check_components(made)
    return build_model(made, 0)


def refused(*model, **more):
    with pytest.raises(ExperimentError) as caught:
        built(*model, **more)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def run(*arguments, command=train):
    done = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_layers_without_a_name_or_inputs_are_one_after_another():
    assert type(built(LINEAR, {"class": "ReLU"})) is Sequential


def test_a_layer_takes_what_the_one_before_makes_unless_it_says_what():
    model = built(LINEAR, {"class": "ReLU", "name": "act"}, LINEAR, {"class": "Identity", "inputs": ["2"]})
    assert type(model) is Graph
    assert model.sources == {"0": ("input",), "act": ("0",), "2": ("act",), "3": ("2",)}
    assert built(*PAIR).sources == {"stem": ("input",), "act": ("stem",)}
    assert list(model.namedParameters()) == ["0.W", "0.b", "2.W", "2.b"]


def test_a_graph_that_is_a_chain_has_the_weights_of_the_same_layers_without_names():
    model = (LINEAR, {"class": "ReLU"}, {**LINEAR, "initializer": "Kaiming"})
    named = (model[0], {**model[1], "name": "act"}, model[2])
    one, other = (built(*each, initializer="Xavier").flattenParameters()[0] for each in (model, named))
    np.testing.assert_array_equal(one, other)


def test_outputs_are_named():
    model = built(*PAIR, {**LINEAR, "inputs": ["stem"], "name": "other"}, outputs=["act", "other"])
    assert len(model.forward(np.ones((2, 4), np.float32))) == 2
    assert built(PAIR[1], {**PAIR[0], "inputs": "input"}, outputs="act").order() == ["stem", "act"]
    assert built(LINEAR, {"class": "ReLU"}, outputs=["1"]).outputs == ("1",)


def test_a_graph_may_be_a_layer():
    nodes = [
        {"name": "a", "inputs": ["x"], "module": {**LINEAR, "initializer": {"class": "Constant", "value": 2.0}}},
        {"name": "b", "inputs": ["a"], "module": {"class": "ReLU"}},
    ]
    model = built(LINEAR, {"class": "Graph", "inputs": ["x"], "modules": nodes, "name": "block"})
    assert model["block"].sources == {"a": ("x",), "b": ("a",)}
    assert set(model["block"]["a"].W.ravel()) == {2}
    assert (("model", 1, "modules", 0, "module", "n_out"), "expected an integer, received 'x'") in refused(
        LINEAR, {"class": "Graph", "modules": [{"name": "a", "module": {**LINEAR, "n_out": "x"}}]}
    )
    ((path, message),) = refused(
        LINEAR, {"class": "Graph", "modules": [{"name": "a", "inputs": ["a"], "module": LINEAR}]}
    )
    assert path == ("model", 1, "modules")
    assert message == "Graph: expected a graph without a circle, received 'a' -> 'a'"


class Named(layers["Identity"]):
    """A layer whose constructor takes the keys itself."""

    def __init__(self, name="", inputs=1):
        super().__init__()
        self.name, self.inputs = name, inputs


def test_a_layer_that_takes_such_keys_itself_gets_them():
    layers.register(Named)
    model = built({"class": "Named", "name": "mine", "inputs": 3})
    assert type(model) is Sequential
    assert (model[0].name, model[0].inputs) == ("mine", 3)


@pytest.mark.parametrize(
    ("model", "more", "path", "message"),
    [
        ([{**LINEAR, "name": 3}], {}, ("model", 0, "name"), "to be a text without dots, received 3"),
        ([{**LINEAR, "name": "a.b"}], {}, ("model", 0, "name"), "to be a text without dots, received 'a.b'"),
        ([{**LINEAR, "name": "input"}], {}, ("model", 0, "name"), "'input', which is the name of an input"),
        ([*PAIR, {**LINEAR, "name": "stem"}], {}, ("model", 2, "name"), "'stem', which is the name of a node"),
        ([{**LINEAR, "inputs": 3}], {}, ("model", 0, "inputs"), "expected the name of a layer or a list of names"),
        ([{**LINEAR, "inputs": []}], {}, ("model", 0, "inputs"), "expected the name of a layer or a list of names"),
        ([*PAIR, {**LINEAR, "inputs": ["stme"]}], {}, ("model", 2, "inputs"), "received 'stme'; did you mean 'stem'?"),
        ([*PAIR, {**LINEAR, "inputs": ["2"]}], {}, ("model", 2, "inputs"), "received '2' -> '2'"),
        ([*PAIR], {"outputs": ["atc"]}, ("outputs",), "received 'atc'; did you mean 'act'?"),
        ([*PAIR], {"outputs": []}, ("outputs",), "expected at least one name"),
        ([*PAIR], {"outputs": 3}, ("outputs",), "expected the name of a layer or a list of names"),
        ([*PAIR], {"outputs": ["stem"]}, ("model", 1), "expected a layer that leads to the output of the model"),
        ([*PAIR, {**LINEAR, "inputs": "stem"}], {}, ("model", 1), "received 'act', which no layer that does takes"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(model, more, path, message):
    ((where, said),) = refused(*model, **more)
    assert where == path
    assert message in said


def test_an_experiment_is_written_as_it_was_and_earlier_versions_read_one_without_a_graph():
    made = experiment(*PAIR, outputs="act")
    assert structure_experiment(unstructure_experiment(made)) == made
    assert made.model[1] == PAIR[1]
    assert "outputs" not in unstructure_experiment(experiment(LINEAR))
    assert {"minnet-layers:Linear", "minnet-layers:ReLU"} < components_of(made).keys()


def test_a_graph_with_a_strangers_layer_of_two_inputs_trains_and_predicts(small, folder):
    run(small)
    model = load("small.safetensors", prepared=True)
    assert model.sources["sum"] == ("2", "act")
    assert model.sources["4"] == ("sum",)
    predictor = load_predictor("small.safetensors")
    assert len(predictor.predict(np.ones((2, 2), np.float32))) == 2
    assert "accuracy" in run("small.safetensors", "--import", "plus.py", command=evaluate)
    output = run("small.safetensors", "flowers.csv", "--import", "plus.py", command=predict)
    assert output


def test_a_run_that_is_resumed_ends_with_the_same_weights(small, folder):
    run(small, "--epochs", "4", "-o", "whole.safetensors", "--run", "whole")
    run(small, "--run", "half")
    run("--resume", "half", "--epochs", "4", "--import", "plus.py")
    whole, half = (load(f"{name}.safetensors", prepared=True) for name in ("whole", "small"))
    np.testing.assert_array_equal(half.flattenParameters()[0], whole.flattenParameters()[0])


def test_named_layers_are_frozen_and_a_key_is_set_by_its_place(small, folder):
    run(small, "-o", "old.safetensors", "--run", "old")
    run(small, "--from", "old.safetensors", "--freeze", "stem", "--freeze", "2", "--set", "model[4].inputs=['sum']")
    old, new = (load(f"{name}.safetensors", prepared=True).namedParameters() for name in ("old", "small"))
    changed = {name for name in old if not np.array_equal(old[name], new[name])}
    assert changed == {"4.W", "4.b"}


def test_another_head_is_put_on_a_graph(small, folder, edit):
    run(small, "-o", "old.safetensors", "--run", "old")
    kept = load("old.safetensors", prepared=True).namedParameters()
    run(small, "--from", "old.safetensors", "--new-head", "--freeze", "stem", "--freeze", "2")
    new = load("small.safetensors", prepared=True).namedParameters()
    assert {name for name in kept if not np.array_equal(kept[name], new[name])} == {"4.W", "4.b"}
    edit('n_out = 4 },\n    { class = "plus.py:Plus"', 'n_out = 4, bias = false },\n    { class = "plus.py:Plus"')
    done = CliRunner().invoke(train, [small, "--from", "old.safetensors"])
    assert "model[2]: expected the layer of 'old.safetensors', whose 2.b is (4,)" in str(done.exception)


def test_an_error_of_a_shape_names_the_layer(small, edit):
    edit("n_in = 4, n_out = 3 }", "n_in = 5, n_out = 3 }")
    done = CliRunner().invoke(train, [small])
    assert "model[4]: Linear 5 -> 3: expected input (batch, 5), received (2, 4) float32" in str(done.exception)


def test_maps_are_those_of_the_nodes_and_saliency_is_that_of_the_score():
    model = built(*PAIR, {"class": "LogSoftMax", "name": "scores"})
    model.evaluate()
    inputs = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    chain = Sequential(*(module.clone() for module in model))
    assert [name for name, _ in layer_outputs(model, inputs)] == ["stem Linear", "act ReLU", "scores LogSoftMax"]
    np.testing.assert_array_equal(layer_outputs(model, inputs)[1][1], layer_outputs(chain, inputs)[1][1])
    np.testing.assert_array_equal(input_saliency(model, inputs), input_saliency(chain, inputs))
    assert model.order()[-1] == "scores"


def test_the_picture_of_a_model_needs_neither_a_run_nor_matplotlib(small, folder, monkeypatch):
    run(small, "--run", "runs/one")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    given = ("--import", "plus.py")
    assert (
        run("--model", "small.safetensors", *given, command=plot)
        == "The layers of small.safetensors are in model.svg\n"
    )
    run("--model", "runs/one", *given, "-o", "run.svg", command=plot)
    assert (folder / "run.svg").read_bytes() == (folder / "model.svg").read_bytes()
    texts = [element.text for element in ElementTree.parse("model.svg").iter("{http://www.w3.org/2000/svg}text")]
    assert texts[2:5] == ["stem", "Linear 2 -> 4", "(1, 4) float32"]
    save(Sequential(layers["Linear"](2, 3)), "bare.safetensors")
    run("--model", "bare.safetensors", "-o", "bare.svg", command=plot)
    assert "(1, 3)" not in (folder / "bare.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "m", "-o", "m.png"], "m.png: expected the name of the picture of a model to end in .svg"),
        (["--model", "m", "--kind", "roc"], "expected --model with no more than --output and --import, received kind"),
        (["--model", "m", "m"], "expected --model with no more than --output and --import, received run"),
        ([], "Missing argument 'RUN...'"),
        (["--model", "m", "-o", "none/m.svg"], "none/m.svg: expected a file that can be written"),
        (["--model", "small.toml"], "small.toml"),
    ],
)
def test_what_a_picture_of_a_model_cannot_be_is_said(arguments, message, folder):
    save(Sequential(layers["Linear"](2, 3)), "m")
    done = CliRunner().invoke(plot, arguments)
    assert done.exit_code
    assert message in f"{done.output} {done.exception}"
