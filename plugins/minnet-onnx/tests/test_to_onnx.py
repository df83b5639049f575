"""What `to_onnx` writes, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from hypothesis import given, settings, strategies as st
from onnx import helper
from strangers import Cube, Dense, Doubles, Leaky, Mystery, Pair, Swish6

from minnet_core import Graph, Sequential, layers
from minnet_onnx import ExportError, OnnxGraph, runners, to_onnx
from minnet_onnx.running import differences


def made(name, *arguments, **more):
    return layers[name](*arguments, **more)


def network():
    net = Sequential()
    for layer in (made("Linear", 5, 4, rng=0), made("BatchNormalization", 0.9), made("ReLU"), made("Dropout", 0.5)):
        net.add(layer)
    net.add(made("Linear", 4, 3, rng=1)).add(made("SoftMax"))
    net.forward(np.random.default_rng(0).standard_normal((20, 5)).astype(np.float32))
    return net


def kinds(model):
    return [node.op_type for node in model.graph.node]


def expect_equal(module, model, input):
    module = module.clone()
    module.evaluate()
    for runner in runners():
        difference = max(differences(module.forward(input), runner.load(model)(input)))
        assert difference < 1e-5, (runner.name, difference)


def test_layers_become_operators_and_those_of_training_vanish():
    model = to_onnx(network(), (5,))
    assert kinds(model) == ["Gemm", "BatchNormalization", "Relu", "Gemm", "Softmax", "Identity"]
    onnx.checker.check_model(model, full_check=True)


def test_the_versions_are_those_that_todays_runtimes_load():
    model = to_onnx(network(), (5,))
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 18)]
    assert 8 <= model.ir_version <= 10
    assert model.producer_name == "minnet"


def test_the_weight_of_a_linear_layer_stays_as_it_is():
    net = network()
    model = to_onnx(net, (5,))
    gemm = model.graph.node[0]
    assert {each.name: each.i for each in gemm.attribute} == {"transB": 1}
    arrays = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    assert list(gemm.input) == ["input", "0.weight", "0.bias"]
    np.testing.assert_array_equal(arrays["0.weight"], net[0].W)
    np.testing.assert_array_equal(arrays["0.bias"], net[0].b)


def test_the_momentum_is_alpha():
    node = to_onnx(network(), (5,)).graph.node[1]
    attributes = {each.name: each.f for each in node.attribute}
    assert attributes == pytest.approx({"momentum": 0.9, "epsilon": 1e-3})


@pytest.mark.parametrize("batch", [1, 2, 3, 50])
def test_any_batch_goes_through(batch):
    net = network()
    model = to_onnx(net, (5,))
    for value in (*model.graph.input, *model.graph.output):
        assert value.type.tensor_type.shape.dim[0].dim_param == "batch"
    expect_equal(net, model, np.random.default_rng(1).standard_normal((batch, 5)).astype(np.float32))


def test_the_model_stays_as_it_is():
    net = network()
    net.astype(np.float64)
    before = {name: array.copy() for name, array in net.namedParameters().items()}
    to_onnx(net, (5,))
    assert net.training
    assert all(net.namedParameters()[name].dtype == np.float64 for name in before)
    for name, array in before.items():
        np.testing.assert_array_equal(net.namedParameters()[name], array)


def test_a_model_before_training_has_mean_0_and_variance_1():
    net = Sequential(made("BatchNormalization"))
    expect_equal(net, to_onnx(net, (4,)), np.arange(8, dtype=np.float32).reshape(2, 4))


def test_statistics_of_another_axis_are_a_scale_and_a_shift():
    """PyTorch and ONNX have channels on axis 1 alone."""
    net = Sequential(made("BatchNormalization", axis=-1))
    net.forward(np.random.default_rng(0).standard_normal((9, 2, 4)).astype(np.float32))
    model = to_onnx(net, (2, 4))
    assert kinds(model)[:2] == ["Mul", "Add"]
    expect_equal(net, model, np.random.default_rng(1).standard_normal((3, 2, 4)).astype(np.float32))


def test_metadata_are_kept():
    model = to_onnx(network(), (5,), metadata={"classes": json.dumps(["cat", "dog"])}, name="pets")
    assert {each.key: each.value for each in model.metadata_props} == {"classes": '["cat", "dog"]'}
    assert model.graph.name == "pets"


def test_indices_are_taken_for_what_looks_rows_up():
    net = Sequential(made("Embedding", 7, 3, rng=0), made("Mean", axis=1))
    model = to_onnx(net, (4,))
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.INT64
    expect_equal(net, model, np.random.default_rng(0).integers(0, 7, (5, 4)))


def test_a_table_is_several_inputs_each_of_its_dtype():
    net = Graph(["word", "number"]).add("looked", made("Embedding", 7, 3, rng=0), "word")
    net.add("both", made("JoinTable", 1), ["looked", "number"])
    model = to_onnx(net, ((), (2,)), dtype=("int64", "float32"))
    assert [each.name for each in model.graph.input] == ["input_0", "input_1"]
    input = (np.array([1, 6, 3]), np.ones((3, 2), np.float32))
    expect_equal(net, model, input)


def test_a_graph_keeps_its_names():
    net = Graph(outputs=["sum", "left"]).add("left", made("Linear", 3, 3, rng=0)).add("right", made("Tanh"), "input")
    net.add("sum", made("CAddTable"), ["left", "right"])
    model = to_onnx(net, (3,))
    assert {"left.weight", "left.bias"} <= {each.name for each in model.graph.initializer}
    assert [each.name for each in model.graph.output] == ["output_0", "output_1"]
    expect_equal(net, model, np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32))


def test_an_input_may_be_an_output_and_one_value_several():
    net = Graph(outputs=["input", "twice", "twice"]).add("twice", made("Mul"))
    expect_equal(net, to_onnx(net, (3,)), np.ones((2, 3), np.float32))


def test_a_strangers_layer_is_its_counterpart():
    net = Sequential(Dense(3, 4), Swish6(), Leaky(0.25))
    model = to_onnx(net, (3,))
    assert kinds(model) == ["Gemm", "HardSwish", "LeakyRelu", "Identity"]
    expect_equal(net, model, np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32) * 4)


def test_a_strangers_layer_is_what_its_hook_says(exports):
    exports({Cube: lambda layer, value, graph: graph.op("Pow", value, 3.0)})
    net = Sequential(Cube())
    model = to_onnx(net, (3,))
    assert kinds(model) == ["Pow", "Identity"]
    expect_equal(net, model, np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32))


def test_a_strangers_layer_may_be_a_function_of_its_own_domain(exports):
    def cube(layer, value, graph):
        body = [helper.make_node("Mul", ["x", "x"], ["square"]), helper.make_node("Mul", ["square", "x"], ["y"])]
        opset = [helper.make_opsetid("", 18)]
        graph.function(helper.make_function("org.stranger", "Cube", ["x"], ["y"], body, opset))
        return graph.op("Cube", value, domain="org.stranger")

    exports({Cube: cube})
    net = Sequential(Cube(), Cube())
    model = to_onnx(net, (3,))
    assert [(each.domain, each.name) for each in model.functions] == [("org.stranger", "Cube")]
    assert {each.domain: each.version for each in model.opset_import} == {"": 18, "org.stranger": 1}
    expect_equal(net, model, np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32))


def test_two_definitions_of_a_function_are_refused(exports):
    def cube(layer, value, graph):
        kind = "Neg" if len(graph.nodes) else "Abs"
        body = [helper.make_node(kind, ["x"], ["y"])]
        graph.function(helper.make_function("a.b", "Cube", ["x"], ["y"], body, [helper.make_opsetid("", 18)]))
        return graph.op("Cube", value, domain="a.b")

    exports({Cube: cube})
    with pytest.raises(ExportError, match="expected one definition of the ONNX function a.b:Cube, received another"):
        to_onnx(Sequential(Cube(), Cube()), (3,))


def test_what_nobody_says_is_refused_in_one_sentence():
    with pytest.raises(ExportError) as caught:
        to_onnx(Sequential(Dense(3, 2), Mystery()), (3,))
    message = str(caught.value)
    assert message.startswith("Mystery cannot be written as ONNX: no plugin exports it by the hook minnet_export, and")
    assert "found none" in message
    assert "\n" not in message


def test_a_subclass_that_computes_something_else_is_not_what_its_base_is(exports):
    with pytest.raises(ExportError, match="Doubles cannot be written as ONNX"):
        to_onnx(Doubles(), (3,))
    exports({Cube: lambda layer, value, graph: value})
    fast = type("Fast", (Cube,), {"of": lambda self, x: x, "updateOutput": Cube.updateOutput})
    with pytest.raises(ExportError, match="Fast cannot be written as ONNX"):
        to_onnx(fast(), (3,))


def test_a_subclass_that_redefines_no_pass_is_what_its_base_is(exports):
    exports({Cube: lambda layer, value, graph: graph.op("Pow", value, 3.0)})
    assert kinds(to_onnx(type("Same", (Cube,), {})(), (3,))) == ["Pow", "Identity"]


def test_an_export_that_computes_something_else_is_found(exports):
    exports({Cube: lambda layer, value, graph: graph.op("Mul", value, value)})
    with pytest.raises(ExportError, match="expected the outputs of the model, received from .* differs by"):
        to_onnx(Cube(), (3,))
    assert to_onnx(Cube(), (3,), verified=False)


@pytest.mark.parametrize(
    "says",
    [
        lambda layer, value, graph: graph.op("Cubify", value),
        lambda layer, value, graph: graph.op("Relu", value, value),
        lambda layer, value, graph: layer.missing,
    ],
)
def test_a_hook_that_is_wrong_is_told_of(exports, says):
    exports({Cube: says})
    with pytest.raises(ExportError, match=r"ONNX|missing"):
        to_onnx(Cube(), (3,))


def test_an_input_that_the_model_does_not_take_is_refused_with_its_words():
    with pytest.raises(ExportError, match=r"takes samples of shape \(6,\).*expected .*5"):
        to_onnx(network(), (6,))


def test_a_dtype_that_no_model_takes_is_refused():
    with pytest.raises(ExportError, match="expected float32 or int64, received 'float16'"):
        to_onnx(network(), (5,), dtype="float16")


def test_outputs_may_be_a_table(exports):
    def pair(layer, value, graph):
        ones = graph.op("Mul", graph.op("Sub", graph.op("ReduceSum", value, (1,), keepdims=0), 0.0), 0.0)
        return graph.op("Add", value, 1.0), graph.op("Add", ones, float(value.length(1)))

    exports({Pair: pair})
    expect_equal(Pair(), to_onnx(Pair(), (3,)), np.ones((7, 3), np.float32))


def test_a_hook_may_name_its_arrays_as_it_likes(exports):
    def cube(layer, value, graph):
        for name in ("input", "output"):
            value = graph.op("Add", value, graph.array(name, np.zeros(3)))
        return graph.op("Pow", value, 3.0)

    exports({Cube: cube})
    expect_equal(Cube(), to_onnx(Cube(), (3,)), np.ones((2, 3), np.float32))


def test_an_array_that_is_used_again_for_other_numbers_is_another(exports):
    def cube(layer, value, graph):
        numbers = np.ones(3, np.float32)
        made = graph.op("Mul", value, graph.array("numbers", numbers))
        numbers[:] = 2
        made = graph.op("Mul", graph.op("Pow", made, 3.0), graph.array("numbers", numbers))
        return graph.op("Mul", made, 0.5)

    exports({Cube: cube})
    expect_equal(Cube(), to_onnx(Cube(), (3,)), np.ones((2, 3), np.float32) * 3)


def test_a_table_that_is_as_long_as_the_batch_is_refused():
    with pytest.raises(ExportError, match=r"SplitTable 0: expected a table of . values for every batch, received one"):
        to_onnx(Sequential(made("SplitTable", 0)), (3,))


def test_modules_that_are_nested_deeper_than_python_goes_are_told_of():
    net = made("Tanh")
    for _ in range(400):
        net = Sequential(net)
    with pytest.raises(ExportError, match="nested so deeply"):
        to_onnx(net, (3,))


def test_arrays_that_no_file_can_hold_are_refused(monkeypatch):
    monkeypatch.setattr("minnet_onnx.exporting.MOST", 100)
    with pytest.raises(
        ExportError, match="expected arrays of at most 100 bytes, as one ONNX file can hold, received 2"
    ):
        to_onnx(network(), (5,))


@pytest.mark.parametrize("factor", [1.5, 0.7, (1.5, 0.5), 2])
def test_corners_that_are_aligned_are_so_to_every_program(factor):
    net = Sequential(made("Upsample", scale_factor=factor, mode="bilinear", align_corners=True))
    expect_equal(
        net, to_onnx(net, (2, 7, 8)), np.random.default_rng(0).standard_normal((3, 2, 7, 8)).astype(np.float32)
    )


def test_equal_constants_are_written_once():
    graph = OnnxGraph(lambda module, value, graph: value)
    assert graph.constant(2.0).name == graph.constant(np.float32(2)).name
    assert graph.constant(2).name != graph.constant(2.0).name
    assert len(graph.initializers) == 2


ACTIVATIONS = ("ReLU", "ELU", "GELU", "SiLU", "SoftPlus", "Tanh", "HardSigmoid", "SoftMax", "LogSoftMax", "Mish")


@given(st.lists(st.sampled_from(ACTIVATIONS), max_size=4), st.integers(1, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_networks_of_any_activations_are_what_they_are(names, width, seed):
    net = Sequential()
    for index, name in enumerate(names):
        net.add(made("Linear", width, width, rng=index)).add(made(name))
    model = to_onnx(net, (width,), verified=False)
    expect_equal(net, model, np.random.default_rng(seed).standard_normal((4, width)).astype(np.float32) * 3)
