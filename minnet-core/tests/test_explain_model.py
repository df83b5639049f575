"""``minnet explain MODEL``: what a model file says of itself, and what plugins know of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from minnet_core import Graph, ModelFileError, Module, Sequential, layers, read_header, save
from minnet_core.diagnosis import Section, explain_model
from minnet_core.discovery import FIRST_PARTY, forget
from minnet_core.testing import install_distribution

PLUGIN = """
from minnet_core import hookimpl
from minnet_core.diagnosis import Section

@hookimpl
def minnet_explain_model(header, path):
    if "told" in header.metadata:
        return Section("told", (("what", header.metadata["told"]), ("what", path)), {"what": header.metadata["told"]})
"""
FAILING = """
from minnet_core import hookimpl

@hookimpl
def minnet_explain_model(header):
    return RETURNED
"""


class Weights(Module):
    PARAMETERS = {"W": "gradW"}

    def __init__(self):
        super().__init__()
        self.W, self.gradW = np.ones((3, 4), np.float32), np.zeros((3, 4), np.float32)


@pytest.fixture
def minnet(run_minnet, monkeypatch, site):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", ",".join(sorted(FIRST_PARTY - {"minnet-core"})))

    def run(*arguments: str) -> str:
        code, out, run.err = run_minnet(*arguments)
        assert code == 0, run.err
        return out

    return run


@pytest.fixture
def path(tmp_path):
    with layers.override("Weights", Weights):
        return str(save(Sequential(Weights(), Sequential()), tmp_path / "m.safetensors", metadata={"told": "\x1b[2J!"}))


def install(site, source):
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points={"minnet": {"it": "strange_a"}})
    forget()


def test_a_file_is_explained_without_building_it(minnet, path):
    header = read_header(path)
    output = minnet("explain", path)
    assert f"file         {path}, " in output
    assert "layers       Sequential(Weights, Sequential)\n" in output
    assert "arrays       1 of 12 numbers, F32\n" in output
    assert f"SHA-256      {header.digest}\n" in output
    assert "metadata     told\n" in output
    assert "prepared by" not in output


def test_of_a_graph_it_is_told_what_each_node_takes(minnet, tmp_path):
    graph = Graph(["a", "b"]).add("stem", Weights(), ["a"]).add("top", Sequential(Sequential()), ["stem", "b"])
    with layers.override("Weights", Weights):
        path = str(save(graph, tmp_path / "graph.safetensors"))
    output = minnet("explain", path)
    assert "layers       Graph(stem: Weights of a, top: Sequential(Sequential) of stem, b)\n" in output


def test_json_says_the_same(minnet, path):
    found = json.loads(minnet("explain", path, "--json"))
    assert found["arrays"] == {"0.W": {"dtype": "F32", "shape": [3, 4]}}
    assert found["config"] == read_header(path).config
    assert (found["format"], found["metadata"], found["sections"]) == (1, ["told"], {})


def test_a_plugin_says_what_it_knows(minnet, path, site):
    install(site, PLUGIN)
    assert minnet("explain", path).endswith(f"\n\ntold\nwhat         \\x1b[2J!\n             {path}\n")
    assert json.loads(minnet("explain", path, "--json"))["sections"] == {"told": {"what": "\x1b[2J!"}}


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("'text'", "expected a Section or None, received 'text'"),
        ("__import__('minnet_core.diagnosis').diagnosis.Section('a', (), {'b': {1}})", "not JSON serializable"),
        ("__import__('minnet_core.diagnosis').diagnosis.Section('a', ((1, 'b'),), {})", "TypeError"),
    ],
)
def test_a_plugin_that_fails_is_told_and_hides_nothing(minnet, path, site, returned, message):
    install(site, FAILING.replace("RETURNED", returned))
    found = explain_model(path)
    assert message in found.failures[0]
    assert not found.sections
    forget()
    assert "arrays       1 of 12 numbers, F32\n" in minnet("explain", path)
    assert message in minnet.err


def test_a_file_of_another_kind_and_none_are_errors(tmp_path):
    (tmp_path / "m.safetensors").write_text("x")
    with pytest.raises(ModelFileError, match="expected a whole safetensors file"):
        explain_model(tmp_path / "m.safetensors")
    with pytest.raises(FileNotFoundError):
        explain_model(tmp_path / "none.safetensors")


def test_a_component_comes_before_a_file_of_its_name(minnet, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Sequential").write_text("x")
    assert "kind         layer" in minnet("explain", "Sequential", "--no-check")


def test_a_section_is_of_texts():
    assert Section("a", (("b", "c"),), {}).rows == (("b", "c"),)
    with pytest.raises(TypeError):
        Section("a", (("b", 1),), {})
