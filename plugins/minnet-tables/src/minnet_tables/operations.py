"""The operations that branches, and what joins them, stand for in a table of operations (`minnet_core.compile`).

Each function adds the rows of ``updateOutput``, and returns the output and what adds those of ``backward``.
Where a layer takes or makes a table, these are tuples of values; a gradient is None where nothing trained needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from minnet_core import Array
from minnet_core.compilation import Backward, NoOperationsError, Table, Value, chain, operations as o

if TYPE_CHECKING:
    from .arithmetic import CAddTable, CMulTable
    from .containers import Bottle, Concat, ConcatTable, ParallelTable
    from .shapes import Reshape, Squeeze, Unsqueeze
    from .tables import JoinTable, SelectTable

Back: TypeAlias = Callable[[Any], Any]
"""`Backward` of what takes or makes a table."""


def concat_table(table: Table, container: ConcatTable, x: Any) -> tuple[Any, Back]:
    """Those of each branch, and sums of the gradients that come back."""
    outputs, backwards = _branches(table, container.modules, [x] * len(container.modules))

    def go_back(gradients: tuple[Value | None, ...]) -> Any:
        return _sum(table, [back(g) for back, g in zip(backwards, gradients, strict=True) if g is not None])

    return tuple(outputs), go_back


def concat(table: Table, container: Concat, x: Any) -> tuple[Value, Back]:
    """Those of each branch, a copy of each output to its place, and sums of the gradients that come back."""
    outputs, backwards = _branches(table, container.modules, [x] * len(container.modules))
    joined, parted = _joined(table, container.axis, outputs)
    return joined, lambda g: _sum(table, [back(part) for back, part in zip(backwards, parted(g), strict=True)])


def parallel_table(table: Table, container: ParallelTable, x: Any) -> tuple[Any, Back]:
    """Those of each module."""
    outputs, backwards = _branches(table, container.modules, _elements(x, len(container.modules)))

    def go_back(gradients: tuple[Value | None, ...]) -> tuple[Value | None, ...]:
        return tuple(None if g is None else back(g) for back, g in zip(backwards, gradients, strict=True))

    return tuple(outputs), go_back


def bottle(table: Table, container: Bottle, x: Value) -> tuple[Value, Backward]:
    """Those of the modules, between two views."""
    axes = len(x.shape) - container.n_input_dims + 1
    if axes < 1 or not container.modules:
        raise NoOperationsError(f"it has no modules, or its input has too few axes, {x.shape}")
    lead, rest = x.shape[:axes], x.shape[axes:]
    y, through = chain(table, container.modules, table.plain(x).reshape(int(np.prod(lead)), *rest))
    if isinstance(y, tuple):
        raise NoOperationsError("its modules make a table")
    made = table.plain(y)

    def go_back(g: Value) -> Value | None:
        gradient = through(table.arranged(g.reshape(*made.shape), y))
        return None if gradient is None else table.plain(gradient).reshape(*x.shape)

    return made.reshape(*lead, *made.shape[1:]), go_back


def c_add_table(table: Table, layer: CAddTable, x: Any) -> tuple[Value, Back]:
    """A sum for each element behind the first."""
    elements = _alike(x)
    output = _sum(table, elements)
    return output, lambda g: tuple(table.arranged(g, each) if each.is_trained else None for each in elements)


def c_mul_table(table: Table, layer: CMulTable, x: Any) -> tuple[Value, Back]:
    """A product for each element behind the first; backward, the products of the others."""
    elements = _alike(x)

    def product(*factors: Value) -> Value:
        total, *others = factors
        for each in others:
            made: Value = table.emit(o.multiply, table.arranged(each, total).rows(), total.rows())
            total = made.like(total)
        return total

    def go_back(g: Value) -> tuple[Value | None, ...]:
        others = [elements[:index] + elements[index + 1 :] for index in range(len(elements))]
        return tuple(
            product(table.arranged(g, each), *rest) if each.is_trained else None
            for each, rest in zip(elements, others, strict=True)
        )

    return product(*elements), go_back


def join_table(table: Table, layer: JoinTable, x: Any) -> tuple[Value, Back]:
    """A copy of each array to its place."""
    elements = _elements(x)
    joined, parted = _joined(table, layer.axis, elements)
    return joined, lambda g: tuple(parted(g))


def select_table(table: Table, layer: SelectTable, x: Any) -> tuple[Any, Back]:
    """Nothing."""
    elements = _elements(x)
    if not -len(elements) <= layer.index < len(elements):
        raise NoOperationsError(f"its input has {len(elements)} elements")
    place = layer.index % len(elements)
    return elements[place], lambda g: tuple(g if index == place else None for index in range(len(elements)))


def reshape(table: Table, layer: Reshape | Squeeze | Unsqueeze, x: Value) -> tuple[Value, Backward]:
    """A view of another shape, of what numbers stay in their order in."""
    shape = layer.forward(np.broadcast_to(np.float32(0), x.shape)).shape
    if not shape:
        raise NoOperationsError("its output is one number")
    return table.plain(x).reshape(*shape), lambda g: table.plain(g).reshape(*x.shape)


def _branches(table: Table, modules: Sequence[Any], inputs: Sequence[Any]) -> tuple[list[Any], list[Back]]:
    """The outputs of modules side by side, and what goes back through each."""
    if not modules:
        raise NoOperationsError("it has no modules")
    made = [table.module(module, x, takes_table=True) for module, x in zip(modules, inputs, strict=True)]
    return [output for output, _ in made], [backward for _, backward in made]


def _elements(x: Any, count: int | None = None) -> list[Any]:
    if not isinstance(x, tuple) or (count is not None and len(x) != count):
        raise NoOperationsError("its input is no table of values, or one of another length")
    return [*x]


def _alike(x: Any) -> list[Value]:
    """The elements of a table, arrays of one shape."""
    elements = _elements(x)
    if any(isinstance(each, tuple) or each.shape != elements[0].shape for each in elements):
        raise NoOperationsError("its input holds arrays of several shapes, or tables")
    return elements


def _sum(table: Table, tensors: Sequence[Any]) -> Any:
    """Add values, or tables of values element by element; those that are None have nothing to add."""
    there = [each for each in tensors if each is not None]
    if not there:
        return None
    if isinstance(there[0], tuple):
        return tuple(_sum(table, parts) for parts in zip(*there, strict=True))
    total, *others = there
    for each in others:
        made: Value = table.emit(o.add, table.arranged(each, total).rows(), total.rows())
        total = made.like(total)
    return total


def _joined(table: Table, axis: int, parts: Sequence[Any]) -> tuple[Value, Callable[[Value], list[Value]]]:
    """Put values together along an axis: images with the batch innermost as they lie in memory, if all do."""
    if any(isinstance(each, tuple) for each in parts):
        raise NoOperationsError("it joins tables")
    axes = len(parts[0].shape)
    if not -axes <= axis < axes or any(each.dtype != table.dtype for each in parts):
        raise NoOperationsError("it joins arrays of another dtype, or along an axis that they do not have")
    is_batch_last = axis % axes == 1 and all(each.planes is not None for each in parts)
    arrays = [each.planes if is_batch_last else table.plain(each) for each in parts]
    if any(each.root.late is not None and each is not each.root for each in arrays):
        raise NoOperationsError("it joins a view of the input")
    place = 0 if is_batch_last else axis % axes
    ends = [0, *accumulate(each.shape[place] for each in arrays)]
    shape = (*arrays[0].shape[:place], ends[-1], *arrays[0].shape[place + 1 :])
    if any((*each.shape[:place], *each.shape[place + 1 :]) != (*shape[:place], *shape[place + 1 :]) for each in arrays):
        raise NoOperationsError("it joins arrays that differ in another axis")

    def join(*given: Array) -> None:
        np.concatenate(given[:-1], place, out=given[-1])

    joined: Value = table.call(join, *arrays, result=(shape, table.dtype))

    def parted(g: Value) -> list[Value]:
        whole = g.planes if is_batch_last else table.plain(g)
        assert whole is not None  # as the gradient of what was joined has its memory order
        return [_cut(table, whole, place, start, stop, is_batch_last) for (start, stop) in pairwise(ends)]

    return joined.batch_first() if is_batch_last else joined, parted


def _cut(table: Table, whole: Value, axis: int, start: int, stop: int, is_batch_last: bool) -> Value:
    """A copy of a part of a value."""
    places = (*[slice(None)] * axis, slice(start, stop))

    def cut(given: Array, part: Array) -> None:
        np.copyto(part, given[places])

    shape = (*whole.shape[:axis], stop - start, *whole.shape[axis + 1 :])
    part: Value = table.call(cut, whole, result=(shape, whole.dtype))
    return part.batch_first() if is_batch_last else part
