"""`from_onnx`: an ONNX model as a minnet module."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeAlias

import numpy as np
from attrs import define, field

from minnet_core import Array, Graph, MinnetError, Module, Sequential
from minnet_core.errors import described
from minnet_core.nn import walk
from minnet_core.support import printable

from ..errors import ImportOnnxError
from ..package import helper, numpy_helper, onnx
from . import activations, arithmetic, images, shapes
from .files import OLDEST, expect_texts, of_today, opset_of, read_model
from .folding import Folding, constants_of
from .patterns import FUSED, fused
from .use import READERS, Lengths, Made, Taker, Use

_SUBJECTS = (activations, arithmetic, images, shapes)
"""Importing them fills the table."""

_WEIGHTS = {"Gemm": 1, "MatMul": 1, "Gather": 0, "Conv": 1, "ConvTranspose": 1}
"""Operators of learned matrices, kernels and tables, and which of their inputs those are."""

_COUNTS = frozenset(["strides", "dilations", "kernel_shape", "group", "blocksize", "num_outputs"])
"""Attributes that are counts."""

Learned: TypeAlias = tuple[Any, str]
"""The layer that was the first to have some weights, and the name of its bias, if it has one."""


def from_onnx(model: str | os.PathLike[str] | onnx.ModelProto) -> Module:
    """Read an ONNX model as a minnet module, in evaluation mode.

    Operators become layers, constants their arrays, in float32. A model of operators one after another becomes a
    `Sequential`, any other one a `Graph` with the names of the ONNX model. What it computes is what the ONNX model
    does, in float32 too; it can be trained further, and saved as any other.

    Operators mean what they do since opset 13: onnx converts an older model first. What a model computes of constants,
    or of the shapes of values, is worked out. Operators that have a matrix, a kernel or a table in common become layers
    that share it.

    A file is only read, and nothing in it is run; data that it keeps in other files must lie in its own folder.

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
    model = of_today(model if isinstance(model, onnx.ModelProto) else read_model(model))
    _expect_names(model.graph)
    reading = Reading.of(model)
    for node in _needed(reading.folded(fused(model.graph, reading.constants)), model.graph):
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
        lengths: name of a value -> its lengths, numbers or the names of those that are not known.
        dtypes: name of a value -> that of its numbers.
        takers: name of a value -> the operators that take it, and as which of their inputs.
        sources: name of a value -> name of what makes it, in the network.
        modules: name in the network -> a layer, and what it takes.
        opset: of the model.
    """

    inputs: list[str]
    constants: dict[str, Array]
    lengths: dict[str, Lengths]
    dtypes: dict[str, int]
    takers: dict[str, list[Taker]]
    sources: dict[str, str] = field(factory=dict)
    modules: dict[str, tuple[Module, tuple[str, ...]]] = field(factory=dict)
    opset: int = OLDEST
    _names: set[str] = field(factory=set)
    _learned: dict[str, Learned] = field(factory=dict)
    _computed: dict[str, Array] = field(factory=dict)

    @classmethod
    def of(cls, model: onnx.ModelProto) -> Reading:
        """Begin with the inputs and the constants of a model."""
        graph = model.graph
        constants = constants_of(graph, _refuse_constant)
        for node in graph.node:
            if node.op_type == "Constant" and not node.domain and node.output:
                constants[node.output[0]] = _constant({each.name: _attribute(each) for each in node.attribute})
        try:
            inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
        except Exception:  # of an operator that onnx does not know; which is named when it is come to
            inferred = graph
        infos = [*inferred.input, *inferred.value_info, *inferred.output]
        dtypes = {each.name: each.type.tensor_type.elem_type for each in infos}
        inputs = [each.name for each in graph.input if each.name not in constants]
        if not inputs:
            raise ImportOnnxError("expected an ONNX model that takes an input, received one that takes none")
        reading = cls([], constants, dict(_lengths(infos)), dtypes, _takers(graph), opset=opset_of(model))
        for name in inputs:
            reading.sources[name] = reading._name(name)
            reading.inputs.append(reading.sources[name])
        return reading

    def folded(self, nodes: Iterable[onnx.NodeProto]) -> list[onnx.NodeProto]:
        """The nodes that are left when constants and shapes have been worked out."""
        folding = Folding(self.constants, self.lengths, self.opset)
        left = [node for node in nodes if node.op_type == "Constant" or not folding.takes(node)]
        self._computed = folding.shapes
        return left

    def add(self, node: onnx.NodeProto) -> None:
        """Read an operator."""
        if node.op_type == "Constant" and not node.domain:
            return
        use = Use(
            kind=f"{node.domain}:{node.op_type}" if node.domain else node.op_type,
            name=node.name,
            attributes={each.name: _attribute(each) for each in node.attribute},
            inputs=tuple(self._input(name) for name in node.input),
            outputs=tuple(node.output),
            lengths=self.lengths,
            dtypes=self.dtypes,
            takers=self.takers,
            computed=self._computed,
        )
        if use.kind not in READERS:
            use.refuse("it is none of the operators that can be read")
        self._expect_valid(use, node)
        if not use.taken:
            use.refuse("it takes constants alone")
        try:
            made = READERS[use.kind](use)
        except MinnetError:
            raise
        except Exception as error:  # what a layer says of numbers that it does not take
            use.refuse(described(error))
        self._share(use, node, made)
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

    def _expect_valid(self, use: Use, node: onnx.NodeProto) -> None:
        """Refuse an operator that onnx finds wrong, or that takes what nothing before it makes."""
        context = onnx.checker.C.CheckerContext()
        context.ir_version, context.opset_imports = onnx.IR_VERSION, {"": self.opset}
        if node.op_type not in FUSED or self.opset >= FUSED[node.op_type]:
            try:
                onnx.checker.check_node(node, context)
            except Exception as error:  # its own classes, which differ from version to version
                use.refuse(f"onnx finds it wrong: {printable(str(error).strip().splitlines()[0], 300)}")
        for name in use.taken:
            if name in self._computed and use.kind != "Reshape":
                use.refuse(f"its {printable(name)!r} is computed of a shape, of which not all numbers are known")
            if name not in self.sources and name not in self._computed:
                use.refuse(f"it takes {printable(name)!r}, which nothing before it makes")
        for name in use.outputs:
            if name and (name in self.sources or name in self.constants):
                use.refuse(f"it makes {printable(name)!r}, which there is already")

    def _share(self, use: Use, node: onnx.NodeProto, made: Made) -> None:
        """Have a layer share the weights that another operator has too: they are one parameter."""
        place = _WEIGHTS.get(use.kind)
        if place is None or made is None or isinstance(made, tuple) or not isinstance(use.inputs[place], np.ndarray):
            return
        name, bias = node.input[place], node.input[2] if len(node.input) > 2 else ""
        parts: list[Any] = [each for _, each in walk(made)]
        own = next((each for each in parts if isinstance(getattr(each, "W", None), np.ndarray)), None)
        if own is None or own.W.ndim < 2:
            return
        first, first_bias = self._learned.setdefault(name, (own, bias))
        if first is own:
            return
        if not np.array_equal(first.W, own.W):
            use.refuse(
                f"its {printable(name)!r} is learned by another operator too, which has it transposed or scaled, "
                "and would become two parameters"
            )
        own.share(first, "W", *(["b"] if bias and bias == first_bias else []))

    def _put(self, use: Use, made: Made) -> None:
        taken = tuple(self.sources[name] for name in use.taken if name not in self._computed)
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


def _expect_names(graph: onnx.GraphProto) -> None:
    """Refuse names that are no texts, and counts of 0, by which older versions of onnx divide, and end the program."""
    for node in graph.node:
        expect_texts((node.op_type, node.domain, node.name, *node.input, *node.output))
        expect_texts(each.name for each in node.attribute)
        for each in node.attribute:
            numbers = [*each.ints, *([each.i] if each.name in _COUNTS and not each.ints else [])]
            if each.name in _COUNTS and min(numbers, default=1) < 1:
                raise ImportOnnxError(
                    f"minnet has no layer for this {printable(node.op_type, 100)}: expected {each.name} of at least 1, "
                    f"received {numbers}"
                )
    expect_texts(each.name for each in (*graph.input, *graph.output, *graph.initializer))


def _needed(nodes: list[onnx.NodeProto], graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """The nodes that the outputs of the model depend on."""
    wanted, found = {value.name for value in graph.output}, []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            found.append(node)
    return found[::-1]


def _refuse_constant(name: str, error: Exception) -> NoReturn:
    raise ImportOnnxError(f"the constant {printable(name)!r} cannot be read: {described(error)}") from error


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


def _lengths(infos: list[onnx.ValueInfoProto]) -> Iterator[tuple[str, Lengths]]:
    """The lengths of values; one that has neither a number nor a name gets one of its own."""
    for info in infos:
        tensor = info.type.tensor_type
        if tensor.HasField("shape"):
            yield (
                info.name,
                tuple(
                    each.dim_value if each.HasField("dim_value") else each.dim_param or f"{info.name}:{axis}"
                    for axis, each in enumerate(tensor.shape.dim)
                ),
            )


def _attribute(attribute: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(attribute)
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _constant(attributes: dict[str, Any]) -> Array:
    for name, value in attributes.items():
        if name == "value":
            try:
                return numpy_helper.to_array(value)
            except Exception as error:  # as of an initializer
                _refuse_constant(value.name, error)
        if name in ("value_float", "value_floats", "value_int", "value_ints"):
            return np.asarray(value, np.float32 if "float" in name else np.int64)
    raise ImportOnnxError(f"expected a constant of numbers, received one with {', '.join(map(printable, attributes))}")
