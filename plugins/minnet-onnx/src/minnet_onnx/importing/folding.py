"""What programs that write ONNX compute of constants and of shapes: worked out before layers are made.

PyTorch's exporters write ``x.flatten(1)`` as a reshape to numbers that the graph computes of the shape of ``x``, and a
transposed weight as an operator that transposes a constant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import define, field

from minnet_core import Array

from ..package import helper, numpy_helper, onnx
from .use import Lengths

MOST = 2**26
"""So many numbers a constant may have that is larger than what it is made of."""

_BOUNDED = frozenset(
    [
        *("Abs", "Cast", "Ceil", "Concat", "DequantizeLinear", "Exp", "Flatten", "Floor", "Identity", "Log", "Neg"),
        *("Reciprocal", "Reshape", "Round", "Shape", "Size", "Slice", "Sqrt", "Squeeze", "Transpose", "Unsqueeze"),
    ]
)
"""Operators that make no more numbers than they take."""

_SPREADING = frozenset(["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Mod", "Equal", "Greater", "Less", "Where"])
"""Operators that spread what they take over each other."""


@define
class Folding:
    """Works constants and shapes out, node by node.

    Attributes:
        constants: name -> value; grows.
        lengths: name of a value -> its lengths, numbers or the names of those that are not known.
        opset: of the model.
        shapes: name of what is computed of a shape -> its numbers, or the names of lengths.
    """

    constants: dict[str, Array]
    lengths: Mapping[str, Lengths]
    opset: int
    shapes: dict[str, Array] = field(factory=dict)

    def takes(self, node: onnx.NodeProto) -> bool:
        """Work a node out; whether that could be done, so that it need not become a layer."""
        if node.domain or len(node.output) != 1:
            return False
        given = [name for name in node.input if name]
        if given and all(name in self.constants for name in given):
            return self._of_constants(node)
        return self._of_shapes(node)

    def _of_constants(self, node: onnx.NodeProto) -> bool:
        arrays = [self.constants[name] for name in node.input if name]
        if not self._is_bounded(node, arrays):
            return False
        for opset in (self.opset, onnx.defs.onnx_opset_version()):  # it runs some operators in later versions alone
            try:
                made = _run(node, {name: self.constants[name] for name in node.input if name}, opset)
            except Exception:  # of a node that is wrong, or that the evaluator does not know: named as any other
                continue
            self.constants[node.output[0]] = made
            return True
        return False

    def _is_bounded(self, node: onnx.NodeProto, arrays: list[Array]) -> bool:
        try:
            if node.op_type in _SPREADING:
                return math.prod(np.broadcast_shapes(*(array.shape for array in arrays))) <= MOST
            if node.op_type == "ConstantOfShape":
                return 0 <= math.prod(map(int, arrays[0])) <= MOST
            if node.op_type == "Expand":
                return math.prod(np.broadcast_shapes(arrays[0].shape, tuple(map(int, arrays[1])))) <= MOST
            if node.op_type == "Gather":
                return arrays[0].size * arrays[1].size <= MOST
        except (ValueError, TypeError, IndexError):
            return False
        return node.op_type in _BOUNDED

    def _of_shapes(self, node: onnx.NodeProto) -> bool:
        """Whether a node computes of shapes, in which numbers may stand beside the names of lengths."""
        work = _OF_SHAPES.get(node.op_type)
        attributes: dict[str, Any] = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        try:
            if node.op_type == "Shape":
                own: Any = np.array(self.lengths[node.input[0]], object)
                made = own[slice(attributes.get("start"), attributes.get("end"))]
            elif work is not None and any(name in self.shapes for name in node.input):
                made = work([self._numbers(name) for name in node.input], attributes)
            else:
                return False
        except (KeyError, IndexError, ValueError, TypeError):  # of a length that nobody knows
            return False
        if all(isinstance(each, (int, np.integer)) for each in np.ravel(made)):
            self.constants[node.output[0]] = np.array(made, np.int64)
        else:
            self.shapes[node.output[0]] = made
        return True

    def _numbers(self, name: str) -> Array:
        return self.shapes[name] if name in self.shapes else self.constants[name]


def _run(node: onnx.NodeProto, arrays: Mapping[str, Array], opset: int) -> Array:
    """Run one node, by onnx's reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    value = helper.make_tensor_value_info
    inputs = [value(name, helper.np_dtype_to_tensor_dtype(its.dtype), its.shape) for name, its in arrays.items()]
    unknown = helper.make_empty_tensor_value_info(node.output[0])
    graph = helper.make_graph([node], "one", inputs, [unknown])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    with np.errstate(all="ignore"):
        made: Any = ReferenceEvaluator(model).run(None, dict(arrays))
    return np.asarray(made[0])


def _axes(given: list[Any], attributes: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(axis) for axis in (given[1] if len(given) > 1 else attributes["axes"]))


def _sliced(given: list[Array], attributes: Mapping[str, Any]) -> Array:
    start, stop, step = (int(each[0]) for each in (given[1], given[2], given[4] if len(given) > 4 else np.ones(1)))
    return given[0][start:stop:step]


_OF_SHAPES: Mapping[str, Callable[[list[Any], Mapping[str, Any]], Any]] = {
    "Cast": lambda given, _: given[0],
    "Identity": lambda given, _: given[0],
    "Concat": lambda given, _: np.concatenate([np.asarray(each, object) for each in given]),
    "Gather": lambda given, _: np.asarray(given[0][np.asarray(given[1], np.int64)], object),
    "Slice": _sliced,
    "Squeeze": lambda given, _: np.asarray(given[0], object).reshape(()),
    "Unsqueeze": lambda given, more: np.expand_dims(np.asarray(given[0], object), _axes(given, more)),
}
"""What can be done to a shape in which not all numbers are known."""


def constants_of(graph: onnx.GraphProto, refuse: Callable[[str, Exception], Any]) -> dict[str, Array]:
    """The initializers of a graph: name -> value.

    Args:
        graph: the graph.
        refuse: called with the name of one that cannot be read, and why.
    """
    found = {}
    for each in graph.initializer:
        try:
            found[each.name] = numpy_helper.to_array(each)
        except Exception as error:  # whatever it does about dims that do not fit, or an unknown dtype
            refuse(each.name, error)
    return found
