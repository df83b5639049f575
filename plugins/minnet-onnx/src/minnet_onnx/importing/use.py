"""`Use`: an operator in an ONNX model, with its attributes and constants; and the table of what minnet has for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, TypeAlias, TypeVar

import numpy as np
from attrs import frozen

from minnet_core import Array, Module, layers
from minnet_core.support import printable

from ..errors import ImportOnnxError
from ..package import onnx

Made = Module | tuple[Module, ...] | None
"""What an operator becomes: a layer, one for each of its outputs, or None if it passes on what it takes."""

Lengths: TypeAlias = tuple[int | str, ...]
"""The lengths of a value; a name for one that is not known, the same for those that are equal."""

Taker = tuple[str, int]
"""An operator, and which of its inputs."""

READERS: dict[str, Callable[[Use], Made]] = {}
"""Operator of ONNX -> what makes a layer of it."""

_INTEGERS = frozenset(
    getattr(onnx.TensorProto, name)
    for name in ("UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "UINT32", "UINT64", "BOOL")
)

_R = TypeVar("_R", bound=Callable[["Use"], Made])


def reads(*kinds: str) -> Callable[[_R], _R]:
    """Enter a function into the table, under the names of operators."""

    def enter(function: _R) -> _R:
        READERS.update((kind, function) for kind in kinds)
        return function

    return enter


@frozen(eq=False)
class Use:
    """An operator in a model.

    Attributes:
        kind: its name.
        name: of the node, for messages.
        attributes: by name.
        inputs: constants, names of values, None for what is left out.
        outputs: names of values.
        lengths: name of a value -> its lengths; what ONNX could infer.
        dtypes: name of a value -> that of its numbers, as ONNX counts them; what ONNX could infer.
        takers: name of a value -> the operators that take it, and as which of their inputs.
        computed: name of what is computed of shapes -> its numbers, and the names of lengths that are not known.
    """

    kind: str
    name: str
    attributes: Mapping[str, Any]
    inputs: tuple[Array | str | None, ...]
    outputs: tuple[str, ...]
    lengths: Mapping[str, Lengths]
    dtypes: Mapping[str, int]
    takers: Mapping[str, Collection[Taker]]
    computed: Mapping[str, Array]

    @property
    def taken(self) -> tuple[str, ...]:
        """The values that it takes; the others of its inputs are constants."""
        return tuple(each for each in self.inputs if isinstance(each, str))

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The lengths of what it takes first."""
        return self.shape_of(self.taken[0])

    @property
    def rank(self) -> int:
        """How many axes what it takes first has."""
        return len(self.shape)

    @property
    def is_integer(self) -> bool:
        """Whether it is known to take whole numbers first."""
        return self.dtypes.get(self.taken[0]) in _INTEGERS

    @property
    def wanted(self) -> int:
        """How many outputs there are up to the last that something takes."""
        return max((index for index, name in enumerate(self.outputs, 1) if self.takers.get(name)), default=1)

    def shape_of(self, name: str) -> tuple[int | None, ...]:
        """The lengths of a value, None for one that is not known.

        Raises:
            ImportOnnxError: if not even their number is known.
        """
        if name not in self.lengths:
            self.refuse(f"it takes {printable(name)!r}, of which ONNX cannot infer the shape")
        return tuple(length if isinstance(length, int) else None for length in self.lengths[name])

    def get(self, name: str, default: Any) -> Any:
        """An attribute."""
        return self.attributes.get(name, default)

    def expect(self, name: str, *allowed: Any, default: Any = None) -> None:
        """Refuse an attribute that no layer knows.

        Raises:
            ImportOnnxError: if it is none of ``allowed``.
        """
        received = self.get(name, default if default is not None else allowed[0])
        if received not in allowed:
            self.refuse(f"its {name} is {received!r}, where {' or '.join(map(repr, allowed))} was expected")

    def constant(self, index: int, what: str) -> Array:
        """An input that has to be a constant.

        Raises:
            ImportOnnxError: if it is none.
        """
        found = self.optional(index, what)
        if found is None:
            self.refuse(f"it has no {what}")
        return found

    def optional(self, index: int, what: str) -> Array | None:
        """An input that is a constant, or left out."""
        found = self.inputs[index] if index < len(self.inputs) else None
        if isinstance(found, str):
            self.refuse(f"its {what} is computed, where a constant was expected")
        return found

    def numbers(self, index: int, name: str) -> list[int] | None:
        """Whole numbers that are an attribute in older versions of ONNX and an input in later ones."""
        if name in self.attributes:
            return [int(each) for each in np.ravel(self.attributes[name])]
        found = self.optional(index, name)
        return None if found is None else [int(each) for each in found.ravel()]

    def expect_spread(self, constant: Array) -> None:
        """Refuse a constant that would give the value more axes than it has.

        Raises:
            ImportOnnxError: if it has more.
        """
        if constant.ndim and constant.ndim > self.rank:
            self.refuse(f"its constant has shape {constant.shape}, more axes than the {self.rank} of what it takes")

    def refuse(self, why: str) -> NoReturn:
        """Raise, naming the operator.

        Raises:
            ImportOnnxError: always.
        """
        where = f" ({printable(self.name, 100)!r})" if self.name else ""
        raise ImportOnnxError(f"minnet has no layer for this {printable(self.kind, 100)}{where}: {why}")


def layer(name: str, *arguments: Any, arrays: Mapping[str, Array | None] | None = None, **more: Any) -> Module:
    """Make a layer by its name, whatever distribution it is in, and set its arrays.

    Raises:
        UnknownComponentError: if that is not installed; says what to install.
    """
    made: Module = layers[name](*arguments, **more)
    for attribute, array in (arrays or {}).items():
        if array is not None:
            own = getattr(made, attribute)
            own[...] = array.reshape(own.shape)
    return made
