"""`OnnxGraph`: operators of ONNX, put down one after another; it knows no layer: layers write themselves into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array, Module
from minnet_core.nn import Affine, Tensor

from .errors import ExportError
from .package import helper, numpy_helper, onnx

if TYPE_CHECKING:
    from collections.abc import Iterator

Value: TypeAlias = Any
"""A `Node value <Output>`, or a tuple of such for a table, as `minnet_core.nn.Tensor` is an array or a tuple."""

Export: TypeAlias = Callable[[Any, Any, "OnnxGraph"], Any]
"""Writes a layer: ``function(layer, value, graph) -> value``, where ``value`` is what the layer takes."""

Lengths: TypeAlias = "tuple[int | None, ...]"


@frozen(eq=False)
class Output:
    """What an operator makes, or the graph takes: a name in the graph.

    Attributes:
        name: in the graph.
        samples: what it is for two batches of different length; empty between the operators of one layer.
    """

    name: str
    samples: tuple[Array, ...] = field(default=(), repr=False)

    @property
    def shape(self) -> Lengths:
        """The length of each axis, None where it changes with the batch.

        Raises:
            ExportError: between the operators of one layer, where nobody has computed it.
        """
        if not self.samples:
            raise ExportError(f"expected a value whose shape is known, received {self.name}, inside a layer")
        first, second = self.samples
        return tuple(a if a == b else None for a, b in zip(first.shape, second.shape, strict=True))

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def is_integer(self) -> bool:
        """Whether it holds integers."""
        return bool(self.samples) and self.samples[0].dtype.kind in "iu"

    def axis(self, axis: int) -> int:
        """Count an axis from 0."""
        return axis % self.rank

    def length(self, axis: int) -> int:
        """The length of an axis that is the same for every batch.

        Raises:
            ExportError: if it changes with the batch.
        """
        length = self.shape[axis]
        if length is None:
            raise ExportError(f"expected an axis {axis} of fixed length, received one that changes with the batch")
        return length


def known(value: Value, samples: Sequence[Tensor]) -> Value:
    """Say what a value is for both batches.

    Raises:
        ExportError: if it is a table of more or fewer values for the one than for the other.
    """
    if isinstance(value, tuple):
        if any(not isinstance(sample, tuple) or len(sample) != len(value) for sample in samples):
            raise ExportError(
                f"expected a table of {len(value)} values for every batch, received one that changes with it"
            )
        parts = zip(value, *samples, strict=True)
        return tuple(known(part, its) for part, *its in parts)
    return evolve(value, samples=tuple(samples))


def samples_of(value: Value) -> list[Tensor]:
    """What a value is for each of the two batches; nothing if that is not known of all its parts."""
    if isinstance(value, tuple):
        parts = [samples_of(part) for part in value]
        return [tuple(batch) for batch in zip(*parts, strict=True)] if all(parts) else []
    return list(value.samples)


class OnnxGraph:
    """Puts operators down, each with a name of its own.

    Args:
        export: writes a module: ``export(module, value, graph) -> value``; containers call it by `OnnxGraph.export`.
    """

    def __init__(self, export: Export) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}
        self.functions: dict[tuple[str, str], onnx.FunctionProto] = {}
        self._export = export
        self._names: dict[str, int] = {}
        self._taken: set[str] = set()
        self._constants: dict[tuple[str, tuple[int, ...], bytes], Output] = {}
        self._scope: tuple[str, ...] = ()
        # Each by its place in memory, and kept, so that no other array comes to lie there.
        self._arrays: dict[tuple[Any, ...], tuple[Array, Array, Output]] = {}

    def op(self, kind: str, *inputs: Any, domain: str = "", **attributes: Any) -> Output:
        """Put down an operator of opset 18, or of a domain of one's own, that makes one value.

        Args:
            kind: its name in ONNX, such as ``Relu``.
            inputs: values; a number or an array becomes a constant, a tuple of whole numbers one of int64, None an
                optional input that is left out.
            domain: of the operator; `function` says what one of a stranger's domain computes.
            attributes: of the operator; None is left out.
        """
        return self.ops(kind, 1, *inputs, domain=domain, **attributes)[0]

    def ops(self, kind: str, outputs: int, *inputs: Any, domain: str = "", **attributes: Any) -> tuple[Output, ...]:
        """Put down an operator that makes several values."""
        given = list(inputs)
        while given and given[-1] is None:  # an empty name at the end means the same, but not to every program
            given.pop()
        names = [self.constant(each).name if each is not None else "" for each in given]
        made = tuple(Output(self.fresh(kind)) for _ in range(outputs))
        said = {name: value for name, value in attributes.items() if value is not None}
        node = helper.make_node(kind, names, [each.name for each in made], self.fresh(f"{kind}_node"), None, domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in sorted(said.items()))
        self.nodes.append(node)
        return made

    def constant(self, value: Any) -> Output:
        """A constant: floating numbers in float32, whole ones in int64; equal ones are written once."""
        if isinstance(value, Output):
            return value
        array = np.asarray(value)
        array = np.array(array, np.float32 if array.dtype.kind == "f" else array.dtype, order="C")
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = self._initializer(self.fresh("constant"), array)
        return self._constants[key]

    def array(self, name: str, value: Array) -> Output:
        """An array of the layer, in float32 under its own name, if that is not taken; one that layers share once."""
        array = np.array(value, np.float32, order="C")
        place = value.__array_interface__["data"][0], value.shape, value.strides, value.dtype.str
        known = self._arrays.get(place)
        if known is None or not np.array_equal(array, known[1]):
            known = self._arrays[place] = value, array, self._initializer(self.fresh(name), array)
        return known[2]

    def precise(self, value: Array) -> Output:
        """A constant in the dtype that it has, float64 for one."""
        return self._initializer(self.fresh("constant"), np.array(value, order="C"))

    def function(self, definition: onnx.FunctionProto) -> None:
        """Say what an operator of one's own domain computes: an ONNX local function, written once into the model.

        Raises:
            ExportError: if another one has its domain and name.
        """
        key = (definition.domain, definition.name)
        if self.functions.setdefault(key, definition) != definition:
            raise ExportError(f"expected one definition of the ONNX function {key[0]}:{key[1]}, received another")

    def affine(self, value: Output, affine: Affine) -> Output:
        """A scale and a shift of each feature, which `Module.as_affine` says of many layers."""
        for kind, numbers, neutral in (("Mul", affine.scale, 1.0), ("Add", affine.shift, 0.0)):
            if not (numbers == neutral).all():
                shape = [1] * value.rank
                if numbers.ndim:
                    shape[affine.axis] = numbers.size
                value = known(self.op(kind, value, numbers.reshape(shape if numbers.ndim else ())), value.samples)
        return value

    def reshape(self, value: Output, shape: Lengths) -> Output:
        """The numbers of a value in another shape, in which one length may be None: what is left for it.

        Raises:
            ExportError: if more than one changes with the batch.
        """
        if shape.count(None) > 1:
            raise ExportError(f"expected one axis that changes with the batch, received {shape.count(None)}")
        lengths = np.array([-1 if length is None else length for length in shape], np.int64)
        return self.op("Reshape", value, lengths)

    def export(self, module: Module, value: Value, name: str = "") -> Value:
        """Write a module that a container holds.

        Args:
            module: what the container holds.
            value: what it takes. Its samples must be known: `known` says them of what the container makes itself.
            name: of the module in the container, for the names of its arrays.
        """
        with self._inside(name):
            return self._export(module, value, self)

    def fresh(self, name: str) -> str:
        """A name in this module that is not taken."""
        name = found = ".".join([*self._scope, name])
        while found in self._taken:
            self._names[name] = self._names.get(name, 0) + 1
            found = f"{name}_{self._names[name]}"
        self._taken.add(found)
        return found

    @contextmanager
    def _inside(self, name: str) -> Iterator[None]:
        before = self._scope
        self._scope = (*before, name) if name else before
        try:
            yield
        finally:
            self._scope = before

    def _initializer(self, name: str, array: Array) -> Output:
        self.initializers[name] = numpy_helper.from_array(array, name)
        return Output(name)
