"""What `from_onnx` makes of operators: those that `to_onnx` writes, and those that others do."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from minnet_core import Graph, Sequential, layers
from minnet_onnx import ImportOnnxError, from_onnx, runners, to_onnx

RNG = np.random.default_rng(0)


def made(name, *arguments, **more):
    return layers[name](*arguments, **more)


def floats(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


def model_of(nodes, constants=(), shape=("batch", 3), outputs=("y",)):
    """A model of nodes that begin with ``x``."""
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "test",
        [value("x", TensorProto.FLOAT, list(shape))],
        [value(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in dict(constants).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def expect_read(model, shape):
    """Read a model; what it computes must be what onnxruntime does: onnx's own evaluator is wrong about some pads."""
    input = floats(*shape)
    again = from_onnx(model)
    received = again.forward(input)
    expected = runners()[-1].load(model)(input)
    for want, have in zip(expected, received if isinstance(received, tuple) else (received,), strict=True):
        np.testing.assert_allclose(have, want, rtol=2e-5, atol=1e-6)
    return again


def network():
    net = Sequential()
    for layer in (
        *(made("Conv2d", 2, 4, 3, padding=1, rng=0), made("BatchNormalization", 0.9, 1), made("LeakyReLU", 0.2)),
        *(made("MaxPool2d", 2), made("Flatten", 1), made("Linear", 16, 5, rng=1), made("GELU")),
        *(made("LayerNormalization", 5), made("Linear", 5, 3, False, rng=2), made("LogSoftMax")),
    ):
        net.add(layer)
    net.forward(floats(9, 2, 4, 4))
    net.evaluate()
    return net


def test_what_comes_back_has_the_same_layers_arrays_and_outputs():
    net = network()
    again = from_onnx(to_onnx(net, (2, 4, 4)))
    assert [type(module).__name__ for module in again.modules] == [
        "Reshape" if type(module).__name__ == "Flatten" else type(module).__name__ for module in net.modules
    ]
    before, after = net.namedParameters(), again.namedParameters()
    assert before.keys() == after.keys()
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])
    for name in ("moving_mean", "moving_variance"):
        np.testing.assert_allclose(getattr(again[1], name), getattr(net[1], name), rtol=1e-6)
    assert (again[1].alpha, again[1].EPS) == pytest.approx((0.9, 1e-3))
    assert not again.training
    input = floats(3, 2, 4, 4)
    np.testing.assert_allclose(again.forward(input), net.forward(input), rtol=1e-5, atol=1e-6)


def test_what_comes_back_can_be_saved_trained_and_written_again(tmp_path):
    from minnet_core import load, save

    again = from_onnx(to_onnx(network(), (2, 4, 4)))
    save(again, tmp_path / "again.safetensors")
    loaded = load(tmp_path / "again.safetensors")
    input = floats(3, 2, 4, 4)
    np.testing.assert_array_equal(loaded.forward(input), again.forward(input))
    loaded.train()
    output = loaded.forward(input)
    loaded.backward(input, np.ones_like(output))
    assert any(gradient.any() for gradient in loaded.namedGradParameters().values())
    assert to_onnx(again, (2, 4, 4)).graph.node[0].op_type == "Conv"


def test_a_file_is_read(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(to_onnx(network(), (2, 4, 4)), path)
    assert from_onnx(path).forward(floats(1, 2, 4, 4)).shape == (1, 3)


def test_a_graph_comes_back_as_a_graph():
    net = Graph(outputs=["sum", "left"]).add("left", made("Linear", 3, 3, rng=0)).add("right", made("Tanh"), "input")
    net.add("sum", made("CAddTable"), ["left", "right"])
    again = from_onnx(to_onnx(net, (3,)))
    assert isinstance(again, Graph)
    input = floats(4, 3)
    for one, other in zip(net.forward(input), again.forward(input), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-6)


def node(kind, *inputs, outputs=("y",), **attributes):
    return helper.make_node(kind, inputs, list(outputs), **attributes)


READ = {
    "Gemm without transB": ([node("Gemm", "x", "W", "b")], {"W": floats(3, 4), "b": floats(4)}, ["Linear"]),
    "Gemm with factors": (
        [node("Gemm", "x", "W", "b", alpha=0.5, beta=2.0)],
        {"W": floats(3, 4), "b": floats(4)},
        ["Linear"],
    ),
    "Gemm with one bias": ([node("Gemm", "x", "W", "b")], {"W": floats(3, 4), "b": floats(1)}, ["Linear"]),
    "MatMul": ([node("MatMul", "x", "W")], {"W": floats(3, 4)}, ["Linear"]),
    "constant minus": ([node("Sub", "c", "x")], {"c": floats(3)}, ["Sequential"]),
    "minus constant": ([node("Sub", "x", "c")], {"c": floats(1, 3)}, ["CAdd"]),
    "times number": ([node("Mul", "c", "x")], {"c": np.float32(3)}, ["Mul"]),
    "plus number": ([node("Add", "x", "c")], {"c": floats(1)}, ["Add"]),
    "over numbers": ([node("Div", "x", "c")], {"c": floats(3) + 3}, ["CMul"]),
    "constant over": ([node("Div", "c", "x")], {"c": floats(3)}, ["Sequential"]),
    "times itself": ([node("Mul", "x", "x")], {}, ["CMulTable"]),
    "Clip": ([node("Clip", "x", "l", "h")], {"l": np.float32(-0.5), "h": np.float32(0.25)}, ["Clamp"]),
    "Clip to 6": ([node("Clip", "x", "l", "h")], {"l": np.float32(0), "h": np.float32(6)}, ["ReLU6"]),
    "Clip without a maximum": ([node("Clip", "x", "l")], {"l": np.float32(0.25)}, ["Clamp"]),
    "Clip without bounds": ([node("Clip", "x")], {}, []),
    "Clip to bounds of one axis": (
        [node("Clip", "x", "l", "h")],
        {"l": -abs(floats(1)), "h": abs(floats(1))},
        ["Clamp"],
    ),
    "Max with a number": ([node("Max", "x", "c")], {"c": np.float32(0.5)}, ["Clamp"]),
    "Pow": ([node("Pow", "x", "c")], {"c": np.float32(3)}, ["Power"]),
    "square": ([node("Pow", "x", "c")], {"c": np.float32(2)}, ["Square"]),
    "PRelu": ([node("PRelu", "x", "c")], {"c": floats(3)}, ["PReLU"]),
    "PRelu of one slope": ([node("PRelu", "x", "c")], {"c": floats(1)}, ["PReLU"]),
    "ThresholdedRelu": ([node("ThresholdedRelu", "x", alpha=0.3)], {}, ["Threshold"]),
    "Shrink": ([node("Shrink", "x", bias=0.25, lambd=0.25)], {}, ["SoftShrink"]),
    "Neg": ([node("Neg", "x")], {}, ["Mul"]),
    "Identity and Dropout": ([node("Identity", "x", outputs=["a"]), node("Dropout", "a")], {}, []),
    "ReduceMean": ([node("ReduceMean", "x", "c", keepdims=1)], {"c": ints(1)}, ["Mean"]),
    "Transpose": ([node("Transpose", "x", perm=[1, 0])], {}, ["Transpose"]),
    "Slice": ([node("Slice", "x", "s", "e", "a")], {"s": ints(1), "e": ints(-1), "a": ints(1)}, ["Narrow"]),
    "Slice to the end": (
        [node("Slice", "x", "s", "e", "a")],
        {"s": ints(-2), "e": ints(2**62), "a": ints(1)},
        ["Narrow"],
    ),
    "Gather": ([node("Gather", "x", "i", axis=1)], {"i": np.int64(2)}, ["Select"]),
    "Gather of one": ([node("Gather", "x", "i", axis=1)], {"i": ints(2)}, ["Narrow"]),
    "Flatten counted from the end": ([node("Flatten", "x", axis=-1)], {}, ["Flatten"]),
    "Pad of an axis": ([node("Pad", "x", "p", "", "a")], {"p": ints(1, 2), "a": ints(-1)}, ["Sequential"]),
    "what nothing needs": ([node("Einsum", "x", equation="ij->ji", outputs=["z"]), node("Relu", "x")], {}, ["ReLU"]),
    "Unsqueeze": ([node("Unsqueeze", "x", "a")], {"a": ints(1, 3)}, ["Sequential"]),
    "Pad": ([node("Pad", "x", "p", "v")], {"p": ints(0, 1, 0, 2), "v": np.float32(5)}, ["Sequential"]),
    "BatchNormalization with scales": (
        [node("BatchNormalization", "x", "s", "b", "m", "v")],
        {"s": floats(3), "b": floats(3), "m": floats(3), "v": abs(floats(3))},
        ["Sequential"],
    ),
    "GELU": (
        [
            node("Mul", "x", "r", outputs=["a"]),
            node("Erf", "a", outputs=["e"]),
            node("Add", "e", "one", outputs=["f"]),
            node("Mul", "half", "f", outputs=["g"]),
            node("Mul", "x", "g"),
        ],
        {"r": np.float32(np.sqrt(0.5)), "one": np.float32(1), "half": np.float32(0.5)},
        ["GELU"],
    ),
}


@pytest.mark.parametrize(("nodes", "constants", "names"), READ.values(), ids=READ)
def test_an_operator_becomes_a_layer(nodes, constants, names):
    again = expect_read(model_of(nodes, constants), (5, 3))
    assert isinstance(again, Sequential) or names == ["CMulTable"]
    assert [type(module).__name__ for module in again.modules] == names


IMAGES = {
    "Conv with pads of two sides": (
        [node("Conv", "x", "W", pads=[0, 1, 2, 0], strides=[2, 1])],
        {"W": floats(4, 2, 2, 3)},
    ),
    "Conv SAME_UPPER": ([node("Conv", "x", "W", auto_pad="SAME_UPPER")], {"W": floats(4, 2, 2, 3)}),
    **{
        f"{kind} {pad} in strides of {strides}": (
            [node(kind, "x", *(["W"] if kind == "Conv" else []), auto_pad=pad, strides=strides, **more)],
            {"W": floats(4, 2, 3, 2)} if kind == "Conv" else {},
        )
        for kind, more in (
            *(("Conv", {}), ("MaxPool", {"kernel_shape": [3, 2]})),
            ("AveragePool", {"kernel_shape": [3, 2], "count_include_pad": 1}),
        )
        for pad in ("SAME_UPPER", "SAME_LOWER", "VALID")
        for strides in ([1, 1], [2, 2])
    },
    "ConvTranspose VALID": ([node("ConvTranspose", "x", "W", auto_pad="VALID")], {"W": floats(2, 3, 3, 3)}),
    "ReduceMean of images": ([node("ReduceMean", "x", "a", keepdims=1)], {"a": ints(-1, -2)}),
    "ReduceSum of several axes": ([node("ReduceSum", "x", "a", keepdims=0)], {"a": ints(1, 3)}),
    "Conv in groups": ([node("Conv", "x", "W", "b", group=2)], {"W": floats(4, 1, 3, 3), "b": floats(4)}),
    "ConvTranspose": ([node("ConvTranspose", "x", "W", strides=[2, 2], pads=[1, 1, 1, 1])], {"W": floats(2, 3, 3, 3)}),
    "AveragePool": ([node("AveragePool", "x", kernel_shape=[2, 2], pads=[1, 1, 1, 1])], {}),
    "MaxPool with pads of two sides": ([node("MaxPool", "x", kernel_shape=[3, 3], pads=[0, 1, 1, 0])], {}),
    "GlobalAveragePool": ([node("GlobalAveragePool", "x", outputs=["a"]), node("Flatten", "a")], {}),
    "BatchNormalization": (
        [node("BatchNormalization", "x", "s", "b", "m", "v", epsilon=1e-2)],
        {"s": floats(2), "b": floats(2), "m": floats(2), "v": abs(floats(2))},
    ),
    "InstanceNormalization": ([node("InstanceNormalization", "x", "s", "b")], {"s": floats(2), "b": floats(2)}),
    "DepthToSpace": (
        [node("Concat", "x", "x", outputs=["a"], axis=1), node("DepthToSpace", "a", blocksize=2, mode="CRD")],
        {},
    ),
    "Reshape and MatMul": (
        [node("Reshape", "x", "s", outputs=["a"]), node("MatMul", "a", "W")],
        {"s": ints(0, 2, 20), "W": floats(20, 3)},
    ),
    "Split": ([node("Split", "x", outputs=["y", "z"], axis=1, num_outputs=2)], {}),
    "PRelu": ([node("PRelu", "x", "c")], {"c": floats(2, 1, 1)}),
    "scale of channels": ([node("Mul", "x", "c")], {"c": floats(1, 2, 1, 1)}),
    "reflected": ([node("Pad", "x", "p", mode="reflect")], {"p": ints(0, 0, 1, 2, 0, 0, 0, 1)}),
}


@pytest.mark.parametrize(("nodes", "constants"), IMAGES.values(), ids=IMAGES)
def test_an_operator_of_images_becomes_layers(nodes, constants):
    outputs = nodes[-1].output
    expect_read(model_of(nodes, constants, ("batch", 2, 4, 5), outputs), (3, 2, 4, 5))


REFUSED = {
    "LSTM": ([node("LSTM", "x", "W", "R", hidden_size=2)], {"W": floats(1, 8, 3), "R": floats(1, 8, 2)}, "LSTM"),
    "an operator of a domain": ([node("Cube", "x", domain="org.stranger")], {}, "org.stranger:Cube"),
    "Gemm of the batch turned": ([node("Gemm", "x", "W", transA=1)], {"W": floats(4, 3)}, "its transA is 1"),
    "Slice with steps": (
        [node("Slice", "x", "s", "e", "a", "t")],
        {"s": ints(0), "e": ints(3), "a": ints(1), "t": ints(2)},
        r"its steps are \[2\]",
    ),
    "a constant for each sample": ([node("Add", "x", "c")], {"c": floats(4, 3)}, "a number for each sample"),
    "shapes that are spread": (
        [node("ReduceSum", "x", "c", outputs=["s"], keepdims=1), node("Add", "x", "s")],
        {"c": ints(1)},
        "ONNX spreads one",
    ),
    "the batch reshaped": ([node("Reshape", "x", "s")], {"s": ints(-1, 1)}, "the batch was expected to stay"),
    "a matrix from the left": ([node("MatMul", "W", "x")], {"W": floats(4, 4)}, "from the left"),
    "a matrix that is computed": ([node("Gemm", "x", "x", transB=1)], {}, "its matrix is computed"),
    "constants alone": ([node("Relu", "c", outputs=["a"]), node("Add", "x", "a")], {"c": floats(3)}, "constants alone"),
    "the first that is missing": (
        [node("Einsum", "x", equation="ij->ji", outputs=["a"]), node("Det", "a")],
        {},
        "Einsum",
    ),
}


@pytest.mark.parametrize(("nodes", "constants", "says"), REFUSED.values(), ids=REFUSED)
def test_what_minnet_has_no_layer_for_is_named_in_one_sentence(nodes, constants, says):
    with pytest.raises(ImportOnnxError, match=rf"minnet has no layer for this .*{says}") as caught:
        from_onnx(model_of(nodes, constants))
    assert "\n" not in str(caught.value)


def test_names_of_strangers_are_quoted():
    bad = node("Sp\x1b[2Jit", "x")
    bad.name = "evil\x1b[2J"
    with pytest.raises(ImportOnnxError) as caught:
        from_onnx(model_of([bad]))
    assert "\x1b" not in str(caught.value)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\xff" * 50)
    with pytest.raises(ImportOnnxError, match=r"model\.onnx: expected an ONNX model"):
        from_onnx(path)
    with pytest.raises(FileNotFoundError):
        from_onnx(tmp_path / "absent.onnx")


def test_a_layer_that_is_not_installed_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-conv")
    layers.refresh()
    with pytest.raises(LookupError, match="Conv2d"):
        from_onnx(model_of([node("Conv", "x", "W")], {"W": floats(4, 2, 2, 3)}, ("batch", 2, 4, 5)))
    monkeypatch.undo()
    layers.refresh()


def test_an_erf_that_is_used_elsewhere_too_is_no_GELU():
    nodes = [
        node("Mul", "x", "r", outputs=["a"]),
        node("Erf", "a", outputs=["e"]),
        node("Add", "e", "one", outputs=["f"]),
        node("Mul", "half", "f", outputs=["g"]),
        node("Mul", "x", "g"),
    ]
    constants = {"r": np.float32(np.sqrt(0.5)), "one": np.float32(1), "half": np.float32(0.5)}
    with pytest.raises(ImportOnnxError, match="Erf"):
        from_onnx(model_of(nodes, constants, outputs=("y", "e")))
    with pytest.raises(ImportOnnxError, match="Erf"):
        from_onnx(model_of(nodes, {**constants, "r": np.float32(0.5)}))
