"""`Graph`: what it computes, what it refuses, and that it is a module like any other."""

from __future__ import annotations

import copy
import threading

import numpy as np
import pytest

from minnet_core import (
    Graph,
    GraphError,
    Module,
    Sequential,
    ShapeError,
    build,
    layers,
    to_config,
)
from minnet_core.testing import check_gradients
from minnet_test_support import notebook
from minnet_test_support.components import DeclaredLinear, Identity
from minnet_test_support.graphs import Bounded, Plus, Times, Turns, drawn_graph

F64 = np.float64


def linear(n_in, n_out, seed=0):
    return DeclaredLinear(n_in, n_out, dtype=F64, rng=seed)


def skip():
    """A skip connection over a layer."""
    graph = Graph().add("stem", linear(3, 3)).add("bent", Bounded()).add("branch", linear(3, 3, 1))
    return graph.add("sum", Plus(), ["branch", "bent"]).add("top", linear(3, 2, 2))


@pytest.fixture
def x():
    return np.random.default_rng(0).standard_normal((4, 3))


def test_output_is_that_of_the_composition_by_hand(x):
    graph = skip()
    stem, bent, branch, _, top = (module.clone() for module in graph)
    h = bent.forward(stem.forward(x))
    np.testing.assert_array_equal(graph.forward(x), top.forward(branch.forward(h) + h))
    assert graph.order() == ["stem", "bent", "branch", "sum", "top"]


def test_gradients_of_a_value_that_two_nodes_take_add_up(x):
    graph = skip()
    stem, bent, branch, _, top = (module.clone() for module in graph)
    h = bent.forward(stem.forward(x))
    g = np.random.default_rng(1).standard_normal(graph.forward(x).shape)
    top.forward(branch.forward(h) + h)
    back = top.backward(branch.output + h, g)
    expected = stem.backward(x, bent.backward(stem.output, branch.backward(h, back) + back))
    np.testing.assert_allclose(graph.backward(x, g), expected, 1e-12)
    for name, module in (("stem", stem), ("branch", branch), ("top", top)):
        np.testing.assert_allclose(graph[name].gradW, module.gradW, 1e-12)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("inputs", "outputs"), [(("input",), 1), (("image", "text"), 2)])
def test_gradients_of_drawn_graphs_are_those_of_central_differences(seed, inputs, outputs):
    rng = np.random.default_rng(seed)
    graph = drawn_graph(rng, linear, nodes=6, inputs=inputs, outputs=outputs)
    given = tuple(rng.standard_normal((2, 3)) for _ in inputs)
    check_gradients(graph, given if len(given) > 1 else given[0])


def test_several_inputs_are_a_tuple_and_so_are_several_outputs(x):
    graph = Graph(["image", "text"], ["both", "image"]).add("both", Times(), ["image", "text"])
    product, image = graph.forward((x, 2 * x))
    np.testing.assert_array_equal(product, 2 * x * x)
    np.testing.assert_array_equal(image, x)
    assert not np.shares_memory(image, x)  # an output never is an input
    ones = np.ones_like(x)
    to_image, to_text = graph.backward((x, 2 * x), (ones, ones))
    np.testing.assert_array_equal(to_image, 2 * x + 1)
    np.testing.assert_array_equal(to_text, x)
    only = Graph("x", "x")
    assert not np.shares_memory(only.backward(x, only.forward(x)), only.output)


def test_an_element_of_a_tuple_is_taken_and_nobody_takes_the_other(x):
    graph = Graph().add("turns", Turns()).add("bent", Bounded(), "turns.1.0")
    np.testing.assert_array_equal(graph.forward(x), np.tanh(2 * x))
    check_gradients(graph, x)
    with pytest.raises(ShapeError, match="expected 'turns' to be a tuple with an element 2, received"):
        Graph().add("turns", Turns()).add("bent", Bounded(), "turns.2").forward(x)


def test_a_node_without_inputs_takes_what_the_one_before_makes(x):
    graph = Graph(["a", "b"]).add("sum", Plus()).add("bent", Bounded())
    np.testing.assert_array_equal(graph.forward((x, x)), np.tanh(2 * x))


def test_nodes_may_be_added_in_any_order(x):
    graph = Graph(outputs="top").add("top", Plus(), ["a", "b"]).add("b", Bounded(), "a").add("a", linear(3, 3), "input")
    assert graph.order() == ["a", "b", "top"]
    a = graph["a"].forward(x)
    np.testing.assert_array_equal(graph.forward(x), a + np.tanh(a))
    check_gradients(graph, x)


def test_nodes_that_lead_to_no_output_are_not_computed(x):
    graph = skip()
    graph.outputs = ("bent",)
    np.testing.assert_array_equal(graph.forward(x), np.tanh(graph["stem"].forward(x)))
    assert graph["top"].output is None
    graph.backward(x, graph.output)
    assert not graph["top"].gradW.any()
    assert graph["stem"].gradW.any()


def test_shared_nodes_have_one_gradient_the_sum_of_both(x):
    first = linear(3, 3)
    graph = Graph(["a", "b"]).add("left", first, "a").add("right", first.clone().share(first), "b")
    graph.add("apart", Times(), ["left", "right"])
    assert graph.flattenParameters()[0].size == 12
    check_gradients(graph, (x, 2 * x))
    with pytest.raises(ValueError, match=r"received Linear 3 -> 3, which is module left; add module.clone\(\), or"):
        graph.add("again", first, "a")


class TwoInputs(notebook.Linear):
    """As a student writes it: a linear layer of the difference of its two inputs."""

    def updateOutput(self, input):
        return super().updateOutput(input[0] - input[1])

    def updateGradInput(self, input, gradOutput):
        back = gradOutput.dot(self.W)
        self.gradInput = back, -back
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        super().accGradParameters(input[0] - input[1], gradOutput)


def test_a_strangers_layer_of_two_inputs_is_a_node(x):
    graph = Graph(["a", "b"]).add("bent", Bounded(), "a").add("two", TwoInputs(3, 2), ["bent", "b"])
    graph.forward((x, x))
    assert graph.backward((x, x), np.ones((4, 2)))[1].shape == x.shape
    layers.register(TwoInputs)
    layers.register(Bounded)
    assert repr(build(to_config(graph))) == repr(graph)


class Picks(Module):
    """Rows of a table by their numbers, which have no gradient."""

    PARAMETERS = {"W": "gradW"}

    def __init__(self):
        super().__init__()
        self.W, self.gradW = np.eye(3), np.zeros((3, 3))

    def updateOutput(self, input):
        self.output = self.W[input]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = None
        return None

    def accGradParameters(self, input, gradOutput):
        np.add.at(self.gradW, input, gradOutput)


def test_integers_have_no_gradient(x):
    numbers = np.array([0, 2, 2, 1])
    graph = Graph(["numbers", "x"]).add("rows", Picks(), "numbers").add("sum", Plus(), ["rows", "x"])
    graph.add("turned", Identity(), "sum")
    graph.forward((numbers, x))
    to_numbers, to_x = graph.backward((numbers, x), x)
    assert to_numbers is None
    np.testing.assert_array_equal(to_x, x)
    np.testing.assert_array_equal(graph["rows"].gradW[2], x[1] + x[2])
    two = Graph("numbers").add("all", Identity()).add("rows", Picks())
    two.forward(numbers)
    assert two.backward(numbers, x) is None
    np.testing.assert_array_equal(two["rows"].gradW, graph["rows"].gradW)


def test_separate_calls_and_backward_of_parameters_equal_backward(x):
    graph = skip()
    g = np.random.default_rng(1).standard_normal(graph.forward(x).shape)
    apart, alone = copy.deepcopy(graph), copy.deepcopy(graph)
    gradInput = graph.backward(x, g)
    np.testing.assert_array_equal(apart.updateGradInput(x, g), gradInput)
    assert not any(gradient.any() for gradient in apart.namedGradParameters().values())
    apart.accGradParameters(x, g)
    alone.backwardParameters(x, g)
    for name, gradient in graph.namedGradParameters().items():
        np.testing.assert_array_equal(apart.namedGradParameters()[name], gradient)
        np.testing.assert_array_equal(alone.namedGradParameters()[name], gradient)


def test_backward_of_parameters_goes_back_no_further_than_needed(x):
    called = []

    class Noted(Identity):
        def updateGradInput(self, input, gradOutput):
            called.append(self.name)
            return super().updateGradInput(input, gradOutput)

    graph = Graph().add("before", Noted()).add("layer", linear(3, 3)).add("beside", Noted(), "input")
    graph.add("after", Noted(), "layer").add("sum", Plus(), ["after", "beside"])
    for name in ("before", "beside", "after"):
        graph[name].name = name
    graph.backwardParameters(x, graph.forward(x))
    assert called == ["after"]
    Graph().add("before", graph["before"].clone()).backwardParameters(x, x)  # there is nothing to do


def test_backward_of_a_module_that_defines_it_itself_is_called(x):
    class Own(notebook.Linear):
        def backward(self, input, gradOutput):
            self.calls = getattr(self, "calls", 0) + 1
            return super().backward(input, gradOutput)

    graph = Graph().add("own", Own(3, 3)).add("sum", Plus(), ["own", "input"])
    graph.backward(x, graph.forward(x))
    assert graph["own"].calls == 1


@pytest.mark.parametrize("method", ["backward", "backwardParameters", "accGradParameters", "updateGradInput"])
def test_a_backward_pass_that_does_not_fit_changes_no_gradient(method, x):
    graph = Graph(["a", "b"], ["left", "right"]).add("left", linear(3, 2), "a").add("right", linear(3, 2), "b")
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        getattr(graph, method)((x, x), (x, x))
    y = graph.forward((x, x))
    for given, gradient in [((x, x[:3]), y), ((x, x), (y[0], y[1][:3])), ((x, x), y[0]), (x, y)]:
        with pytest.raises(ShapeError, match="Graph: expected"):
            getattr(graph, method)(given, gradient)
    assert not any(each.any() for each in graph.namedGradParameters().values())


def test_what_comes_in_is_never_written_to_nor_are_results_of_nodes(x):
    graph = Graph().add("one", Identity()).add("sum", Plus(), ["one", "one", "one", "input"])
    before, g = x.copy(), np.ones_like(x)
    graph.forward(x)
    graph.backward(x, g)
    np.testing.assert_array_equal(graph.gradInput, 4 * g)
    np.testing.assert_array_equal((x, g), (before, np.ones_like(x)))
    assert all((part == 1).all() for part in graph["sum"].gradInput)


def test_an_error_names_the_node(x):
    with pytest.raises(ValueError, match="mismatch") as caught:
        Graph().add("stem", Bounded()).add("narrow", linear(2, 2)).forward(x)
    assert caught.value.__notes__ == ["in Graph['narrow']: Linear 2 -> 2, input (4, 3) float64"]


def test_a_node_of_several_inputs_must_return_a_gradient_for_each(x):
    class One(Plus):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput
            return self.gradInput

    graph = Graph().add("one", One(), ["input", "input"])
    graph.forward(x)
    with pytest.raises(ShapeError, match="expected 'one' to return a gradient for each of its 2 inputs"):
        graph.backward(x, x)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Graph([]), "expected inputs of different names, at least one"),
        (lambda: Graph(["a", "a"]), "expected inputs of different names"),
        (lambda: Graph(["a.b"]), "expected the name of an input to be a text without dots, received 'a.b'"),
        (lambda: Graph().add("", Bounded()), "expected the name of a node to be a text without dots, received ''"),
        (lambda: Graph().add("input", Bounded()), "received 'input', which is the name of an input"),
        (lambda: Graph().add("a", Bounded()).add("a", Bounded()), "received 'a', which is the name of a node"),
        (lambda: Graph().add("a", Bounded(), []), "expected 'a' to take at least one input, received none"),
        (lambda: Graph().add("a", Bounded(), "b").forward(np.ones(2)), "Graph: 'a': expected the name of an input"),
        (lambda: Graph(["a", "b"]).forward(np.ones(2)), r"expected a tuple of 2 tensors \(a, b\), received \(2,\)"),
        (lambda: Graph(outputs="b").add("a", Bounded()).order(), "outputs: expected the name of an input or a node"),
    ],
)
def test_what_is_wrong_is_said(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_types_that_are_wrong_are_said():
    for make in (lambda: Graph(3), lambda: Graph(outputs=[1]), lambda: Graph().add("a", Bounded(), 3)):
        with pytest.raises(TypeError, match="to be a name or a list of names, received"):
            make()
    with pytest.raises(TypeError, match="expected a Module instance, received"):
        Graph().add("a", Bounded)


def test_a_failed_add_leaves_the_graph_as_it_was(x):
    graph = skip()
    before = graph.forward(x)
    for name, module in (("stem", Bounded()), ("new", graph["stem"]), ("new", None)):
        with pytest.raises((ValueError, TypeError)):
            graph.add(name, module)
    np.testing.assert_array_equal(graph.forward(x), before)
    assert len(graph) == len(graph.order()) == 5


def test_modules_that_were_taken_out_are_noticed(x):
    graph = skip()
    del graph.modules[0]
    with pytest.raises(GraphError, match="expected the modules of its nodes, 5 of them, received 4"):
        graph.forward(x)


def test_parameters_are_named_by_nodes_and_lie_in_one_vector(x):
    graph = Sequential(skip())
    assert list(graph.namedParameters())[:2] == ["0.stem.W", "0.stem.b"]
    parameters, _ = graph.flattenParameters()
    parameters[:] = 0
    assert not graph.forward(x).any()
    assert graph[0]["top"] is graph[0][-1] is graph[0][4]
    with pytest.raises(KeyError, match="tip"):
        graph[0]["tip"]


def test_summary_tells_what_nodes_take(x):
    summary = skip().summary((2, 3))
    assert [row.inputs for row in summary.rows] == ["", "input", "stem", "bent", "branch, bent", "sum"]
    assert [row.output for row in summary.rows][-1] == "(2, 2) float64"
    assert str(summary).splitlines()[0].split() == ["name", "layer", "inputs", "output", "parameters", "bytes"]
    assert "inputs" not in str(Sequential(Bounded()).summary())
    two = Graph(["a", "b"]).add("sum", Plus())
    assert two.summary(((4, 3), (4, 3))).rows[1].output == "(4, 3) float32"


def test_repr_tells_what_nodes_take():
    graph = Graph("x").add("stem", linear(3, 3)).add("inner", Sequential(Bounded(), Bounded()))
    assert repr(graph.add("sum", Plus(), ["inner", "x"])).splitlines() == [
        "Graph x -> sum",
        "  stem(x): Linear 3 -> 3",
        "  inner(stem): Bounded",
        "    Bounded",
        "  sum(inner, x): Plus",
    ]


def test_forward_of_an_evaluated_graph_may_be_called_from_many_threads():
    graph = skip()
    graph.evaluate()
    inputs = np.random.default_rng(0).standard_normal((8, 5, 3))
    expected = [graph.forward(each) for each in inputs]
    wrong = []

    def call(index):
        for _ in range(50):
            if not np.array_equal(graph.forward(inputs[index]), expected[index]):
                wrong.append(index)

    threads = [threading.Thread(target=call, args=(index,)) for index in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_clear_state_forgets_all_that_a_pass_leaves(x):
    graph = skip()
    graph.backward(x, graph.forward(x))
    graph.clearState()
    assert all(module.output is None and module.gradInput is None for module in (graph, *graph))
    with pytest.raises(RuntimeError, match="expected updateOutput"):
        graph.backward(x, x)
