"""`Operation`: one kind of row of a table, defined by the NumPy calls that it stands for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

from attrs import field, frozen

from ..nn import Array

Call: TypeAlias = Callable[[], object]
"""A NumPy function with the arrays that it works on: what an operation becomes."""

ROWS = "r"
"""The dimension by which the arrays of an operation may be worked through in blocks."""


class Late:
    """An array that is another one in every step: the input, or the target.

    Attributes:
        array: of this step.
    """

    __slots__ = ("array",)

    def __init__(self) -> None:
        self.array: Any = None


def deferred(function: Callable[..., object], *operands: Array | Late) -> Call:
    """Bind a function to its arrays, of which one may be late."""
    late = [position for position, operand in enumerate(operands) if isinstance(operand, Late)]
    if not late:
        return partial(function, *operands)
    if late == [0]:
        first, rest = operands[0], operands[1:]
        return lambda: function(first.array, *rest)  # type: ignore[union-attr]
    return lambda: function(*[each.array if isinstance(each, Late) else each for each in operands])


@frozen(eq=False)
class Operation:
    """A kind of row.

    Attributes:
        name: by which executors know it.
        inputs: the dimensions of each operand.
        outputs: the dimensions of each result.
        calls: the definition: it takes the operands, the results and the numbers, and returns NumPy calls.
        over: the position of the operand whose memory the first result may take; None if there is none.
        accumulates: whether ``accumulate=True`` makes it add to its result.
        takes_late: whether an operand may be `Late`.
        takes_scratch: whether the definition takes ``scratch``, a `Scratch`.
        dtypes: of each result; None for that of the table.
    """

    name: str
    inputs: tuple[tuple[str, ...], ...]
    outputs: tuple[tuple[str, ...], ...]
    calls: Callable[..., list[Call]] = field(repr=False)
    over: int | None = None
    accumulates: bool = False
    takes_late: bool = False
    takes_scratch: bool = False
    dtypes: tuple[Any, ...] = ()

    @property
    def is_by_rows(self) -> bool:
        """Whether it may be done for some rows, and then for others: its operands have the dimension ``r``."""
        return any(ROWS in dimensions for dimensions in self.inputs)

    @property
    def reduces(self) -> tuple[bool, ...]:
        """Of each result, whether it is complete only when all rows are done."""
        return tuple(self.is_by_rows and ROWS not in dimensions for dimensions in self.outputs)

    def result_shapes(self, *shapes: tuple[int, ...], result: tuple[int, ...] | None = None) -> list[tuple[int, ...]]:
        """Say which shapes the results have.

        Args:
            shapes: of the operands.
            result: of the only result, where that is given: it may have sizes that no operand tells.

        Raises:
            ValueError: if the operands do not have the dimensions that the signature names.
        """
        sizes: dict[str, int] = {}
        is_right = len(shapes) == len(self.inputs)
        known = shapes if result is None else (*shapes, result)
        for shape, dimensions in zip(known, (*self.inputs, *self.outputs), strict=False):
            is_right = is_right and len(shape) == len(dimensions)
            for size, dimension in zip(shape, dimensions, strict=False):
                is_right = is_right and sizes.setdefault(dimension, size) == size
        if not is_right:
            expected = ", ".join(f"({', '.join(dimensions)})" for dimensions in self.inputs)
            raise ValueError(f"{self.name}: expected operands {expected}, received {', '.join(map(str, shapes))}")
        return [tuple(sizes[dimension] for dimension in dimensions) for dimensions in self.outputs]


def operation(
    signature: str,
    *,
    over: str | None = None,
    takes_late: bool = False,
    dtypes: Mapping[str, Any] = MappingProxyType({}),
) -> Callable[[Callable[..., list[Call]]], Operation]:
    """Make an operation of the function that defines it.

    Args:
        signature: the dimensions of operands and results, as of a generalized ufunc of NumPy: ``(r,m),(m)->(r,m)``.
            Where operands have a dimension ``r``, the operation may be done for blocks of rows; a result without it is
            summed over them.
        over: the operand whose memory the result may take: the definition must read it no more once it has written.
        takes_late: whether an operand may be `Late`; `deferred` helps with those.
        dtypes: those of results that are not of the dtype of the table, by name.

    The function takes the operands, the results, and numbers by name, and returns the calls that compute the results.
    One that takes ``accumulate`` adds to what the result holds when that is True; one that takes ``scratch`` gets a
    `Scratch` for what it need not keep.
    """

    def define(calls: Callable[..., list[Call]]) -> Operation:
        names = list(inspect.signature(calls).parameters)
        inputs, outputs = (
            tuple(tuple(filter(None, part.split(","))) for part in re.findall(r"\(([\w,]*)\)", side))
            for side in signature.split("->")
        )
        return Operation(
            name=calls.__name__,
            inputs=inputs,
            outputs=outputs,
            calls=calls,
            over=None if over is None else names.index(over),
            accumulates="accumulate" in names,
            takes_late=takes_late,
            takes_scratch="scratch" in names,
            dtypes=tuple(map(dtypes.get, names[len(inputs) : len(inputs) + len(outputs)])),
        )

    return define
