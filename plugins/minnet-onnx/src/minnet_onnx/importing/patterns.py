"""Several operators that are one layer: GELU, which has no operator of its own before opset 20."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from attrs import frozen

from minnet_core import Array

from ..package import helper, onnx

FUSED = {"Gelu": 20}
"""What groups of nodes are written as here, and the opset that has an operator of this name."""

_FACTORS = 3
"""So many factors GELU has at most: x, a sum and a half."""

Found = tuple[str, set[int]]
"""A value, and the indices of the nodes that made something of it."""


@frozen
class Nodes:
    """The nodes of a model, by what they make.

    Attributes:
        listed: in their order.
        makers: name of a value -> the index of the node that makes it.
        takers: name of a value -> how many inputs, and outputs of the model, it is.
        constants: name -> value.
    """

    listed: list[onnx.NodeProto]
    makers: Mapping[str, int]
    takers: Mapping[str, int]
    constants: Mapping[str, Array]

    def number(self, name: str) -> float | None:
        """The one number of a constant; None if it is none, or has several."""
        array = self.constants.get(name)
        return float(array.item()) if array is not None and array.size == 1 else None

    def by_number(self, name: str, kinds: Mapping[str, float]) -> Found | None:
        """What a node makes ``name`` of, together with a number that its kind asks for: ``{"Add": 1.0}``."""
        index = self.makers.get(name)
        node = None if index is None else self.listed[index]
        if node is None or index is None or node.op_type not in kinds or len(node.input) != 2:
            return None
        places = ((0, 1),) if node.op_type == "Div" else ((0, 1), (1, 0))
        for value, constant in places:
            number = self.number(node.input[constant])
            if number is not None and math.isclose(number, kinds[node.op_type], rel_tol=1e-5):
                return node.input[value], {index}
        return None

    def factors(self, name: str) -> tuple[list[str], set[int]]:
        """The factors that products, of which nothing else takes a part, make a value of; no more than GELU has."""
        found: list[str] = [name]
        used: set[int] = set()
        while len(found) < _FACTORS:
            places = [place for place, factor in enumerate(found) if self.is_product(factor, alone=bool(used))]
            if not places:
                break
            index = self.makers[found[places[0]]]
            found[places[0] : places[0] + 1] = self.listed[index].input
            used.add(index)
        return found, used

    def is_product(self, name: str, *, alone: bool) -> bool:
        """Whether a value is a product, and, if it has to be, taken once."""
        index = self.makers.get(name)
        is_taken = not alone or self.takers.get(name, 0) == 1
        return index is not None and self.listed[index].op_type == "Mul" and is_taken


def fused(graph: onnx.GraphProto, constants: Mapping[str, Array]) -> list[onnx.NodeProto]:
    """The nodes of a graph, in which ``Gelu`` stands for each group of nodes that computes it."""
    nodes = list(graph.node)
    takers: dict[str, int] = {}
    for name in [*(name for node in nodes for name in node.input), *(value.name for value in graph.output)]:
        takers[name] = takers.get(name, 0) + 1
    makers = {name: index for index, node in enumerate(nodes) for name in node.output}
    known = Nodes(nodes, makers, takers, constants)
    gone: set[int] = set()
    for index, node in enumerate(nodes):
        if node.op_type == "Mul" and index not in gone and (found := _gelu(known, node.output[0])) is not None:
            value, used = found
            if all(
                takers.get(name, 0) <= _inside(known, name, used) for i in used - {index} for name in nodes[i].output
            ):
                nodes[index] = helper.make_node("Gelu", [value], [node.output[0]], node.name)
                gone |= used - {index}
    return [node for index, node in enumerate(nodes) if index not in gone]


def _gelu(nodes: Nodes, name: str) -> Found | None:
    """X (1 + erf(x / sqrt 2)) / 2, in whatever order it is multiplied."""
    factors, used = nodes.factors(name)
    numbers = [number for each in factors if (number := nodes.number(each)) is not None]
    values = [each for each in factors if nodes.number(each) is None]
    if len(values) != 2 or len(numbers) != 1 or numbers[0] != 0.5:
        return None
    one, other = values
    return _half(nodes, one, other, used) or _half(nodes, other, one, used)


def _half(nodes: Nodes, value: str, sum_: str, used: set[int]) -> Found | None:
    """Whether ``sum_`` is 1 + erf(value / sqrt 2)."""
    added = nodes.by_number(sum_, {"Add": 1.0})
    if added is None or (erf := nodes.makers.get(added[0])) is None or nodes.listed[erf].op_type != "Erf":
        return None
    scaled = nodes.by_number(nodes.listed[erf].input[0], {"Div": math.sqrt(2), "Mul": math.sqrt(0.5)})
    if scaled is None or scaled[0] != value:
        return None
    return value, used | added[1] | {erf} | scaled[1]


def _inside(nodes: Nodes, name: str, used: Iterable[int]) -> int:
    """How many inputs of some nodes a value is."""
    return sum(list(nodes.listed[index].input).count(name) for index in used)
