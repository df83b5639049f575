"""`Summary`: what a model is made of, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import support  # the whole room: what draws tables is imported when one is drawn, not at each start
from .arrays import Array, Tensor, describe
from .node import title, walk, walk_all
from .parameter_refs import find_parameters

if TYPE_CHECKING:
    from .module import Module

_COLUMNS = ("name", "layer", "output", "parameters", "bytes")


class SummaryRow(NamedTuple):  # defined at every start, in a sixth of the time that attrs takes
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


class Summary(NamedTuple):
    """The modules of a model in order, with totals in which a shared parameter counts once."""

    rows: tuple[SummaryRow, ...]
    parameters: int
    bytes: int

    def _cells(self) -> list[tuple[str, ...]]:
        body = [(row.name, row.layer, row.output, f"{row.parameters:,}", f"{row.bytes:,}") for row in self.rows]
        return [*body, ("total", "", "", f"{self.parameters:,}", f"{self.bytes:,}")]

    def __str__(self) -> str:
        return support.render_table(_COLUMNS, self._cells(), right=("parameters", "bytes"))

    def _repr_html_(self) -> str:
        return support.render_html_table(_COLUMNS, self._cells())


@support.collection_paused()
def summarize(module: Module, input: Any = None) -> Summary:
    """Tabulate a model; see `Module.summary`."""
    if input is not None:
        module = module.clone()
        module.forward(_example_input(module, input))
    own: dict[str, list[Array]] = {}
    steps = walk_all(module)
    refs = find_parameters(steps)
    for ref in refs:
        own.setdefault(ref.owner, []).append(ref.parameter)
    rows = [
        SummaryRow(name, title(inner), "-" if inner.output is None else describe(inner.output), *_size(own.get(name)))
        for name, inner in walk(steps)
    ]
    unique = {id(ref.parameter): ref.parameter for ref in refs}
    return Summary(tuple(rows), *_size(unique.values()))


def _size(arrays: Iterable[Array] | None) -> tuple[int, int]:
    arrays = list(arrays or ())
    return sum(array.size for array in arrays), sum(array.nbytes for array in arrays)


def _example_input(module: Module, input: Any) -> Tensor:
    if isinstance(input, tuple) and all(isinstance(length, int) for length in input):
        dtypes = [array.dtype for array in module.namedParameters().values()]
        return np.zeros(input, dtypes[0] if dtypes else np.float32)
    return input
