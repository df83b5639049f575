"""What the modules of minnet's core are in ONNX: containers are their modules, and nothing of their own."""

from __future__ import annotations

from collections.abc import Mapping

from minnet_core import Graph, Module, Sequential
from minnet_core.nn import listed_modules
from minnet_core.testing import Bend

from .graph import Export, OnnxGraph, Value


def sequential(module: Sequential, value: Value, graph: OnnxGraph) -> Value:
    """One after another."""
    for name, child in listed_modules(module):
        value = graph.export(child, value, name)
    return value


def network(module: Graph, value: Value, graph: OnnxGraph) -> Value:
    """The nodes that lead to an output, in the order of computation."""
    plan, names = module.plan(), [name for name, _ in listed_modules(module)]
    values: list[Value] = [*(value if len(module.inputs) > 1 else (value,)), *[None] * (plan.size - plan.inputs)]

    def taken(sources: tuple[object, ...]) -> Value:
        found = []
        for source in sources:
            each = values[source.position]  # type: ignore[attr-defined]  # a Source
            for step in source.path:  # type: ignore[attr-defined]  # likewise
                each = each[step]
            found.append(each)
        return found[0] if len(found) == 1 else tuple(found)

    for step in plan.steps:
        values[step.position] = graph.export(module.modules[step.node], taken(step.sources), names[step.node])
    return taken(plan.outputs)


def bend(module: Bend, value: Value, graph: OnnxGraph) -> Value:
    """What the conformance kit puts into a container that its author left empty."""
    if isinstance(value, tuple):
        return tuple(bend(module, part, graph) for part in value)
    return graph.op("Tanh", graph.op("Mul", value, module.k))


EXPORTS: Mapping[type[Module], Export] = {Sequential: sequential, Graph: network, Bend: bend}
