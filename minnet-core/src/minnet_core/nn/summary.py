"""`Summary`: what a model is made of, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

import numpy as np
from attrs import frozen

from ..support import render_table
from .arrays import Array, Tensor, describe
from .module import Module, title
from .node import walk
from .parameter_refs import find_parameters

_COLUMNS = ("name", "layer", "output", "parameters", "bytes")


@frozen
class SummaryRow:
    """One module of a model.

    Attributes:
        name: dotted position, ``""`` for the model itself.
        layer: its ``repr``, or the class name of a module that has modules inside.
        output: shape and dtype of its last output, or ``-``.
        parameters: how many numbers it trains, those of the modules inside not counted.
        bytes: the memory that they take; gradients take as much again.
    """

    name: str
    layer: str
    output: str
    parameters: int
    bytes: int


@frozen
class Summary:
    """The modules of a model in order, with totals in which a shared parameter counts once."""

    rows: tuple[SummaryRow, ...]
    parameters: int
    bytes: int

    def _cells(self) -> list[tuple[str, ...]]:
        body = [(row.name, row.layer, row.output, f"{row.parameters:,}", f"{row.bytes:,}") for row in self.rows]
        return [*body, ("total", "", "", f"{self.parameters:,}", f"{self.bytes:,}")]

    def __str__(self) -> str:
        return render_table(_COLUMNS, self._cells(), right=("parameters", "bytes"))

    def _repr_html_(self) -> str:
        def line(tag: str, cells: tuple[str, ...]) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "\n".join(line("td", cells) for cells in self._cells())
        return f"<table>\n<thead>{line('th', _COLUMNS)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def summarize(module: Module, input: Any = None) -> Summary:
    """Tabulate a model; see `Module.summary`."""
    if input is not None:
        module = module.clone()
        module.forward(_example_input(module, input))
    own: dict[str, list[Array]] = {}
    places = find_parameters(module)
    for place in places:
        own.setdefault(place.owner, []).append(place.parameter)
    rows = [
        SummaryRow(name, title(inner), "-" if inner.output is None else describe(inner.output), *_size(own.get(name)))
        for name, inner in walk(module)
    ]
    unique = {id(place.parameter): place.parameter for place in places}
    return Summary(tuple(rows), *_size(unique.values()))


def _size(arrays: Iterable[Array] | None) -> tuple[int, int]:
    arrays = list(arrays or ())
    return sum(array.size for array in arrays), sum(array.nbytes for array in arrays)


def _example_input(module: Module, input: Any) -> Tensor:
    if isinstance(input, tuple) and all(isinstance(length, int) for length in input):
        dtypes = [array.dtype for array in module.namedParameters().values()]
        return np.zeros(input, dtypes[0] if dtypes else np.float32)
    return input
