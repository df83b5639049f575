"""`NumpyExecutor`: executes a table by the definitions of its operations; others are found by entry point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from ..nn import Array, Optimizer
from .definition import Call, Late
from .plan import BoundRow, Group
from .scratch import Scratch

BLOCK = 32_768
"""Elements of an array that are worked on at a time, so that they are still in the cache for the next row."""

Run: TypeAlias = Callable[[], None]
"""Executes all that was bound, once."""

Update: TypeAlias = Callable[[Array, Array], object]
"""Changes parameters by gradients."""


class Executor(Protocol):
    """What executes tables: the object that an entry point of the group ``minnet.executors`` names.

    Where it cannot execute, that names a text instead, which says why and what to do.
    """

    @property
    def description(self) -> str:
        """What it computes with, in a line for ``minnet doctor``."""

    def bind(self, groups: Sequence[Group]) -> Run:
        """Prepare the execution of groups, in their order, with the results that their definitions have."""

    def bind_update(self, optimizer: Optimizer) -> Update | None:
        """Prepare what `Optimizer.step_on` does, for the vectors of each step; None to leave it to that."""


class NumpyExecutor:
    """Executes the calls that define the operations."""

    description = "NumPy"

    def bind(self, groups: Sequence[Group]) -> Run:
        """Prepare the calls of all rows, for each block of a group."""
        scratch = Scratch()
        calls = [call for group in groups for call in _calls_of(group, scratch)]

        def run() -> None:
            for call in calls:
                call()

        return run

    def bind_update(self, optimizer: Optimizer) -> None:
        """Leave it to the optimizer, which is written in NumPy."""

    def __repr__(self) -> str:
        return "numpy"


def _calls_of(group: Group, scratch: Scratch) -> Iterator[Call]:
    if group.blocks_of is None:
        for row in group.rows:
            yield from row_calls(row, scratch)
        return
    width = max(
        array.size // group.blocks_of
        for row in group.rows
        for array, dimensions in _with_dimensions(row)
        if "r" in dimensions and isinstance(array, type(row.results[0]))
    )
    step = max(1, BLOCK // max(1, width))
    for start in range(0, group.blocks_of, step):
        for row in group.rows:
            yield from row_calls(_block(row, start, start + step), scratch)


def row_calls(row: BoundRow, scratch: Scratch) -> list[Call]:
    """The NumPy calls that a row stands for."""
    more = {"scratch": scratch} if row.operation.takes_scratch else {}
    if row.accumulate:
        more["accumulate"] = True  # type: ignore[assignment]
    return row.operation.calls(*row.operands, *row.results, **row.numbers, **more)


def _block(row: BoundRow, start: int, stop: int) -> BoundRow:
    """A row of some samples; sums are added to those of the samples before."""
    parts: list[Array | Late] = [
        array[start:stop] if "r" in dimensions else array  # type: ignore[index]
        for array, dimensions in _with_dimensions(row)
    ]
    count = len(row.operands)
    accumulate = row.accumulate or (start > 0 and any(row.operation.reduces))
    return BoundRow(row.operation, tuple(parts[:count]), tuple(parts[count:]), row.numbers, accumulate)  # type: ignore[arg-type]


def _with_dimensions(row: BoundRow) -> Iterator[tuple[Array | Late, tuple[str, ...]]]:
    yield from zip(row.operands, row.operation.inputs, strict=False)
    yield from zip(row.results, row.operation.outputs, strict=False)
