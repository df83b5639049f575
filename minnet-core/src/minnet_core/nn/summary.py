"""`Summary`: what a model is made of, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import support  # the whole room: what draws tables is imported when one is drawn, not at each start
from .arrays import Array, Tensor, describe
from .node import join, listed_modules, title, walk, walk_all
from .parameter_refs import find_parameters

if TYPE_CHECKING:
    from .module import Module

_COLUMNS = ("name", "layer", "inputs", "output", "parameters", "bytes")


class SummaryRow(NamedTuple):  # defined at every start, in a sixth of the time that attrs takes
    """One module of a model.

    Attributes:
        name: dotted position, ``""`` for the model itself.
        layer: its ``repr``, or the class name of a module that has modules inside.
        output: shape and dtype of its last output, or ``-``.
        parameters: how many numbers it trains, those of the modules inside not counted.
        bytes: the memory that they take; gradients take as much again.
        inputs: of a node of a graph, the names of what it takes.
    """

    name: str
    layer: str
    output: str
    parameters: int
    bytes: int
    inputs: str = ""


class Summary(NamedTuple):
    """The modules of a model in order, with totals in which a shared parameter counts once."""

    rows: tuple[SummaryRow, ...]
    parameters: int
    bytes: int

    def _table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """The names of the columns, and the rows; what nodes take is in them if there is a graph."""
        has_inputs = any(row.inputs for row in self.rows)

        def cells(name: str, layer: str, inputs: str, output: str, *numbers: int) -> tuple[str, ...]:
            return (name, layer, *([inputs] if has_inputs else []), output, *(f"{number:,}" for number in numbers))

        body = [cells(row.name, row.layer, row.inputs, row.output, row.parameters, row.bytes) for row in self.rows]
        columns = tuple(name for name in _COLUMNS if has_inputs or name != "inputs")
        return columns, [*body, cells("total", "", "", "", self.parameters, self.bytes)]

    def __str__(self) -> str:
        return support.render_table(*self._table(), right=("parameters", "bytes"))

    def _repr_html_(self) -> str:
        return support.render_html_table(*self._table())


@support.collection_paused()
def summarize(module: Module, input: Any = None) -> Summary:
    """Tabulate a model; see `Module.summary`."""
    if input is not None:
        module = module.clone()
        module.forward(example_input(module, input))
    own: dict[str, list[Array]] = {}
    steps = walk_all(module)
    refs = find_parameters(steps)
    for ref in refs:
        own.setdefault(ref.owner, []).append(ref.parameter)
    taken = {
        join(name, child): ", ".join(sources)
        for name, inner, _ in steps
        for (child, _), sources in zip(listed_modules(inner), inner._module_sources, strict=False)
    }
    rows = [
        SummaryRow(
            name,
            title(inner),
            "-" if inner.output is None else describe(inner.output),
            *_size(own.get(name)),
            taken.get(name, ""),
        )
        for name, inner in walk(steps)
    ]
    unique = {id(ref.parameter): ref.parameter for ref in refs}
    return Summary(tuple(rows), *_size(unique.values()))


def _size(arrays: Iterable[Array] | None) -> tuple[int, int]:
    arrays = list(arrays or ())
    return sum(array.size for array in arrays), sum(array.nbytes for array in arrays)


def example_input(module: Module, input: Any) -> Tensor:
    """An input, or zeros of the shape of one, or a tuple of either."""
    dtypes = [array.dtype for array in module.namedParameters().values()]

    def filled(part: Any) -> Tensor:
        if isinstance(part, tuple) and all(isinstance(length, int) for length in part):
            return np.zeros(part, dtypes[0] if dtypes else np.float32)
        return tuple(map(filled, part)) if isinstance(part, tuple) else part

    return filled(input)
