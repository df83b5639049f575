"""`Table`: what a model, and its loss, compute in a step, as rows of operations."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

import numpy as np
from attrs import evolve, field, frozen

from ..nn import Array, Criterion, Module, Tensor, describe, find_parameters, title
from ..state import sandboxed
from .definition import Operation
from .doors import operations_of
from .errors import NoOperationsError
from .operations import batch_first, batch_last, call
from .value import Value
from .watch import Watch

Taken: TypeAlias = Value | tuple[Value, ...]
"""What a module takes: a value, or a tuple of values."""

Backward: TypeAlias = Callable[[Value], Any]
"""Adds the rows of a layer's backward pass: from the gradient of its output to that of its input.

That is a value or None, or a tuple of such if the input is a tuple.
"""


@frozen(eq=False)
class Row:
    """An operation with what it works on.

    Attributes:
        operation: what is computed.
        operands: what it takes.
        results: what it makes.
        numbers: what else its definition takes, by name.
        accumulate: whether it adds to its result.
        called: the module whose forward pass it is, if it calls one.
        is_batch_last: whether its result has the batch innermost, as the output of that module lies in memory.
    """

    operation: Operation
    operands: tuple[Value, ...]
    results: tuple[Value, ...]
    numbers: dict[str, Any] = field(factory=dict)
    accumulate: bool = False
    called: Module | None = None
    is_batch_last: bool = False

    @property
    def blocks_of(self) -> int | None:
        """How many rows its arrays have, if it may be done for some of them at a time."""
        sizes = [
            value.shape[dimensions.index("r")]
            for value, dimensions in zip(self.operands, self.operation.inputs, strict=False)
            if "r" in dimensions
        ]
        return sizes[0] if sizes else None

    def __str__(self) -> str:
        made, taken = (", ".join(str(value.shape) for value in values) for values in (self.results, self.operands))
        return f"{self.operation.name} {taken} {'+>' if self.accumulate else '->'} {made}"


class Table:
    """Rows, in the order in which they are executed.

    Args:
        dtype: of all floating arrays in it.
        flat: the ``id`` of modules whose parameters need not be watched.

    Attributes:
        rows: the rows.
        watched: the attributes of which the rows were made.
        outputs: the modules that the rows stand for, with their outputs.
        called: modules that say no operations, and why; they are called in their place.
    """

    def __init__(self, dtype: np.dtype[Any], flat: Collection[int] = ()) -> None:
        self.dtype = dtype
        self.rows: list[Row] = []
        self.watched = Watch(flat)
        self.called: list[tuple[Module | Criterion, str]] = []
        self.outputs: list[tuple[Module, Value]] = []
        self._written: set[int] = set()
        self._copies: dict[Value, Value] = {}

    def array(self, array: Array, *, is_trained: bool = False) -> Value:
        """Return the value of an array that is known."""
        return Value(array.shape, array.dtype, array=array, is_trained=is_trained)

    def parameter(self, array: Array) -> Value:
        """Return the value of a parameter."""
        return self.array(array, is_trained=True)

    def emit(self, operation: Operation, *operands: Value, into: Value | None = None, **numbers: Any) -> Any:
        """Add a row.

        Args:
            operation: what to compute.
            operands: what it takes.
            into: the value that the result is written to; a new one if it is None.
            numbers: what else it takes; ``accumulate=True`` adds to ``into``.

        Returns:
            The result, a tuple if there are several.

        Raises:
            NoOperationsError: if an operand is not of the dtype of the table.
        """
        accumulate = bool(numbers.pop("accumulate", False))
        operands = tuple(self._taken(operation, operand) for operand in operands)
        shapes = operation.result_shapes(
            *[operand.shape for operand in operands], result=None if into is None else into.shape
        )
        is_trained = any(operand.is_trained for operand in operands)
        if into is None:
            results = tuple(
                Value(shape, self.dtype if dtype is None else dtype, is_trained=is_trained)
                for shape, dtype in zip(shapes, operation.dtypes, strict=True)
            )
        else:
            into.is_trained = into.is_trained or is_trained
            results = (into,)
        self.rows.append(Row(operation, operands, results, numbers, accumulate))
        return results[0] if len(results) == 1 else results

    def accumulate(self, gradient: Array, operation: Operation, *operands: Value, **numbers: Any) -> None:
        """Add a row whose result is added to the gradient of a parameter; the first of a step is written to it."""
        address = _address(gradient)
        self.emit(operation, *operands, into=self.array(gradient), accumulate=address in self._written, **numbers)
        self._written.add(address)

    def planes(self, x: Value) -> Value:
        """Return images as ``(channels, ..., batch)``: a copy, unless they lie in memory so."""
        if x.planes is not None:
            return x.planes
        n, channels, *lengths = x.shape
        flat = x if len(lengths) == 2 else x.reshape(n, channels, int(np.prod(lengths)), 1)
        planes: Value = self.emit(batch_last, flat)
        return planes.reshape(channels, *lengths, n)

    def plain(self, x: Value) -> Value:
        """Return a value in the memory order of its axes: a copy, unless it lies in memory so."""
        if x.planes is None:
            return x
        n, channels, *lengths = x.shape
        copy: Value = self.emit(batch_first, x.planes.reshape(channels, int(np.prod(lengths)), 1, n))
        return copy.reshape(*x.shape)

    def arranged(self, x: Any, other: Any) -> Any:
        """Return a value in the memory order of another one of its shape; of a table, each value that there is."""
        if isinstance(other, tuple):
            return tuple(None if part is None else self.arranged(part, its) for part, its in zip(x, other, strict=True))
        return self.plain(x) if other.planes is None else self.planes(x).batch_first()

    def maker(self, value: Value) -> Row | None:
        """The row that makes a value: of two that follow each other, one operation may know a shorter way."""
        return next((row for row in reversed(self.rows) if value in row.results), None)

    def call(
        self,
        function: Callable[..., object],
        *operands: Value,
        result: tuple[tuple[int, ...], Any] | None = None,
    ) -> Any:
        """Add a row that calls a function with the arrays of its operands, and one to write its result to."""
        is_trained = any(operand.is_trained for operand in operands)
        results = () if result is None else (Value(result[0], result[1], is_trained=is_trained),)
        self.rows.append(Row(call, operands, results, {"function": function}))
        return results[0] if results else None

    def module(self, module: Module, x: Taken, *, takes_table: bool = False) -> tuple[Value, Backward]:
        """Add the rows of a module's forward pass.

        Args:
            module: the module.
            x: what it takes; a tuple of values if it takes a tuple of arrays.
            takes_table: whether the caller takes a table, a tuple of values, as the output, and gives back a tuple of
                gradients, of which some may be None.

        Returns:
            Its output, and what adds those of its backward pass.

        Raises:
            NoOperationsError: if it can be no part of a table.
        """
        says, why = operations_of(module), "it says none"
        lists = self.rows, self.called, self.outputs
        lengths = [len(each) for each in lists]
        if says is not None:
            self.watched.add(module)
            try:
                y, backward = says(self, module, x)
                if isinstance(y, tuple) and not takes_table:
                    raise NoOperationsError("its output is a table")
            except NoOperationsError as error:
                why = str(error)
                for each, length in zip(lists, lengths, strict=True):
                    del each[length:]  # type: ignore[attr-defined]
            else:
                self.outputs.append((module, y))
                return y, lambda g: backward(self.arranged(g, y))
        self.called.append((module, why))
        return self._module_called(module, x)

    def criterion(self, criterion: Criterion, x: Value, target: Value) -> tuple[Value, Callable[[], Value]]:
        """Add the rows of a criterion's forward pass.

        Returns:
            The loss, and what adds the rows of the gradient of ``x``.
        """
        says = operations_of(criterion)
        before, why = len(self.rows), "it says none"
        if says is not None:
            try:
                self.watched.add(criterion)
                loss, backward = says(self, criterion, x, target)
            except NoOperationsError as error:
                why = str(error)
                del self.rows[before:]
            else:
                return loss, backward
        self.called.append((criterion, why))
        return self._criterion_called(criterion, x, target)

    def complete_gradients(self, gradients: Array, start: int) -> None:
        """Zero what no row of the table writes, but adds to, before the backward pass, which begins at ``start``."""
        start_of, stop_of = _address(gradients), _address(gradients) + gradients.nbytes
        written = {
            _address(array): array.size
            for row in self.rows
            if (array := _written(row)) is not None and start_of <= _address(array) < stop_of
        }
        if sum(written.values()) < gradients.size:
            self.rows.insert(start, Row(call, (), (), {"function": lambda: gradients.fill(0)}))
        for module, _ in self.called:  # those that are not trained, too: their gradients would grow without end
            if isinstance(module, Module) and module.namedParameters():
                self.rows.insert(start, Row(call, (), (), {"function": module.zeroGradParameters}))

    def reasons(self) -> list[str]:
        """Say what is called as a module, and why, each once."""
        return list(
            dict.fromkeys(
                f"{title(component) if isinstance(component, Module) else component}: {why}"
                for component, why in self.called
            )
        )

    def _taken(self, operation: Operation, operand: Value) -> Value:
        """What a row takes for an operand: a copy of what is late where the operation does not take that."""
        root = operand.root
        if operand.dtype != self.dtype and operand.dtype.kind == "f":
            raise NoOperationsError(f"expected {self.dtype}, received {operand.dtype}")
        if root.late is None or (operation.takes_late and operand is root):
            return operand
        if operand.dtype != self.dtype:
            raise NoOperationsError(f"expected {self.dtype}, received {operand.dtype}")
        copy = self._copies.get(root)
        if copy is None or not any(copy in row.results for row in self.rows):
            copy = self._copies[root] = self.call(_copy, root, result=(root.shape, root.dtype))
        return copy if operand is root else operand.moved_to(copy)

    def _module_called(self, module: Module, x: Taken) -> tuple[Value, Backward]:
        taken = x if isinstance(x, tuple) else (x,)
        if any(isinstance(each, tuple) for each in taken):
            raise NoOperationsError(f"{title(module)}: it takes a tuple within a tuple")
        shape, dtype, is_batch_last = _trial(module, x)
        has_parameters = bool(find_parameters(module))
        for gradient in module.namedGradParameters().values():
            self._written.add(_address(gradient))

        def input_of(arrays: tuple[Array, ...]) -> Tensor:
            return arrays[: len(taken)] if isinstance(x, tuple) else arrays[0]

        def forward(*arrays: Array) -> None:
            _put(arrays[-1], module.forward(input_of(arrays)), module)

        def put_planes(*arrays: Array) -> None:
            forward(*arrays[:-1], np.moveaxis(arrays[-1], -1, 0))

        memory = (*shape[1:], shape[0]) if is_batch_last else shape
        y: Value = self.call(put_planes if is_batch_last else forward, *taken, result=(memory, dtype))
        self.rows[-1] = evolve(self.rows[-1], called=module, is_batch_last=is_batch_last)
        # Before there is a view, which has this of it:
        y.is_trained = has_parameters or any(each.is_trained for each in taken)
        y = y.batch_first() if is_batch_last else y

        def backward(g: Value) -> Any:
            wanted = [each for each in taken if each.is_trained]
            if not wanted:
                self.call(lambda *arrays: module.backwardParameters(input_of(arrays), arrays[-1]), *taken, g)
                return None
            made = [Value(_memory_shape(each), each.dtype, is_trained=True) for each in wanted]

            def go_back(*arrays: Array) -> None:
                gradient = module.backward(input_of(arrays), arrays[len(taken)])
                parts = gradient if isinstance(x, tuple) else (gradient,)
                kept = [part for part, each in zip(parts, taken, strict=True) if each.is_trained]
                for place, part, each in zip(arrays[len(taken) + 1 :], kept, wanted, strict=True):
                    _put(place if each.planes is None else np.moveaxis(place, -1, 0), part, module)

            self.rows.append(Row(call, (*taken, g), tuple(made), {"function": go_back}))
            gradients = iter(
                value if each.planes is None else value.batch_first() for value, each in zip(made, wanted, strict=True)
            )
            whole = tuple(next(gradients) if each.is_trained else None for each in taken)
            return whole if isinstance(x, tuple) else whole[0]

        return y, backward

    def _criterion_called(self, criterion: Criterion, x: Value, target: Value) -> tuple[Value, Callable[[], Value]]:
        def forward(input: Array, given: Array, loss: Array) -> None:
            loss[()] = criterion.forward(input, given)

        def go_back(input: Array, given: Array, h: Array) -> None:
            _put(h, criterion.backward(input, given), criterion)

        loss: Value = self.call(forward, x, target, result=((), np.float64))
        return loss, lambda: self.call(go_back, x, target, result=(x.shape, x.dtype))

    def __str__(self) -> str:
        return "\n".join(map(str, self.rows))


def _address(array: Any) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _written(row: Row) -> Array | None:
    """The array that is known before, a gradient, to which a row writes and does not add."""
    return row.results[0].array if row.results and not row.accumulate else None


def _copy(given: Array, copy: Array) -> None:
    np.copyto(copy, given)


def _put(place: Array, result: Any, owner: object) -> None:
    if getattr(result, "shape", None) != place.shape:
        raise NoOperationsError(
            f"{owner}: expected an array of the shape {place.shape}, as a trial with zeros gave, received "
            f"{describe(result)}; train with compile=False"
        )
    np.copyto(place, result, casting="same_kind")


def _memory_shape(value: Value) -> tuple[int, ...]:
    return value.shape if value.planes is None else value.planes.shape


def _trial(module: Module, x: Taken) -> tuple[tuple[int, ...], np.dtype[Any], bool]:
    """The shape and dtype of what a module that is called will make of a value, and whether the batch is innermost."""
    zeros = [
        (array if each.planes is None else np.moveaxis(array, -1, 0))
        for each in (x if isinstance(x, tuple) else (x,))
        for array in [np.zeros(_memory_shape(each), each.dtype)]
    ]
    with sandboxed():
        output = module.clone().forward(tuple(zeros) if isinstance(x, tuple) else zeros[0])
    if not isinstance(output, np.ndarray):
        raise NoOperationsError(f"{title(module)}: expected an array as its output, received {describe(output)}")
    is_batch_last = output.ndim > 2 and not output.flags.c_contiguous and np.moveaxis(output, 0, -1).flags.c_contiguous
    return output.shape, output.dtype, is_batch_last
