"""Pictures of models: what is in the SVG, and where it stands."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import Container, Graph, Module, Sequential
from minnet_core.drawing import Arrow, Box, Diagram, arrange, draw_diagram
from minnet_test_support.components import DeclaredLinear, Identity
from minnet_test_support.graphs import Bounded, Plus, Turns, drawn_graph

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ElementTree.fromstring(str(picture))


def boxes(root):
    """Name -> (left, top, right, bottom) and lines."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("class", "").startswith("box"):
            x, y, width, height = (float(group.find(f"{SVG}rect").get(key)) for key in ("x", "y", "width", "height"))
            lines = [text.text for text in group.iter(f"{SVG}text")]
            assert lines[0] not in found, "each node once"
            found[lines[0]] = (x, y, x + width, y + height), lines
    return found


def edges(root):
    """The names of the boxes that each arrow joins, and the points of its path."""
    for group in root.iter(f"{SVG}g"):
        if group.get("class") == "edge":
            source, _, target = group.find(f"{SVG}title").text.partition(" to ")
            numbers = re.findall(r"-?[\d.]+", group.find(f"{SVG}path").get("d"))
            yield source, target, np.reshape([float(number) for number in numbers], (-1, 2))


def assert_is_readable(root):
    """Boxes are within the picture and apart, and arrows go down from one to the other, past all others."""
    left, top, width, height = map(float, root.get("viewBox").split())
    places = {name: place for name, (place, _) in boxes(root).items()}
    for x0, y0, x1, y1 in places.values():
        assert left <= x0 < x1 <= left + width
        assert top <= y0 < y1 <= top + height
    for one, other in combinations(places.values(), 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    for source, target, points in edges(root):
        assert (np.diff(points[:, 1]) >= 0).all()
        assert points[0, 1] == pytest.approx(places[source][3], abs=0.2)
        assert points[-1, 1] == pytest.approx(places[target][1], abs=0.2)
        for (x0, y0), end, place in ((points[0], points[-1], places[source]), (points[-1], points[0], places[target])):
            assert place[0] < x0 < place[2], (y0, end)
        for name, (x0, y0, x1, y1) in places.items():
            inside = (points[:, 0] > x0) & (points[:, 0] < x1) & (points[:, 1] > y0 + 0.2) & (points[:, 1] < y1 - 0.2)
            assert not inside.any(), f"{source} to {target} goes through {name}"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_drawn_diagrams_are_readable(data):
    count = data.draw(st.integers(1, 12))
    arrows = [
        Arrow(data.draw(st.integers(0, target - 1)), target)
        for target in range(1, count)
        for _ in range(data.draw(st.integers(0, 3)))
    ]
    lines = [
        (f"b{index}", *["x" * data.draw(st.integers(1, 50))] * data.draw(st.integers(0, 3))) for index in range(count)
    ]
    diagram = Diagram("drawn", tuple(map(Box, lines)), tuple(arrows))
    root = parsed(draw_diagram(diagram))
    assert_is_readable(root)
    assert len(boxes(root)) == count
    assert [(source, target) for source, target, _ in edges(root)] == [(f"b{a.source}", f"b{a.target}") for a in arrows]


@pytest.mark.parametrize("seed", range(5))
def test_a_graph_has_a_box_for_each_node_and_an_arrow_for_all_that_it_takes(seed):
    rng = np.random.default_rng(seed)
    graph = drawn_graph(rng, DeclaredLinear, nodes=10, inputs=("image", "text"), outputs=2)
    root = parsed(graph.picture())
    assert_is_readable(root)
    assert {*boxes(root)} == {*graph.order(), *graph.inputs}
    taken = [(source.partition(".")[0], name) for name in graph.order() for source in graph.sources[name]]
    assert sorted((source, target) for source, target, _ in edges(root)) == sorted(taken)
    marked = {group.find(f"{SVG}text").text for group in root.iter(f"{SVG}g") if group.get("class") == "box output"}
    assert marked == {*graph.outputs}


def test_shapes_are_told_if_an_input_is_given_or_after_a_pass():
    graph = Graph(["a", "b"]).add("stem", DeclaredLinear(3, 2), "a").add("sum", Plus(), ["stem", "b"])
    assert boxes(parsed(graph.picture()))["stem"][1] == ["stem", "Linear 3 -> 2"]
    told = boxes(parsed(graph.picture(((4, 3), (4, 2)))))
    assert told["a"][1] == ["a", "(4, 3) float32"]
    assert told["sum"][1] == ["sum", "Plus", "(4, 2) float32"]
    assert graph.output is None  # a copy was asked
    model = Sequential(DeclaredLinear(3, 2))
    model.forward(np.ones((4, 3), np.float32))
    assert boxes(parsed(model.picture()))["0"][1][-1] == "(4, 2) float32"


def test_a_sequence_is_a_chain_through_all_that_is_nested():
    model = Sequential(Bounded(), Sequential(Identity(), Bounded()), Graph().add("in", Identity()))
    root = parsed(model.picture())
    assert_is_readable(root)
    assert [edge[:2] for edge in edges(root)] == [("input", "0"), ("0", "1.0"), ("1.0", "1.1"), ("1.1", "2.in")]


def test_elements_of_tuples_are_written_beside_arrows():
    graph = Graph().add("turns", Turns()).add("sum", Plus(), ["turns.0", "turns.1.0"])
    root = parsed(graph.picture())
    labels = [group.find(f"{SVG}text") for group in root.iter(f"{SVG}g") if group.get("class") == "edge"]
    assert [label.text for label in labels if label is not None] == ["0", "1.0"]
    inner = Graph(["x", "y"], ["first", "second"]).add("first", Bounded(), "x").add("second", Bounded(), "y")
    outer = Graph(["x", "y"]).add("inner", inner, ["x", "y"]).add("top", Bounded(), "inner.1")
    assert [edge[:2] for edge in edges(parsed(outer.picture()))] == [
        ("x", "inner.first"),
        ("y", "inner.second"),
        ("inner.second", "top"),
    ]


class Twice(Sequential):
    """Computes something else than its base says that it draws."""

    def updateOutput(self, input):
        self.output = super().updateOutput(input) * 2
        return self.output


class Parallel(Container):
    """Says nothing of how data flow."""


def test_what_does_not_say_how_data_flow_through_it_is_one_box():
    root = parsed(Sequential(Twice(Bounded()), Parallel(Bounded(), Bounded())).picture())
    assert [lines for _, lines in boxes(root).values()] == [
        ["input"],
        ["0", "Twice", "1 module inside"],
        ["1", "Parallel", "2 modules inside"],
    ]
    deep = Bounded()
    for _ in range(300):
        deep = Sequential(deep)
    assert len(boxes(parsed(deep.picture()))) == 2


class Strange(Module):
    def __repr__(self):
        return "<script>alert('&')</script>\x1b[2J \u4e2d\u6587" + "x" * 5000


def test_what_strangers_wrote_is_escaped_and_cut():
    svg = str(Graph().add('<"&>', Strange()).picture())
    root = parsed(svg)
    assert_is_readable(root)
    assert "<script" not in svg
    assert "\x1b" not in svg
    name, line = boxes(root)['<"&>'][1]
    assert line.startswith("<script>alert('&')</script>")
    assert len(line) <= 44
    assert name == '<"&>'


def test_a_picture_can_be_read_aloud_and_has_no_ids():
    graph = Graph().add("stem", Bounded())
    root = parsed(graph.picture())
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.find(f"{SVG}title").text == "Graph of 1 module: what each takes and makes"
    assert not any(element.get("id") for element in root.iter())
    assert [group.find(f"{SVG}title").text for group in root.iter(f"{SVG}g")] == [
        "input to stem",
        "input",
        "stem, Bounded",
    ]


def test_a_notebook_shows_the_picture_of_a_graph_and_the_table():
    graph = Graph().add("stem", Bounded())
    assert graph.picture()._repr_svg_() == str(graph.picture())
    html = graph._repr_html_()
    assert html.startswith("<svg")
    assert "<table>" in html
    assert Graph().add("stem", Bounded(), "stem")._repr_html_().startswith("<table>")  # a circle is told elsewhere


def test_a_layout_with_long_arrows_is_linear_in_their_number():
    count = 500
    arrows = [Arrow(index, index + 1) for index in range(count - 1)] + [Arrow(0, index) for index in range(2, count)]
    layout = arrange(Diagram("long", (Box(("b",)),) * count, tuple(arrows)))
    assert sum(map(len, layout.ways)) < 20 * count


def test_arrows_go_forward():
    with pytest.raises(ValueError, match="expected arrows that go forward among 2 boxes, received one from 1 to 0"):
        Diagram("", (Box(("a",)), Box(("b",))), (Arrow(1, 0),))
