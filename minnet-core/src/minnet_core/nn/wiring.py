"""`Wiring`: which node of a graph takes what, and in which order they are computed; it knows names, and no modules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from .. import support  # the whole room: what searches names is imported when a name is wrong, not at each start
from ..errors import GraphError

Key: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], int]


class Source(NamedTuple):
    """What a node takes: a value of the graph, or an element of one that is a tuple.

    Attributes:
        position: of the value: the inputs of the graph come first, then the nodes as they were added.
        path: of the element: an index at each level; empty for all of the value.
    """

    position: int
    path: tuple[int, ...] = ()


class Step(NamedTuple):
    """A node, in the order of computation.

    Attributes:
        node: its index, as it was added.
        position: of the value that it makes.
        sources: what it takes.
    """

    node: int
    position: int
    sources: tuple[Source, ...]


class Plan(NamedTuple):
    """How a graph is computed.

    Attributes:
        steps: the nodes that an output needs, each after those whose values it takes.
        outputs: what the graph makes.
        inputs: how many of the values are inputs.
        size: how many values there are.
    """

    steps: tuple[Step, ...]
    outputs: tuple[Source, ...]
    inputs: int
    size: int

    def chains(self) -> list[list[int]]:
        """Divide the nodes into chains: each takes what the one before in its chain makes, and nothing else does."""
        takers: dict[int, int] = dict.fromkeys((source.position for source in self.outputs), 2)
        for step in self.steps:
            for source in step.sources:
                takers[source.position] = takers.get(source.position, 0) + (2 if source.path else 1)
        chains: list[list[int]] = []
        ending: dict[int, list[int]] = {}
        for step in self.steps:
            source = step.sources[0]
            if len(step.sources) == 1 and source.position >= self.inputs and takers[source.position] == 1:
                chain = ending[source.position]
            else:
                chain = []
                chains.append(chain)
            chain.append(step.node)
            ending[step.position] = chain
        return chains


class Problem(NamedTuple):
    """What is wrong with a graph.

    Attributes:
        node: the index of the one that takes what it cannot; None if it is an output.
        message: a sentence.
    """

    node: int | None
    message: str


class Wiring:
    """The nodes of a graph: their names, in the order in which they were added, and the names of what each takes.

    Attributes:
        names: of the nodes.
        sources: of each node, the names of what it takes: ``stem``, or ``split.0`` for an element of a tuple.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sources: list[tuple[str, ...]] = []
        self._indices: dict[str, int] = {}
        self._planned: tuple[Key, Plan] | None = None

    def expect_new(self, name: object, inputs: Sequence[str]) -> None:
        """Check the name of a node that shall be added.

        Raises:
            GraphError: if it is no name, or there is a node or an input of that name.
        """
        expect_names([name], "a node")
        if name in self._indices or name in inputs:
            kind = "an input" if name in inputs else "a node"
            raise GraphError(f"expected a name that is new, received {name!r}, which is the name of {kind}")

    def add(self, name: str, sources: tuple[str, ...]) -> None:
        """Add a node."""
        self._indices[name] = len(self.names)
        self.names.append(name)
        self.sources.append(sources)

    def index(self, name: str) -> int:
        """Find the node of a name.

        Raises:
            KeyError: if there is none.
        """
        return self._indices[name]

    def plan(self, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Plan:
        """Say in which order the nodes are computed; it is found anew only when a node was added, or these differ.

        Args:
            inputs: the names of what the graph takes.
            outputs: the names of what it makes; none for what the last node makes, or for the inputs without a node.

        Raises:
            GraphError: naming what is missing, or the circle.
        """
        key, planned = (inputs, outputs, len(self.names)), self._planned
        if planned is None or planned[0] != key:
            if problems := self.problems(inputs, outputs):
                raise GraphError("\n".join(problem.message for problem in problems))
            planned = self._planned = key, self._made(inputs, outputs)
        return planned[1]

    def problems(self, inputs: Sequence[str], outputs: Sequence[str]) -> list[Problem]:
        """List what is wrong: names that are missing, and if there are none, a circle."""
        known = dict.fromkeys([*inputs, *self.names])
        missing = [
            Problem(index, f"{self.names[index]!r}: {_missing(name, known)}")
            for index, sources in enumerate(self.sources)
            for name in sources
            if _split(name)[0] not in known
        ]
        missing += [
            Problem(None, f"outputs: {_missing(name, known)}") for name in outputs if _split(name)[0] not in known
        ]
        if missing:
            return missing
        circle = self._circle(inputs)
        if not circle:
            return []
        told = " -> ".join(repr(self.names[index]) for index in (*circle, circle[0]))
        return [Problem(circle[0], f"expected a graph without a circle, received {support.printable(told)}")]

    def unused(self, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> list[int]:
        """List the nodes that lead to no output, by their indices; they are not computed."""
        used = {step.node for step in self.plan(inputs, outputs).steps}
        return [index for index in range(len(self.names)) if index not in used]

    def _made(self, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Plan:
        positions = {name: position for position, name in enumerate([*inputs, *self.names])}

        def found(names: Iterable[str]) -> tuple[Source, ...]:
            return tuple(Source(positions[name], path) for name, path in map(_split, names))

        made = found(outputs or self.names[-1:] or inputs)
        sources = [found(names) for names in self.sources]
        nodes = [[each.position - len(inputs) for each in taken if each.position >= len(inputs)] for taken in sources]
        needed, pending = set[int](), [each.position - len(inputs) for each in made if each.position >= len(inputs)]
        while pending:
            index = pending.pop()
            if index not in needed:
                needed.add(index)
                pending.extend(nodes[index])
        steps = (Step(index, index + len(inputs), sources[index]) for index in _in_order(nodes) if index in needed)
        return Plan(tuple(steps), made, len(inputs), len(positions))

    def _circle(self, inputs: Sequence[str]) -> list[int]:
        """Find nodes each of which takes what the one before makes, the first what the last does; empty if none do."""
        positions = {name: index for index, name in enumerate(self.names)}
        nodes = [[positions[name] for name, _ in map(_split, names) if name in positions] for names in self.sources]
        left = set(range(len(nodes))) - set(_in_order(nodes))
        if not left:
            return []
        walked: dict[int, None] = {}
        index = min(left)
        while index not in walked:
            walked[index] = None
            index = next(source for source in nodes[index] if source in left)
        path = list(walked)
        circle = path[path.index(index) :][::-1]
        start = circle.index(min(circle))
        return circle[start:] + circle[:start]


def expect_names(names: Iterable[object], what: str) -> None:
    """Check names, each of which is one step in the dotted names of parameters.

    Raises:
        GraphError: if one is no text, is empty or has a dot.
    """
    for name in names:
        if not isinstance(name, str) or not name or "." in name:
            raise GraphError(f"expected the name of {what} to be a text without dots, received {name!r}")


def as_names(names: object, what: str) -> tuple[str, ...]:
    """One name, or several.

    Raises:
        TypeError: if it is neither a text nor a list of texts.
    """
    listed = (names,) if isinstance(names, str) else names
    if not isinstance(listed, (list, tuple)) or not all(isinstance(name, str) for name in listed):
        raise TypeError(f"expected {what} to be a name or a list of names, received {names!r}")
    return tuple(listed)


def _split(name: str) -> tuple[str, tuple[int, ...]]:
    """Divide ``split.0`` into the name of a node and the path of an element; the path of a plain name is empty."""
    stem, _, rest = name.partition(".")
    steps = rest.split(".") if rest else []
    if not all(step.isdecimal() and step.isascii() for step in steps):
        return name, ()  # which is the name of nothing
    return stem, tuple(map(int, steps))


def _missing(name: str, known: Iterable[str]) -> str:
    listed = list(known)
    hint = support.nearest(name, listed) or f"there are {', '.join(map(repr, listed[:20]))}"
    return f"expected the name of an input or a node, or of an element such as 'split.0', received {name!r}; {hint}"


def _in_order(nodes: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield the nodes that are in no circle, nor behind one, each after those that it takes; otherwise as they came."""
    waits = [len(taken) for taken in nodes]
    takers: list[list[int]] = [[] for _ in nodes]
    for index, taken in enumerate(nodes):
        for source in taken:
            takers[source].append(index)
    done = [False] * len(nodes)
    for first in range(len(nodes)):
        pending = [first]
        while pending:
            index = pending.pop()
            if waits[index] or done[index] or index > first:
                continue
            done[index] = True
            yield index
            for taker in reversed(takers[index]):
                waits[taker] -= 1
                pending.append(taker)
