"""`from_onnx`: an ONNX model as a minnet module."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from attrs import define, field

from minnet_core import Array, Graph, Module, Sequential
from minnet_core.support import printable

from ..errors import ImportOnnxError
from ..package import helper, numpy_helper, onnx
from . import activations, arithmetic, images, shapes
from .patterns import fused
from .use import READERS, Made, Taker, Use

_SUBJECTS = (activations, arithmetic, images, shapes)
"""Importing them fills the table."""

_OLDEST = 13
"""Since this opset, operators mean what is read here: softmax goes along one axis, bounds are inputs."""

_WEIGHTS = {"Gemm": 1, "MatMul": 1, "Gather": 0, "Conv": 1, "ConvTranspose": 1}
"""Operators of learned matrices, kernels and tables, and which of their inputs those are."""


def from_onnx(model: str | os.PathLike[str] | onnx.ModelProto) -> Module:
    """Read an ONNX model as a minnet module, in evaluation mode.

    Operators become layers, constants their arrays, in float32. A model of operators one after another becomes a
    `Sequential`, any other one a `Graph` with the names of the ONNX model. What it computes is what the ONNX model
    does, in float32 too; it can be trained further, and saved as any other.

    Operators mean what they do since opset 13: onnx converts an older model first.

    Args:
        model: the path of an ``.onnx`` file, or what ``onnx.load`` returns.

    Raises:
        ImportOnnxError: naming the first operator that minnet has no layer for; if the file is no ONNX model; or if
            onnx cannot convert an old one.
        UnknownComponentError: if a layer is not installed; says what to install.
        OSError: if the file cannot be read.

    >>> from minnet_core import Sequential
    >>> from minnet_onnx import from_onnx, to_onnx
    >>> from_onnx(to_onnx(Sequential(), (3,))).modules
    []
    """
    if not isinstance(model, onnx.ModelProto):
        with open(model, "rb"):  # an OSError of ours names the file
            pass
        try:
            model = onnx.load(os.fspath(model))
        except Exception as error:  # whatever protobuf does about bytes that are none of its own
            where = printable(os.fspath(model))
            raise ImportOnnxError(f"{where}: expected an ONNX model: {type(error).__name__}: {error}") from error
    model = _of_today(model)
    reading = Reading.of(model)
    for node in fused(model.graph, reading.constants):
        reading.add(node)
    made = reading.finish([value.name for value in model.graph.output])
    made.evaluate()
    return made


@define
class Reading:
    """What has been read of a model.

    Attributes:
        inputs: the names of what it takes.
        constants: name -> value.
        shapes: name of a value -> its lengths.
        dtypes: name of a value -> that of its numbers.
        takers: name of a value -> the operators that take it, and as which of their inputs.
        sources: name of a value -> name of what makes it, in the network.
        modules: name in the network -> a layer, and what it takes.
    """

    inputs: list[str]
    constants: dict[str, Array]
    shapes: dict[str, tuple[int | None, ...]]
    dtypes: dict[str, int]
    takers: dict[str, list[Taker]]
    sources: dict[str, str] = field(factory=dict)
    modules: dict[str, tuple[Module, tuple[str, ...]]] = field(factory=dict)
    _names: set[str] = field(factory=set)
    _learned: set[str] = field(factory=set)

    @classmethod
    def of(cls, model: onnx.ModelProto) -> Reading:
        """Begin with the inputs and the constants of a model."""
        graph = model.graph
        constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and not node.domain:
                constants[node.output[0]] = _constant({each.name: _attribute(each) for each in node.attribute})
        try:
            inferred = onnx.shape_inference.infer_shapes(model).graph
        except Exception:  # of an operator that onnx does not know; which is named when it is come to
            inferred = graph
        infos = [*inferred.input, *inferred.value_info, *inferred.output]
        dtypes = {each.name: each.type.tensor_type.elem_type for each in infos}
        inputs = [each.name for each in graph.input if each.name not in constants]
        reading = cls([], constants, dict(_shapes(infos)), dtypes, _takers(graph))
        for name in inputs:
            reading.sources[name] = reading._name(name)
            reading.inputs.append(reading.sources[name])
        return reading

    def add(self, node: onnx.NodeProto) -> None:
        """Read an operator."""
        if node.op_type == "Constant" and not node.domain:
            return
        attributes = {each.name: _attribute(each) for each in node.attribute}
        use = Use(
            kind=f"{node.domain}:{node.op_type}" if node.domain else node.op_type,
            name=node.name,
            attributes=attributes,
            inputs=tuple(self._input(name) for name in node.input),
            outputs=tuple(node.output),
            shapes=self.shapes,
            dtypes=self.dtypes,
            takers=self.takers,
        )
        if use.kind not in READERS:
            use.refuse("it is none of the operators that can be read")
        if not use.taken:
            use.refuse("it takes constants alone")
        made = READERS[use.kind](use)
        self._learn(use, node)
        self._put(use, made)

    def finish(self, outputs: list[str]) -> Module:
        """Make the network.

        Raises:
            ImportOnnxError: if an output is a constant.
        """
        for name in outputs:
            if name not in self.sources:
                raise ImportOnnxError(f"expected outputs that are computed, received {printable(name)!r}, which is not")
        ends = [self.sources[name] for name in outputs]
        chain = [*self.inputs, *self.modules]
        is_chain = len(self.inputs) == len(ends) == 1 and ends[0] == chain[-1]
        if is_chain and all(taken == (chain[i],) for i, (_, taken) in enumerate(self.modules.values())):
            return Sequential(*(module for module, _ in self.modules.values()))
        network = Graph(self.inputs, ends)
        for name, (module, taken) in self.modules.items():
            network.add(name, module, taken)
        return network

    def _input(self, name: str) -> Array | str | None:
        if not name:
            return None
        return self.constants.get(name, name)

    def _learn(self, use: Use, node: onnx.NodeProto) -> None:
        """Refuse weights that another operator has too: they are one parameter, and would be two in training."""
        place = _WEIGHTS.get(use.kind)
        weights = None if place is None else use.inputs[place]
        if place is None or not isinstance(weights, np.ndarray):
            return
        name = node.input[place]
        if name in self._learned:
            use.refuse(f"its {printable(name)!r} is learned by another operator too, and would become two parameters")
        if weights.ndim > 1:
            self._learned.add(name)

    def _put(self, use: Use, made: Made) -> None:
        taken = tuple(self.sources[name] for name in use.taken)
        modules = made if isinstance(made, tuple) else (made,)
        if len(modules) < use.wanted:
            use.refuse(f"{use.wanted} of its outputs are wanted")
        for module, output in zip(modules, use.outputs, strict=False):
            if module is None:
                self.sources[output] = taken[0]
            elif output:  # one that is left out has no name
                name = self.sources[output] = self._name(output)
                self.modules[name] = (module, taken)

    def _name(self, name: str) -> str:
        """A name in the network, which has no dots."""
        stem = re.sub(r"\W+", "_", name).strip("_") or "value"
        found, count = stem, 1
        while found in self._names:
            count += 1
            found = f"{stem}_{count}"
        self._names.add(found)
        return found


def _of_today(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model in which operators mean what they do today.

    Raises:
        ImportOnnxError: if it is older, and onnx cannot convert it.
    """
    versions = [each.version for each in model.opset_import if each.domain in ("", "ai.onnx")]
    version = versions[0] if versions else _OLDEST if model.opset_import else 1
    if version >= _OLDEST:
        return model
    try:
        return onnx.version_converter.convert_version(model, _OLDEST)
    except Exception as error:  # RuntimeError, or classes of its own
        why = printable(str(error), 300)
        raise ImportOnnxError(
            f"expected opset {_OLDEST} or later, received {version}, which onnx cannot convert: {why}"
        ) from error


def _takers(graph: onnx.GraphProto) -> dict[str, list[Taker]]:
    """What takes each value; a model that answers it is called ``output``."""
    found: dict[str, list[Taker]] = {}
    for node in graph.node:
        for index, name in enumerate(node.input):
            found.setdefault(name, []).append((node.op_type, index))
    for index, value in enumerate(graph.output):
        found.setdefault(value.name, []).append(("output", index))
    found.pop("", None)
    return found


def _shapes(infos: list[onnx.ValueInfoProto]) -> Iterator[tuple[str, tuple[int | None, ...]]]:
    for info in infos:
        tensor = info.type.tensor_type
        if tensor.HasField("shape"):
            lengths = (each.dim_value if each.HasField("dim_value") else None for each in tensor.shape.dim)
            yield info.name, tuple(lengths)


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value


def _constant(attributes: dict[str, Any]) -> Array:
    for name, value in attributes.items():
        if name == "value":
            return numpy_helper.to_array(value)
        if name in ("value_float", "value_floats", "value_int", "value_ints"):
            return np.asarray(value, np.float32 if "float" in name else np.int64)
    raise ImportOnnxError(f"expected a constant of numbers, received one with {', '.join(map(printable, attributes))}")
