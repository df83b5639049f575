"""Models that are easily read as something else: `from_onnx` computes what they say, or refuses them."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from minnet_onnx import ImportOnnxError, from_onnx

RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def node(kind, *inputs, outputs=("y",), **attributes):
    return helper.make_node(kind, inputs, list(outputs), **attributes)


def model_of(nodes, constants=(), shape=("batch", 3), *, opset=18, takes=TensorProto.FLOAT, makes=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", takes, list(shape))],
        [helper.make_tensor_value_info("y", makes, None)],
        [numpy_helper.from_array(array, name) for name, array in dict(constants).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def expect_same(model, input):
    (expected,) = ReferenceEvaluator(model).run(None, {"x": input})
    received = from_onnx(model).forward(input)
    assert received.shape == expected.shape
    np.testing.assert_allclose(received, expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize(("axis", "shape"), [(None, (5, 3)), (1, (5, 3)), (2, (5, 3, 2)), (-1, (5, 3, 2))])
def test_a_softmax_before_opset_13_is_read_where_it_goes_along_one_axis(kind, axis, shape):
    attributes = {} if axis is None else {"axis": axis}
    expect_same(model_of([node(kind, "x", **attributes)], (), ("batch", *shape[1:]), opset=11), floats(*shape))


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax"])
def test_a_softmax_before_opset_13_goes_along_several_axes(kind):
    """Its axis is the first of those that become one: 1 unless it says another."""
    input = floats(4, 3, 2)
    made = from_onnx(model_of([node(kind, "x")], (), ("batch", 3, 2), opset=11)).forward(input)
    made = np.exp(made) if kind == "LogSoftmax" else made
    expected = np.exp(input) / np.exp(input).sum(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(made, expected, rtol=1e-5)


def test_bounds_that_are_attributes_in_old_opsets_are_read():
    model = model_of([node("Clip", "x", min=-0.25, max=0.5)], opset=6)
    input = floats(4, 3)
    np.testing.assert_allclose(from_onnx(model).forward(input), input.clip(-0.25, 0.5))


def test_an_opset_that_onnx_cannot_convert_is_refused():
    model = model_of([node("Cube", "x")], opset=9)
    with pytest.raises(ImportOnnxError, match="expected opset 13 or later, received 9, which onnx cannot convert"):
        from_onnx(model)


INT64 = TensorProto.INT64
WHOLE = {"takes": INT64, "makes": INT64}
REFUSED = {
    "numbers that are cut off": (
        [node("Cast", "x", outputs=["a"], to=INT64), node("Cast", "a", to=TensorProto.FLOAT)],
        {},
        {},
        "it cuts numbers off",
    ),
    "what is cut off is not an index alone": (
        [node("Cast", "x", outputs=["a"], to=INT64), node("Gather", "a", "i", axis=1)],
        {"i": np.int64(2)},
        {"makes": INT64},
        "it cuts numbers off",
    ),
    "integers divided": ([node("Div", "x", "c")], {"c": np.array([2], np.int64)}, WHOLE, "cuts its quotients off"),
    "integers by another": ([node("Div", "x", "x")], {}, WHOLE, "cuts its quotients off"),
    "the mean of integers": ([node("ReduceMean", "x", "a")], {"a": np.array([1], np.int64)}, WHOLE, "cuts its"),
    "a bias for each sample": (
        [node("Gemm", "x", "W", "b")],
        {"W": floats(3, 2), "b": floats(2, 1)},
        {"shape": (2, 3)},
        r"its bias \(2, 1\)",
    ),
    "sum with a constant of more axes": ([node("Add", "x", "c")], {"c": floats(1, 1, 3)}, {}, "more axes"),
    "product with a constant of more axes": ([node("Mul", "x", "c")], {"c": floats(1, 1, 1)}, {}, "more axes"),
    "power with a constant of more axes": ([node("Pow", "x", "c")], {"c": floats(1, 1, 1)}, {}, "more axes"),
    "maximum with a constant of more axes": ([node("Max", "x", "c")], {"c": floats(1, 1, 1)}, {}, "more axes"),
    "a smaller image without aliases": (
        [node("Resize", "x", "", "s", mode="linear", antialias=1)],
        {"s": np.array([1, 1, 0.5, 0.5], np.float32)},
        {"shape": ("batch", 2, 4, 6)},
        "its antialias is 1",
    ),
    "a matrix that another operator has transposed": (
        [node("MatMul", "x", "W", outputs=["a"]), node("Gemm", "a", "W", transB=1)],
        {"W": floats(3, 3)},
        {},
        "'W' is learned by another operator too, which has it transposed",
    ),
    "numbers that are dropped in production": (
        [node("Dropout", "x", "r", "t")],
        {"r": np.float32(0.5), "t": np.array(True)},
        {},
        "its training_mode is true",
    ),
    "a stretch of no length": (
        [node("Slice", "x", "s", "e", "a")],
        {name: np.array([number], np.int64) for name, number in (("s", 2), ("e", 1), ("a", 1))},
        {},
        "it leaves nothing of axis 1",
    ),
    "an image that becomes one pixel": (
        [node("Resize", "x", "", "s", mode="linear", coordinate_transformation_mode="pytorch_half_pixel")],
        {"s": np.array([1, 1, 0.5, 0.25], np.float32)},
        {"shape": ("batch", 2, 4, 4)},
        "may become one pixel wide",
    ),
    "the batch in another place": (
        [
            *(node("Shape", "x", outputs=["s"]), node("Slice", "s", "0", "1", outputs=["b"])),
            *(node("Concat", "1", "b", "-1", outputs=["t"], axis=0), node("Reshape", "x", "t")),
        ],
        {each: np.array([int(each)], np.int64) for each in ("0", "1", "-1")},
        {"shape": ("batch", 2, 3)},
        "the batch was expected to stay",
    ),
    "a mask that is wanted": (
        [node("Dropout", "x", outputs=["a", "m"]), node("Cast", "m", outputs=["n"], to=1), node("Add", "a", "n")],
        {},
        {},
        "2 of its outputs are wanted",
    ),
}


@pytest.mark.parametrize(("nodes", "constants", "more", "says"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_something_else_in_minnet_is_refused(nodes, constants, more, says):
    with pytest.raises(ImportOnnxError, match=rf"minnet has no layer for this .*{says}"):
        from_onnx(model_of(nodes, constants, **more))


def test_numbers_that_become_indices_are_read():
    nodes = [node("Cast", "x", outputs=["a"], to=INT64), node("Gather", "W", "a")]
    expect_same(model_of(nodes, {"W": floats(4, 2)}), np.array([[0, 3, 1]], np.float32))


def test_integers_may_become_others():
    nodes = [node("Cast", "x", outputs=["a"], to=TensorProto.INT32), node("Gather", "W", "a")]
    expect_same(model_of(nodes, {"W": floats(4, 2)}, takes=INT64), np.array([[0, 3, 1]]))


def test_an_output_without_a_name_keeps_its_place():
    nodes = [node("Split", "x", "s", outputs=["", "y"], axis=1)]
    model = model_of(nodes, {"s": np.array([1, 2], np.int64)})
    input = floats(4, 3)
    np.testing.assert_array_equal(from_onnx(model).forward(input), input[:, 1:])


def test_a_mask_that_nobody_takes_is_no_matter():
    expect_same(model_of([node("Dropout", "x", outputs=["y", "mask"])]), floats(2, 3))


def test_a_model_of_float64_becomes_one_of_float32():
    W, input = RNG.standard_normal((3, 2)), RNG.standard_normal((4, 3))
    model = model_of([node("MatMul", "x", "W")], {"W": W}, takes=TensorProto.DOUBLE, makes=TensorProto.DOUBLE)
    again = from_onnx(model)
    assert {array.dtype for array in again.namedParameters().values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(again.forward(input), input @ W, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ir", [3, 4])
def test_a_network_of_opset_9_is_what_its_runtime_computes(ir):
    """Initializers are inputs in version 3 of the format; bounds, axes and pads are attributes."""
    onnxruntime = pytest.importorskip("onnxruntime")
    nodes = [
        node("Conv", "x", "W", "b", outputs=["c"], pads=[1, 1, 1, 1]),
        node("BatchNormalization", "c", "s", "t", "m", "v", outputs=["d"]),
        node("Clip", "d", outputs=["e"], min=0.0, max=6.0),
        node("Pad", "e", outputs=["f"], pads=[0, 0, 1, 0, 0, 0, 0, 1]),
        node("ReduceMean", "f", outputs=["g"], axes=[3], keepdims=0),
        node("Flatten", "g", outputs=["h"]),
        node("Gemm", "h", "G", "b", outputs=["i"], transB=1),
        node("Softmax", "i"),
    ]
    arrays = {"W": floats(4, 2, 3, 3), "G": floats(4, 20), **{name: floats(4) for name in "bstm"}, "v": abs(floats(4))}
    model = model_of(nodes, arrays, ("batch", 2, 4, 5), opset=9)
    model.ir_version = ir
    if ir == 3:
        model.graph.input.extend(helper.make_tensor_value_info(name, 1, its.shape) for name, its in arrays.items())
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    input = floats(3, 2, 4, 5)
    (expected,) = session.run(None, {"x": input})
    np.testing.assert_allclose(from_onnx(model).forward(input), expected, rtol=2e-5, atol=1e-6)


def test_a_number_may_stand_in_several_places():
    """Programs that write ONNX write equal numbers once."""
    nodes = [node("Mul", "x", "c", outputs=["a"]), node("Add", "a", "c")]
    expect_same(model_of(nodes, {"c": floats(3)}), floats(2, 3))
