"""Models as programs that write ONNX write them: constants and shapes are computed, weights are shared."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from minnet_core import Sequential, layers, load, save
from minnet_onnx import ImportOnnxError, from_onnx, runners, to_onnx

RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


def node(kind, *inputs, outputs=("y",), **attributes):
    return helper.make_node(kind, inputs, list(outputs), **attributes)


def model_of(nodes, constants=(), shape=("batch", 2, 3), *, dtype=TensorProto.FLOAT, opset=18):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", dtype, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in dict(constants).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def expect_read(model, input):
    again = from_onnx(model)
    (expected,) = runners()[-1].load(model)(input)
    np.testing.assert_allclose(again.forward(input), expected, rtol=2e-5, atol=1e-6)
    return again


SHAPES = {
    "x.view(x.size(0), -1)": [
        node("Shape", "x", outputs=["s"]),
        node("Gather", "s", "zero", outputs=["n"]),
        node("Unsqueeze", "n", "first", outputs=["m"]),
        node("Concat", "m", "rest", outputs=["t"], axis=0),
        node("Reshape", "x", "t"),
    ],
    "by a slice": [
        node("Shape", "x", outputs=["s"]),
        node("Slice", "s", "first", "one", "first", outputs=["m"]),
        node("Cast", "m", outputs=["c"], to=TensorProto.INT64),
        node("Concat", "c", "rest", outputs=["t"], axis=0),
        node("Reshape", "x", "t"),
    ],
    "by a part of a shape": [
        node("Shape", "x", outputs=["m"], start=0, end=1),
        node("Concat", "m", "rest", outputs=["t"], axis=0),
        node("Reshape", "x", "t"),
    ],
    "of what a layer makes": [
        node("Relu", "x", outputs=["r"]),
        node("Shape", "r", outputs=["s"]),
        node("Gather", "s", "first", outputs=["m"]),
        node("Concat", "m", "rest", outputs=["t"], axis=0),
        node("Reshape", "r", "t"),
    ],
    "of lengths that are known": [
        node("Shape", "x", outputs=["s"]),
        node("Gather", "s", "one", outputs=["two"]),
        node("Gather", "s", "last", outputs=["three"]),
        node("Mul", "two", "three", outputs=["six"]),
        node("Concat", "rest", "six", outputs=["t"], axis=0),
        node("Reshape", "x", "t"),
    ],
}
NUMBERS = {"zero": np.int64(0), "first": ints(0), "one": ints(1), "last": ints(-1), "rest": ints(-1)}


@pytest.mark.parametrize("nodes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("batch", [1, 5])
def test_a_shape_that_is_computed_is_worked_out(nodes, batch):
    again = expect_read(model_of(nodes, NUMBERS), floats(batch, 2, 3))
    assert isinstance(again, Sequential)
    assert type(again[-1]).__name__ in ("Flatten", "Reshape")


MATRICES = {
    "transposed": ([node("Transpose", "W", outputs=["V"], perm=[1, 0])], floats(4, 3), lambda W: W.T),
    "named again": ([node("Identity", "W", outputs=["V"])], floats(3, 4), lambda W: W),
    "of float64": ([node("Cast", "W", outputs=["V"], to=TensorProto.FLOAT)], floats(3, 4).astype(float), lambda W: W),
    "quantized": (
        [node("DequantizeLinear", "W", "scale", outputs=["V"])],
        RNG.integers(-100, 100, (3, 4)).astype(np.int8),
        lambda W: W / 4,
    ),
    "multiplied": ([node("Mul", "W", "scale", outputs=["V"])], floats(3, 4), lambda W: W / 4),
}


@pytest.mark.parametrize(("nodes", "W", "made"), MATRICES.values(), ids=MATRICES)
def test_a_matrix_that_is_computed_of_constants_is_worked_out(nodes, W, made):
    again = from_onnx(model_of([*nodes, node("MatMul", "x", "V")], {"W": W, "scale": np.float32(0.25)}, ("batch", 3)))
    assert [type(module).__name__ for module in again.modules] == ["Linear"]
    np.testing.assert_allclose(again[0].W, made(W).T, rtol=1e-6)


def test_a_constant_of_the_graph_is_a_matrix():
    W = floats(3, 4)
    nodes = [node("Constant", value=numpy_helper.from_array(W), outputs=["V"]), node("MatMul", "x", "V")]
    np.testing.assert_array_equal(from_onnx(model_of(nodes, {}, ("batch", 3)))[0].W, W.T)


def test_shapes_are_known_behind_a_shape_that_is_worked_out():
    """GroupNorm, as PyTorch writes it: groups as rows, and back to the shape of the input."""
    nodes = [
        node("Reshape", "x", "rows", outputs=["r"]),
        node("InstanceNormalization", "r", "s", "t", outputs=["n"]),
        node("Shape", "x", outputs=["shape"]),
        node("Reshape", "n", "shape", outputs=["b"]),
        node("Mul", "b", "gamma"),
    ]
    constants = {"rows": ints(0, 2, -1), "s": np.ones(2), "t": np.zeros(2), "gamma": floats(4, 1, 1)}
    constants = {name: its if its.dtype == np.int64 else its.astype(np.float32) for name, its in constants.items()}
    for batch in ("batch", 3):
        expect_read(model_of(nodes, constants, (batch, 4, 5, 5)), floats(3, 4, 5, 5))


@pytest.mark.parametrize(
    "nodes",
    [
        [node("ConstantOfShape", "huge", outputs=["V"])],
        [node("Expand", "one", "huge", outputs=["V"])],
        [node("Mul", "row", "column", outputs=["V"])],
        [node("Tile", "one", "huge", outputs=["V"])],
    ],
    ids=lambda nodes: nodes[0].op_type,
)
def test_a_constant_that_would_fill_the_memory_is_not_made(nodes):
    constants = {"huge": ints(2**20, 2**20), "one": np.ones((1, 1), np.float32)}
    constants |= {"row": np.zeros((1, 2**15), np.float32), "column": np.zeros((2**15, 1), np.float32)}
    with pytest.raises(ImportOnnxError, match=f"minnet has no layer for this {nodes[0].op_type}"):
        from_onnx(model_of([*nodes, node("MatMul", "x", "V")], constants, ("batch", 3)))


TIED = {
    "a layer twice": (
        [
            *(node("Gemm", "x", "W", "b", outputs=["a"]), node("Relu", "a", outputs=["r"])),
            node("Gemm", "r", "W", "b"),
        ],
        {"W": floats(3, 3), "b": floats(3)},
        (["0.W", "2.W"], ["0.b", "2.b"]),
    ),
    "a matrix with two biases": (
        [
            *(node("Gemm", "x", "W", "b", outputs=["a"]), node("Relu", "a", outputs=["r"])),
            node("Gemm", "r", "W", "c"),
        ],
        {"W": floats(3, 3), "b": floats(3), "c": floats(3)},
        (["0.W", "2.W"],),
    ),
    "products": (
        [node("MatMul", "x", "W", outputs=["a"]), node("MatMul", "a", "W")],
        {"W": floats(3, 3)},
        (["0.W", "1.W"],),
    ),
}


@pytest.mark.parametrize(("nodes", "constants", "same"), TIED.values(), ids=TIED)
def test_weights_of_two_operators_are_one_parameter(nodes, constants, same, tmp_path):
    again = expect_read(model_of(nodes, constants, ("batch", 3)), floats(5, 3))
    own = again.namedParameters()
    for names in same:
        assert len({id(own[name]) for name in names}) == 1
    assert len({id(array) for array in own.values()}) == len(own) - len(same)
    save(again, tmp_path / "again.safetensors")
    loaded = load(tmp_path / "again.safetensors").namedParameters()
    for names in same:
        assert len({id(loaded[name]) for name in names}) == 1


def test_kernels_are_shared_too_and_train_together():
    nodes = [node("Conv", "x", "W", outputs=["a"], pads=[1] * 4), node("Conv", "a", "W", pads=[1] * 4)]
    again = expect_read(model_of(nodes, {"W": floats(2, 2, 3, 3)}, ("batch", 2, 4, 4)), floats(3, 2, 4, 4))
    again.train()
    input = floats(3, 2, 4, 4)
    again.zeroGradParameters()
    again.backward(input, np.ones_like(again.forward(input)))
    assert again[0].gradW is again[1].gradW


def test_words_and_what_they_are_compared_with_share_a_table():
    nodes = [
        node("Gather", "W", "x", outputs=["a"]),
        node("ReduceMean", "a", "axis", outputs=["m"], keepdims=0),
        node("Gemm", "m", "W", transB=1),
    ]
    model = model_of(nodes, {"W": floats(7, 4), "axis": ints(1)}, ("batch", 5), dtype=TensorProto.INT64)
    again = expect_read(model, RNG.integers(0, 7, (3, 5)))
    own = again.namedParameters()
    assert own["0.W"] is own["2.W"]


def test_a_shared_layer_is_written_once_and_comes_back_shared():
    first = layers["Linear"](3, 3, rng=0)
    net = Sequential(first, layers["Tanh"](), layers["Linear"](3, 3, rng=1).share(first))
    model = to_onnx(net, (3,))
    assert [each.name for each in model.graph.initializer] == ["0.bias", "0.weight"]
    own = from_onnx(model).namedParameters()
    assert own["0.W"] is own["2.W"]
    assert own["0.b"] is own["2.b"]


def test_data_in_a_file_beside_the_model_are_read(tmp_path):
    W = floats(3, 4)
    model = model_of([node("MatMul", "x", "W")], {"W": W}, ("batch", 3))
    (tmp_path / "inside").mkdir()
    for location in ("W.bin", "inside/W.bin"):
        onnx.save(model, tmp_path / "model.onnx", save_as_external_data=True, location=location, size_threshold=0)
        (read,) = from_onnx(tmp_path / "model.onnx").namedParameters().values()
        np.testing.assert_array_equal(read, W.T)
        model = model_of([node("MatMul", "x", "W")], {"W": W}, ("batch", 3))


@pytest.mark.parametrize(
    ("written", "opset", "name"),
    [
        (node("GroupNormalization", "x", "s", "b", num_groups=2, epsilon=1e-3), 21, "GroupNormalization"),
        (node("RMSNormalization", "x", "s", axis=2, epsilon=0.1), 23, "RMSNormalization"),
        (node("RMSNormalization", "x", "t", axis=1), 23, "RMSNormalization"),
    ],
    ids=["groups", "mean squares", "of two axes"],
)
def test_normalizations_of_later_opsets_are_read(written, opset, name):
    if onnx.defs.onnx_opset_version() < opset:
        pytest.skip(f"this onnx knows no opset {opset}")
    constants = {each: floats(*shape) for each, shape in {"s": (4,), "b": (4,), "t": (4, 4)}.items()}
    used = {each: array for each, array in constants.items() if each in written.input}
    model = model_of([written], used, ("batch", 4, 4), opset=opset)
    again = expect_read(model, floats(5, 4, 4))
    assert [type(each).__name__ for each in again.modules] == [name]


def test_groups_that_do_not_divide_the_channels_are_refused():
    if onnx.defs.onnx_opset_version() < 21:
        pytest.skip("this onnx knows no opset 21")
    written = node("GroupNormalization", "x", "s", "s", num_groups=3)
    with pytest.raises(ImportOnnxError, match=r"GroupNormalization: it has 3 groups, and scales and biases of the sh"):
        from_onnx(model_of([written], {"s": floats(4)}, ("batch", 4, 4), opset=21))
