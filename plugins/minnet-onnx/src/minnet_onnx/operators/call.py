"""`Call`: a counterpart in PyTorch with its arguments and arrays, applied to values of a graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from attrs import frozen

from minnet_core import Array, Reference

from ..errors import ExportError
from ..graph import OnnxGraph, Output, Value

Rule = Callable[["Call"], Value]

RULES: dict[str, Rule] = {}
"""Name in PyTorch -> what puts its operators down."""

_R = TypeVar("_R", bound=Rule)


def rule(*names: str) -> Callable[[_R], _R]:
    """Enter a function into the table, under the names of classes and functions in PyTorch, without ``torch.``."""

    def enter(function: _R) -> _R:
        RULES.update((f"torch.{name}", function) for name in names)
        return function

    return enter


@frozen(eq=False)
class Call:
    """What a rule gets.

    Attributes:
        graph: where its operators go.
        reference: the counterpart.
        arrays: its parameters and buffers, by its own names.
        value: what it takes.
        made: what it makes, of which the shapes are known.
    """

    graph: OnnxGraph
    reference: Reference
    arrays: Mapping[str, Array]
    value: Value
    made: Value

    @property
    def x(self) -> Output:
        """What it takes, one array.

        Raises:
            ExportError: if it is a table.
        """
        if not isinstance(self.value, Output):
            raise ExportError(f"expected {self.reference.name} to take one array, received a table")
        return self.value

    @property
    def several(self) -> tuple[Output, ...]:
        """The arrays of the table that it takes."""
        parts = self.value if isinstance(self.value, tuple) else (self.value,)
        if not all(isinstance(part, Output) for part in parts):
            raise ExportError(f"expected {self.reference.name} to take a table of arrays, received a nested one")
        return parts

    def get(self, name: str, default: Any) -> Any:
        """An argument of the counterpart."""
        return self.reference.arguments.get(name, default)

    def refuse(self, name: str, *allowed: Any) -> None:
        """Refuse an argument that the operators do not know.

        Raises:
            ExportError: if it is given, and none of ``allowed``.
        """
        received = self.get(name, allowed[0])
        if received not in allowed:
            raise ExportError(f"expected {self.reference.name} with {name}={allowed[0]!r}, received {received!r}")

    def array(self, name: str, shape: tuple[int, ...] | None = None) -> Output | None:
        """An array of the counterpart, in a shape; None if it has none."""
        if name not in self.arrays:
            return None
        found = self.arrays[name]
        return self.graph.array(name, found if shape is None else found.reshape(shape))

    def op(self, kind: str, *inputs: Any, **attributes: Any) -> Output:
        """Put an operator down, as `OnnxGraph.op` does."""
        return self.graph.op(kind, *inputs, **attributes)


def pair(value: Any, count: int) -> list[int]:
    """One number for all of so many axes, or one for each."""
    return [int(each) for each in value] if np.ndim(value) else [int(value)] * count
