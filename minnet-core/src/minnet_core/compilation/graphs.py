"""The operations of `Graph`: those of its nodes, and a sum where several of them take one value."""

from __future__ import annotations

from ..nn import Graph
from . import operations as o
from .errors import NoOperationsError
from .table import Backward, Table, Taken
from .value import Value


def graph(table: Table, graph: Graph, x: Taken) -> tuple[Value, Backward]:
    """Flatten a graph into the table."""
    plan = graph.plan()
    if not plan.steps or len(plan.outputs) > 1 or any(source.path for source in plan.outputs):
        raise NoOperationsError("it has no nodes, several outputs, or an element of a tuple as its output")
    given = x if isinstance(x, tuple) and len(graph.inputs) > 1 else (x,)
    values: dict[int, Taken] = dict(enumerate(given))
    backwards: dict[int, Backward] = {}
    for step in plan.steps:
        if any(source.path for source in step.sources):
            raise NoOperationsError("a node takes an element of a tuple")
        taken = tuple(values[source.position] for source in step.sources)
        if len(taken) > 1 and any(isinstance(each, tuple) for each in taken):
            raise NoOperationsError("a node takes a tuple within a tuple")
        values[step.position], backwards[step.position] = table.module(
            graph.modules[step.node],
            taken[0] if len(taken) == 1 else taken,  # type: ignore[arg-type]  # of values, as was just found
        )
    position = plan.outputs[0].position
    output = values[position]
    if isinstance(output, tuple):
        raise NoOperationsError("its output is its input, a tuple")

    def go_back(g: Value) -> Taken | tuple[Value | None, ...] | None:
        received: dict[int, list[Value]] = {position: [g]}
        for step in reversed(plan.steps):
            gradients = received.pop(step.position, [])
            if not gradients:
                continue
            made = backwards[step.position](_sum(table, gradients))
            parts = made if isinstance(made, tuple) and len(step.sources) > 1 else (made,) * len(step.sources)
            for source, part in zip(step.sources, parts, strict=True):
                if isinstance(part, Value):
                    received.setdefault(source.position, []).append(part)
        sums = [_sum(table, received[index]) if index in received else None for index in range(len(given))]
        return tuple(sums) if isinstance(x, tuple) and len(graph.inputs) > 1 else sums[0]

    return output, go_back


def _sum(table: Table, gradients: list[Value]) -> Value:
    """What comes back to a value from all that take it."""
    total, *others = gradients
    for each in others:
        both: Value = table.emit(o.add, table.arranged(each, total).rows(), total.rows())
        total = both.like(total)
    return total
