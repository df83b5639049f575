"""The core's own containers, written as code."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ...nn import Graph, Module, Sequential
from .formula import Structure

if TYPE_CHECKING:
    from .numpy_code import NumpyCode


def _sequential(code: NumpyCode, container: Sequential, x: str) -> str:
    """One module after the other."""
    return code.sequence(container, x)


def _graph(code: NumpyCode, graph: Graph, x: str) -> str:
    """A variable for each node, in the order in which they are computed."""
    plan, count = graph.plan(), len(graph.inputs)
    names = list(graph.sources)
    values = [x] if count == 1 else [f"{x}[{index}]" for index in range(count)]
    values += [""] * (plan.size - count)

    def taken(sources: tuple[tuple[int, tuple[int, ...]], ...]) -> str:
        parts = [values[position] + "".join(f"[{step}]" for step in path) for position, path in sources]
        return parts[0] if len(parts) == 1 else code.table(parts)

    for step in plan.steps:
        name = names[step.node]
        source = taken(step.sources)
        if len(step.sources) > 1:
            source = code.assign(code.new_name(name), source)
            values[step.position] = code.module(name, graph.modules[step.node], source, into=source)
        else:
            values[step.position] = code.module(name, graph.modules[step.node], source, into=code.new_name(name))
    return taken(plan.outputs)


KNOWN: MappingProxyType[type[Module], Structure] = MappingProxyType(
    {Sequential: Structure(_sequential), Graph: Structure(_graph)}
)
"""What the core's own modules are."""
