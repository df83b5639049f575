"""ONNX files, which anyone may have written: read, with the data that they keep in files beside them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import onnx.external_data_helper

from minnet_core.support import printable

from ..errors import ImportOnnxError
from ..package import onnx

OLDEST = 13
"""Since this opset, operators mean what is read here: softmax goes along one axis, bounds are inputs."""


def read_model(path: str | os.PathLike[str]) -> onnx.ModelProto:
    """Read a file, and the data that it keeps in files beside it.

    Raises:
        ImportOnnxError: if it is no ONNX model, or its data are not in regular files of its own folder.
        OSError: if it cannot be read.
    """
    with open(path, "rb") as file:
        content = file.read()
    where = printable(os.fspath(path))
    if not content:
        raise ImportOnnxError(f"{where}: expected an ONNX model, received an empty file")
    try:
        model = onnx.load_from_string(content)
    except Exception as error:  # whatever protobuf does about bytes that are none of its own
        raise ImportOnnxError(f"{where}: expected an ONNX model: {_said(error)}") from error
    outside = [tensor for tensor in _tensors(model.graph) if tensor.data_location == tensor.EXTERNAL]
    if outside:
        folder = Path(path).absolute().parent
        for tensor in outside:
            _expect_inside(tensor, folder, where)
        try:
            onnx.external_data_helper.load_external_data_for_model(model, str(folder))
        except Exception as error:  # its own classes, which differ from version to version
            raise ImportOnnxError(f"{where}: its data cannot be read: {_said(error)}") from error
    return model


def of_today(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model in which operators mean what they do today.

    Raises:
        ImportOnnxError: if it is older, and onnx cannot convert it; or newer than the onnx that is installed.
    """
    if not model.graph.node and not model.graph.output:
        raise ImportOnnxError("expected an ONNX model, received one without operators and outputs")
    versions = [each.version for each in model.opset_import if each.domain in ("", "ai.onnx")]
    version = versions[0] if versions else OLDEST if model.opset_import else 1
    newest = onnx.defs.onnx_opset_version()
    if version > newest:
        raise ImportOnnxError(
            f"expected opset {newest} or earlier, which the installed onnx {onnx.__version__} knows, "
            f"received {version}; pip install -U onnx"
        )
    if version >= OLDEST:
        return model
    try:
        return onnx.version_converter.convert_version(model, OLDEST)
    except Exception as error:  # RuntimeError, or classes of its own
        raise ImportOnnxError(
            f"expected opset {OLDEST} or later, received {version}, which onnx cannot convert: {_said(error)}"
        ) from error


def opset_of(model: onnx.ModelProto) -> int:
    """The version of ONNX's own operators that a model of today has."""
    return next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), OLDEST)


def _tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """All tensors that are written into a graph, those of graphs inside too."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    for node in graph.node:
        for attribute in node.attribute:
            yield from (*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors)
            for inner in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _tensors(inner)


def _expect_inside(tensor: onnx.TensorProto, folder: Path, where: str) -> None:
    """Refuse data that lie elsewhere than in the folder of the model, or in what is no regular file, or too short.

    Newer versions of onnx do most of this themselves, older ones do not.
    """
    said = {each.key: each.value for each in tensor.external_data}
    name, location = printable(repr(tensor.name)), said.get("location", "")
    path = Path(folder, location)
    if not location or Path(location).is_absolute() or ".." in Path(location).parts or "\0" in location:
        raise ImportOnnxError(
            f"{where}: expected the data of {name} in its own folder, received the location {printable(repr(location))}"
        )
    places = [Path(folder, *Path(location).parts[:count]) for count in range(1, len(Path(location).parts) + 1)]
    try:
        is_plain = stat.S_ISREG(os.lstat(path).st_mode) and not any(map(os.path.islink, places))
    except OSError as error:
        raise ImportOnnxError(f"{where}: the data of {name}: {printable(str(error))}") from error
    if not is_plain:
        raise ImportOnnxError(
            f"{where}: expected the data of {name} in a regular file, received {printable(str(path))}"
        )


def _said(error: Exception) -> str:
    """What an error says, as one line."""
    return printable(" ".join(f"{type(error).__name__}: {error}".split()), 300)


def expect_texts(texts: Iterable[object]) -> None:
    """Refuse names that are no texts, which protobuf lets pass as bytes.

    Raises:
        ImportOnnxError: if there is one.
    """
    for text in texts:
        if not isinstance(text, str):
            raise ImportOnnxError(f"expected names in UTF-8, received {printable(repr(text))}")
