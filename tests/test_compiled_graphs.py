"""A graph that is fused, or compiled, computes what its modules do."""

from functools import partial

import numpy as np
import pytest

from minnet_conv import Conv2d, GlobalAvgPool2d
from minnet_core import Graph, Module, Sequential, compile, fuse
from minnet_core.compilation import operations, says_operations
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import BatchNormalization, ChannelwiseScaling, Dropout, Linear, LogSoftMax, ReLU, Tanh
from minnet_optimizers import SGD
from minnet_test_support.graphs import Plus, Times, Turns, drawn_graph

linear = partial(Linear, rng=0, dtype="float64")
KINDS = (
    *(ReLU, Tanh, lambda: BatchNormalization(0.9), lambda: Dropout(0.5, rng=1)),
    lambda: ChannelwiseScaling(3, rng=2, dtype="float64"),
)


def drawn(seed, **options):
    rng = np.random.default_rng(seed)
    graph = drawn_graph(rng, linear, nodes=9, kinds=KINDS, **options)
    return graph, rng.standard_normal((6, 3))


def assert_steps_alike(graph, input, target, criterion, executor):
    twin = graph.clone()
    optimizer, other = SGD(graph, lr=0.05, momentum=0.9), SGD(twin, lr=0.05, momentum=0.9)
    compiled = compile(twin, criterion, other, executor=executor)
    for _ in range(3):
        graph.zeroGradParameters()
        loss = criterion.forward(graph.forward(input), target)
        graph.backwardParameters(input, criterion.backward(graph.output, target))
        np.testing.assert_allclose(compiled.step(input, target), loss, 1e-9)
        for name, gradient in graph.namedGradParameters().items():
            np.testing.assert_allclose(twin.namedGradParameters()[name], gradient, 1e-7, 1e-9, err_msg=name)
        optimizer.step()
    for name, array in (graph.namedParameters() | graph.namedBuffers()).items():
        np.testing.assert_allclose((twin.namedParameters() | twin.namedBuffers())[name], array, 1e-7, 1e-9)
    return compiled


@pytest.mark.parametrize("executor", ["numpy", "auto"])
@pytest.mark.parametrize("seed", range(12))
def test_compiled_steps_of_drawn_graphs_are_those_of_their_modules(seed, executor):
    graph, input = drawn(seed, tables=False)
    graph.add("top", linear(3, 2))
    graph.outputs = ()
    target = np.random.default_rng(seed).standard_normal((6, 2))
    compiled = assert_steps_alike(Sequential(graph), input, target, MSECriterion(), executor)
    assert "product" in compiled.describe()  # the linear layers are operations, and not called
    assert "called: Graph" not in compiled.describe()


@pytest.mark.parametrize("seed", range(12))
def test_fused_and_compiled_inference_of_drawn_graphs_is_that_of_their_modules(seed):
    graph, input = drawn(seed, outputs=1 + seed % 2)
    graph.forward(input)  # moves the averages
    graph.evaluate()
    expected = graph.forward(input)
    fused = fuse(graph)
    np.testing.assert_allclose(fused.forward(input), expected, 1e-9)
    np.testing.assert_allclose(compile(graph, executor="numpy").forward(input), expected, 1e-9)
    gradient = np.random.default_rng(1).standard_normal(input.shape)
    gradient = (gradient, gradient) if isinstance(expected, tuple) else gradient
    np.testing.assert_allclose(fused.backward(input, gradient), graph.backward(input, gradient), 1e-7, 1e-12)


def test_a_chain_within_a_graph_is_folded_and_what_two_nodes_take_is_not():
    graph = Graph(outputs=["sum"]).add("stem", linear(3, 3)).add("norm", BatchNormalization()).add("act", ReLU())
    graph.add("wide", linear(3, 3)).add("scale", ChannelwiseScaling(3, rng=0, dtype="float64")).add("drop", Dropout())
    graph.add("kept", linear(3, 3), "act").add("sum", Plus(), ["drop", "act", "kept", "later"])
    graph.add("later", BatchNormalization(), "kept")
    (fused,) = fuse(graph)
    assert [repr(module) for module in fused] == [
        "Linear 3 -> 3\nReLU\n",
        "Linear 3 -> 3",
        "Linear 3 -> 3",
        "BatchNormalization",
        "Plus",
    ]
    assert fused.order() == ["act", "drop", "kept", "later", "sum"]
    assert graph.order()[0] == "stem"


@pytest.mark.parametrize("executor", ["numpy", "auto"])
def test_images_flow_through_a_compiled_graph_in_whatever_order_they_lie_in_memory(executor):
    conv = partial(Conv2d, kernel_size=3, padding=1, rng=0, dtype="float64")
    graph = (
        Graph().add("stem", conv(1, 4)).add("act", ReLU()).add("conv", conv(4, 4)).add("twice", Times(), ["act"] * 2)
    )
    graph.add("sum", Plus(), ["conv", "act", "twice"]).add("pool", GlobalAvgPool2d()).add("top", linear(4, 2))
    graph.add("scores", LogSoftMax())
    rng = np.random.default_rng(0)
    input, target = rng.standard_normal((5, 1, 6, 6)), rng.integers(0, 2, 5)
    compiled = assert_steps_alike(graph, input, target, ClassNLLCriterion(), executor)
    assert compiled.describe().count("called:") == 3  # the two of several inputs, and the pooling
    output = compiled.output.copy()
    compiled.set_outputs()
    np.testing.assert_allclose(graph.forward(input).shape, output.shape)
    for module in compiled.model:
        assert module.output is not None


class Mean(Module):
    """The mean of two arrays, which says operations: it is given a tuple of values."""

    def updateOutput(self, input):
        self.output = (input[0] + input[1]) / 2
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / 2, gradOutput / 2
        return self.gradInput


@says_operations(Mean)
def mean(table, layer, x):
    one, other = x
    halves = table.array(np.full(one.shape[1:], 0.5))

    def go_back(g):
        half = table.emit(operations.scale_row, g, halves)
        return half, half

    return table.emit(operations.scale_row, table.emit(operations.add, one, other), halves), go_back


def test_a_layer_of_two_inputs_may_say_operations():
    graph = Graph().add("stem", linear(3, 3)).add("other", linear(3, 3), "input").add("mean", Mean(), ["stem", "other"])
    rng = np.random.default_rng(0)
    input, target = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    compiled = assert_steps_alike(graph, input, target, MSECriterion(), "numpy")
    assert "called" not in compiled.describe()


def test_what_no_parameter_leads_to_gets_no_gradient_in_a_compiled_step():
    """Of a product of the input and a layer's output, the gradient to the input is not kept."""
    graph = Graph().add("stem", linear(3, 3)).add("gate", Times(), ["input", "stem"]).add("own", Turned(), "input")
    graph.add("sum", Plus(), ["gate", "own"])
    rng = np.random.default_rng(0)
    assert_steps_alike(graph, rng.standard_normal((5, 3)), rng.standard_normal((5, 3)), MSECriterion(), "numpy")


class Turned(Module):
    def updateOutput(self, input):
        self.output = input[:, ::-1].copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput[:, ::-1].copy()
        return self.gradInput


@pytest.mark.parametrize(
    "graph",
    [
        Graph().add("turns", Turns()).add("top", linear(3, 2), "turns.0"),
        Graph().add("turns", Turns()).add("inner", Sequential(Graph(["a"]).add("l", linear(3, 2), "a.0"))),
    ],
)
def test_a_graph_in_which_tuples_flow_is_called(graph):
    rng = np.random.default_rng(0)
    model = Sequential(linear(3, 3), graph)
    compiled = assert_steps_alike(
        model, rng.standard_normal((5, 3)), rng.standard_normal((5, 2)), MSECriterion(), "numpy"
    )
    assert "called: Graph: " in compiled.describe()
