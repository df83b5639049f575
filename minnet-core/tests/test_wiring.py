"""The order of a graph, and what is wrong with one, by names alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from minnet_core import GraphError
from minnet_core.nn import Wiring


def wired(**nodes):
    wiring = Wiring()
    for name, sources in nodes.items():
        wiring.add(name, tuple(sources.split()))
    return wiring


def order(wiring, outputs=()):
    return [wiring.names[step.node] for step in wiring.plan(("input",), outputs).steps]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"a": "input", "b": "input", "c": "a b"}, "a b c"),
        ({"c": "a b", "b": "a", "a": "input", "d": "c"}, "a b c d"),
        ({"join": "stem input", "stem": "input"}, "stem"),  # the last node is the output
        ({"twice": "input input"}, "twice"),
    ],
)
def test_nodes_are_in_the_order_of_adding_as_far_as_what_they_take_is_there(nodes, expected):
    assert order(wired(**nodes)) == expected.split()


@settings(max_examples=50)
@given(st.data())
def test_every_node_comes_after_what_it_takes_and_only_those_that_lead_to_an_output_come(data):
    count = data.draw(st.integers(1, 8))
    names = [f"n{index}" for index in range(count)]
    taken = {
        name: data.draw(st.lists(st.sampled_from(["input", *names[:index]]), min_size=1, max_size=3))
        for index, name in enumerate(names)
    }
    wiring = Wiring()
    for name in data.draw(st.permutations(names)):
        wiring.add(name, tuple(taken[name]))
    output = data.draw(st.sampled_from(names))
    found = order(wiring, (output,))
    seen = {"input"}
    for name in found:
        assert {*taken[name]} <= seen
        seen.add(name)
    leading, pending = {"input"}, [output]
    while pending:
        if (name := pending.pop()) not in leading:
            leading.add(name)
            pending.extend(taken[name])
    assert seen == leading | {"input"}
    assert {wiring.names[index] for index in wiring.unused(("input",), (output,))} == {*names} - seen


@pytest.mark.parametrize(
    ("nodes", "circle"),
    [
        ({"a": "a"}, "'a' -> 'a'"),
        ({"a": "input c", "b": "a", "c": "b", "after": "c"}, "'a' -> 'b' -> 'c' -> 'a'"),
        ({"before": "input", "x": "y.0 before", "y": "x"}, "'x' -> 'y' -> 'x'"),
        ({"behind": "b", "b": "c", "c": "b"}, "'b' -> 'c' -> 'b'"),
    ],
)
def test_a_circle_is_named_in_the_direction_in_which_data_would_flow(nodes, circle):
    with pytest.raises(GraphError) as caught:
        order(wired(**nodes))
    assert str(caught.value) == f"expected a graph without a circle, received {circle}"


def test_all_names_that_are_missing_are_told_with_those_that_are_near():
    with pytest.raises(GraphError) as caught:
        order(wired(stem="inptu", top="stem.x stme"), ("tip",))
    first, *others = str(caught.value).splitlines()
    assert first == (
        "'stem': expected the name of an input or a node, or of an element such as 'split.0', received 'inptu'; "
        "did you mean 'input'?"
    )
    assert [line.partition(":")[0] for line in others] == ["'top'", "'top'", "outputs"]
    assert "received 'stem.x'; did you mean 'stem'?" in others[0]
    assert "did you mean 'top'" in others[2]


def test_a_plan_is_made_anew_only_when_something_has_changed():
    wiring = wired(a="input", b="a")
    plan = wiring.plan(("input",), ())
    assert wiring.plan(("input",), ()) is plan
    wiring.add("c", ("b",))
    assert order(wiring) == ["a", "b", "c"]
    assert order(wiring, ("a",)) == ["a"]


def test_ten_thousand_nodes_in_the_worst_order_need_no_recursion():
    wiring = Wiring()
    for index in range(10_000):
        wiring.add(f"n{index}", (f"n{index + 1}" if index < 9_999 else "input",))
    assert order(wiring, ("n0",)) == [f"n{index}" for index in range(9_999, -1, -1)]
