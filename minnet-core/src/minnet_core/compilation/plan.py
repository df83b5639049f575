"""`Plan`: a table with memory for its arrays, and how its rows are grouped."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from ..nn import Array
from .definition import Late, Operation
from .table import Row
from .value import Value


@frozen(eq=False)
class BoundRow:
    """An operation with its arrays: what an executor gets.

    Attributes:
        operation: what is to be computed.
        operands: the arrays that it takes; what is late holds the one of a step.
        results: the arrays that it writes.
        numbers: what else its definition takes, by name.
        accumulate: whether it adds to its result.
    """

    operation: Operation
    operands: tuple[Array | Late, ...]
    results: tuple[Array, ...]
    numbers: dict[str, Any]
    accumulate: bool


@frozen(eq=False)
class Group:
    """Rows that may be executed block by block of their samples; or a single one that may not.

    Attributes:
        rows: in their order.
        blocks_of: how many rows their arrays have; None for a single row that is executed as a whole.
    """

    rows: list[BoundRow] = field(factory=list)
    blocks_of: int | None = None


def needed(rows: Sequence[Row], kept: Collection[Value]) -> list[Row]:
    """Leave out the rows that compute what nobody takes, such as the gradient of the input."""
    wanted, found = {value.root for value in kept}, []
    for row in reversed(rows):
        has_effect = (
            not row.results or row.operation.name == "call" or any(each.array is not None for each in row.results)
        )
        if has_effect or any(result.root in wanted for result in row.results):
            found.append(row)
            wanted.update(operand.root for operand in row.operands)
    return found[::-1]


def grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Divide rows into groups: consecutive ones of equally many samples, none of which takes a sum that one makes."""
    groups: list[list[Row]] = []
    sums: set[Value] = set()
    for row in rows:
        size = row.blocks_of
        if (
            groups
            and size is not None
            and groups[-1][0].blocks_of == size
            and not sums & {each.root for each in row.operands}
        ):
            groups[-1].append(row)
        else:
            groups.append([row])
            sums = set()
        reduces = row.operation.reduces
        sums.update(result.root for result, is_sum in zip(row.results, reduces, strict=False) if is_sum)
    return groups


def bind(groups: Sequence[Sequence[Row]], kept: Collection[Value], memory: dict[Value, Array]) -> list[Group]:
    """Give every value memory, as little as is needed, and the rows their arrays.

    A value has memory from the row that makes it to the last that takes it; then a later one of the same shape has it.
    (Of the same shape only: within a group, the first block of one must not be where the second of another is.)

    Args:
        groups: of rows.
        kept: values that are needed when all is done.
        memory: receives the array of each root.
    """
    last = _last_uses(groups, kept)
    free: dict[tuple[tuple[int, ...], np.dtype[Any]], list[Array]] = {}
    bound = []
    for position, group in _numbered(groups):
        row = group
        for index, result in enumerate(row.results):
            root = result.root
            if root.array is None and root not in memory:
                key = (root.shape, root.dtype)
                taken = _taken_over(row, index, position, last, memory)
                memory[root] = taken if taken is not None else free[key].pop() if free.get(key) else np.empty(*key)
        for value in {each.root for each in (*row.operands, *row.results)}:
            if last.get(value) == position and value in memory and not _is_passed_on(value, row, memory):
                free.setdefault((value.shape, value.dtype), []).append(memory[value])
    for rows in groups:
        bound.append(Group([bound_row(row, memory) for row in rows], rows[0].blocks_of))
    return bound


def _numbered(groups: Sequence[Sequence[Row]]) -> Iterator[tuple[int, Row]]:
    return enumerate(row for group in groups for row in group)


def _last_uses(groups: Sequence[Sequence[Row]], kept: Collection[Value]) -> dict[Value, int]:
    last: dict[Value, int] = {}
    for position, row in _numbered(groups):
        last.update(dict.fromkeys((each.root for each in (*row.operands, *row.results)), position))
    for value in kept:
        last.pop(value.root, None)
    return last


def _taken_over(
    row: Row, index: int, position: int, last: dict[Value, int], memory: dict[Value, Array]
) -> Array | None:
    """The memory of an operand that the row is the last to take, if its result may have it."""
    over = row.operation.over
    if over is None or index or over >= len(row.operands):
        return None
    operand, result = row.operands[over], row.results[0]
    is_last = operand.base is None and last.get(operand) == position and operand in memory
    is_alike = (operand.shape, operand.dtype) == (result.shape, result.dtype)
    is_read_once = sum(each.root is operand for each in row.operands) == 1
    return memory[operand] if is_last and is_alike and is_read_once else None


def _is_passed_on(value: Value, row: Row, memory: dict[Value, Array]) -> bool:
    """Whether the memory of an operand has just become that of a result."""
    return any(each.root is not value and memory.get(each.root) is memory[value] for each in row.results)


def bound_row(row: Row, memory: dict[Value, Array]) -> BoundRow:
    """Give a row the arrays of its values."""
    operands = tuple(each.resolve(memory) for each in row.operands)
    results = tuple(each.resolve(memory) for each in row.results)
    return BoundRow(row.operation, operands, results, row.numbers, row.accumulate)  # type: ignore[arg-type]
