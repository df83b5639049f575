"""Files that are damaged, or made to harm: a sentence says what is wrong, and nothing outside their folder is read."""

from __future__ import annotations

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from minnet_core import MinnetError, Sequential, layers
from minnet_onnx import ImportOnnxError, from_onnx, to_onnx

RNG = np.random.default_rng(0)


def node(kind, *inputs, outputs=("y",), **attributes):
    return helper.make_node(kind, inputs, list(outputs), **attributes)


def model_of(nodes, constants=(), shape=("batch", 3)):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in dict(constants).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def with_tensor(**fields):
    """A product with a matrix of which some fields are wrong."""
    model = model_of([node("MatMul", "x", "W")])
    tensor = TensorProto(**{"name": "W", "data_type": 1, "dims": [3, 4], "raw_data": bytes(48), **fields})
    model.graph.initializer.append(tensor)
    return model


def beside(folder, location, **said):
    """A file whose matrix is said to be in another file."""
    model = with_tensor(raw_data=b"", data_location=TensorProto.EXTERNAL)
    model.graph.initializer[0].ClearField("raw_data")
    for key, value in {"location": location, **said}.items():
        model.graph.initializer[0].external_data.add(key=key, value=str(value))
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.bin").write_bytes(bytes(48))
    made = tmp_path / "model"
    made.mkdir()
    (made / "own.bin").write_bytes(bytes(48))
    (made / "link.bin").symlink_to(tmp_path / "secret.bin")
    (made / "linked").symlink_to(tmp_path)
    os.mkfifo(made / "pipe")
    return made


@pytest.mark.parametrize(
    "location",
    [*("../secret.bin", "{}/secret.bin", "own.bin/../../secret.bin", "link.bin", "linked/secret.bin", "pipe", ".", "")],
)
def test_data_elsewhere_than_in_the_folder_of_the_model_are_refused(folder, location):
    with pytest.raises(ImportOnnxError, match=r"model\.onnx: expected the data of 'W' in (its own folder|a regular)"):
        from_onnx(beside(folder, location.format(folder.parent)))


@pytest.mark.parametrize(
    "said", [{"offset": 1000}, {"offset": -4}, {"length": 8}, {"length": 10**15}, {"length": "long"}, {"absent": 1}]
)
def test_data_that_are_not_there_are_told_of(folder, said):
    location = "absent.bin" if "absent" in said else "own.bin"
    with pytest.raises(ImportOnnxError, match="'?W'?|its data cannot be read") as caught:
        from_onnx(beside(folder, location, **said))
    assert "\n" not in str(caught.value)


def test_data_beside_a_model_that_is_no_file_are_refused(folder):
    with pytest.raises(ImportOnnxError, match="the constant 'W' cannot be read"):
        from_onnx(onnx.load(beside(folder, "own.bin"), load_external_data=False))


TENSORS = {
    "more than there is": {"dims": [10**6, 10**6]},
    "less than nothing": {"dims": [-3, -4]},
    "no dtype": {"data_type": 0},
    "a dtype of nobody": {"data_type": 99},
    "numbers that are missing": {"raw_data": b"", "float_data": [1.0]},
}


@pytest.mark.parametrize("fields", TENSORS.values(), ids=TENSORS)
def test_a_constant_that_cannot_be_read_is_named(fields):
    with pytest.raises(ImportOnnxError, match="the constant 'W' cannot be read"):
        from_onnx(with_tensor(**fields))


GRAPHS = {
    "what nobody makes": ([node("Relu", "a")], "it takes 'a', which nothing before it makes"),
    "another order": ([node("Relu", "a"), node("Tanh", "x", outputs=["a"])], "which nothing before it makes"),
    "a circle": ([node("Add", "x", "b", outputs=["a"]), node("Relu", "a", outputs=["b"]), node("Relu", "b")], "before"),
    "a name twice": ([node("Relu", "x"), node("Tanh", "x")], "it makes 'y', which there is already"),
    "no input": ([helper.make_node("Relu", [], ["y"])], "onnx finds it wrong"),
    "an input too many": ([node("Relu", "x", "x")], "onnx finds it wrong"),
    "an attribute that is a text": ([node("Elu", "x", alpha="large")], "onnx finds it wrong"),
    "an attribute of nobody": ([node("Relu", "x", size=3)], "onnx finds it wrong"),
    "axes that are not there": ([node("Transpose", "x", perm=[0, 2])], "each of 2 axes was expected once"),
    "an axis twice": ([node("Transpose", "x", perm=[0, 0])], "each of 2 axes was expected once"),
}


@pytest.mark.parametrize(("nodes", "says"), GRAPHS.values(), ids=GRAPHS)
def test_a_graph_that_is_none_is_refused(nodes, says):
    with pytest.raises(ImportOnnxError, match=rf"minnet has no layer for this .*{says}"):
        from_onnx(model_of(nodes))


@pytest.mark.parametrize(
    ("name", "value"),
    [("strides", [0, 0]), ("strides", [-1, 1]), ("dilations", [1, 0]), ("kernel_shape", [0, 1]), ("group", 0)],
)
def test_counts_of_nothing_are_refused(name, value):
    """Older versions of onnx divide by them, which ends the whole program."""
    model = model_of([node("Conv", "x", "W", **{name: value})], {"W": np.ones((2, 2, 1, 1))}, ("batch", 2, 4, 4))
    with pytest.raises(ImportOnnxError, match=rf"this Conv: expected {name} of at least 1, received"):
        from_onnx(model)


def test_arguments_that_no_layer_takes_are_refused_in_its_words():
    model = model_of([node("Conv", "x", "W", group=3)], {"W": np.ones((2, 2, 1, 1))}, ("batch", 6, 4, 4))
    with pytest.raises(ImportOnnxError, match="this Conv: .*expected out_channels to be a multiple of groups, 3"):
        from_onnx(model)


def test_what_is_no_model_at_all_is_refused(tmp_path):
    (tmp_path / "empty.onnx").touch()
    for model in (onnx.ModelProto(), tmp_path / "empty.onnx"):
        with pytest.raises(ImportOnnxError, match="expected an ONNX model, received"):
            from_onnx(model)
    with pytest.raises(ImportOnnxError, match="that takes an input, received one that takes none"):
        from_onnx(
            helper.make_model(
                helper.make_graph([node("Relu", "c")], "g", [], [helper.make_empty_tensor_value_info("y")])
            )
        )


def test_an_opset_that_does_not_exist_yet_is_refused():
    model = model_of([node("Relu", "x")])
    model.opset_import[0].version = 9999
    with pytest.raises(ImportOnnxError, match=r"which the installed onnx .* knows, received 9999; pip install -U onnx"):
        from_onnx(model)


def test_thousands_of_operators_take_no_time_and_no_stack():
    nodes = [node("Mul", "x", "x", outputs=["m0"])]
    nodes += [node("Mul", f"m{index}", "x", outputs=[f"m{index + 1}"]) for index in range(2000)]
    assert len(from_onnx(model_of([*nodes, node("Relu", "m2000")])).modules) == 2002


def test_bytes_that_are_changed_end_in_a_sentence_or_in_a_network(tmp_path):
    net = Sequential(
        *(layers["Conv2d"](2, 4, 3, padding=1, rng=0), layers["BatchNormalization"](0.9, 1), layers["MaxPool2d"](2)),
        *(layers["Flatten"](1), layers["Linear"](16, 5, rng=1), layers["GELU"](), layers["LayerNormalization"](5)),
    )
    whole = to_onnx(net, (2, 4, 4)).SerializeToString()
    rng, path, said = np.random.default_rng(1), tmp_path / "model.onnx", []
    for index in range(400):
        damaged = bytearray(whole)
        for place in rng.integers(len(damaged), size=rng.integers(1, 6)):
            damaged[place] = rng.integers(256)
        path.write_bytes(bytes(damaged[: rng.integers(len(damaged))] if index % 5 == 0 else damaged))
        try:
            from_onnx(path)
        except MinnetError as error:
            said.append(str(error))
    assert 200 < len(said) < 400
    assert not any("\n" in each for each in said)
