"""`Graph`: modules by name, each of which takes what others make."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from ..errors import GraphError, ShapeError
from .arrays import Tensor, describe
from .container import Container, in_two_phases, is_in_two_phases
from .example import Example
from .gradient_sums import Received, sum_received
from .module import Module
from .node import join, listed_arrays
from .sequential import Sequential
from .wiring import Plan, Source, Step, Wiring, as_names, expect_names

if TYPE_CHECKING:
    from .picture import Ends, Sketch

_Visit: TypeAlias = Callable[[int, Tensor, Tensor], Tensor]
"""Goes back through a node: its index, input and gradOutput -> the gradient of the input, or None."""


class Graph(Container):
    r"""A directed acyclic graph of modules by name: each takes what inputs or other modules make.

    Forward, for a node :math:`f_i` that takes what the nodes, or inputs, :math:`s_i` make, a tuple if they are several:

    .. math:: y_i = f_i\left((y_j)_{j \in s_i}\right)

    Backward, in the opposite order; a value reaches the loss through each node that takes it, so what comes back from
    these adds up, with the :math:`\partial L/\partial y_i` that an output is given:

    .. math:: g_i = \frac{\partial L}{\partial y_i}
              + \sum_{k:\, i \in s_k} \left(\frac{\partial f_k}{\partial y_i}\right)^{\!\top} g_k

    A graph of one input takes an array (or whatever its nodes take), one of several a tuple in the order of
    ``inputs``; it makes an array, or a tuple in the order of ``outputs``. ``"split.0"`` is the first element of what
    the node ``split`` makes, if that is a tuple. Nodes may be added in any order. They are computed in the order in
    which they were added as far as what they take is there, those that lead to no output not at all: their gradients
    stay as they are. ``graph["stem"]`` is a module, ``stem.W`` the name of a parameter of it.

    A module is in one place. Two places share parameters if one has ``module.clone().share(module)``.

    As in `Sequential`, ``input`` must be in ``backward`` what it was in the last ``forward``. A graph without nodes
    copies its input.

    PyTorch: has none; a ``forward`` of one's own. Torch7: ``nngraph.gModule``. Keras: the functional API.

    Args:
        inputs: the names of what it takes.
        outputs: the names of what it makes; none for what the node makes that was added last.

    >>> import numpy as np
    >>> from minnet_core import Graph, Sequential
    >>> graph = Graph(["image", "text"], outputs=["copy", "image"])
    >>> graph = graph.add("first", Sequential(), "text").add("copy", Sequential())
    >>> graph.forward((np.zeros(2), np.ones(2)))
    (array([1., 1.]), array([0., 0.]))
    """

    EXAMPLES = (
        Example(input=[(4, 3), ((4, 3), (4, 2))]),
        Example(arguments={"inputs": ["image", "text"]}, input=((4, 3), (4, 2))),
    )
    CACHES = ("_shapes",)

    _shapes: Any  # of the last input; no attribute before a forward pass, since it is no part of the model

    def __init__(self, inputs: str | Sequence[str] = ("input",), outputs: str | Sequence[str] = ()) -> None:
        super().__init__()
        self.inputs = as_names(inputs, "Graph: inputs")
        self.outputs = as_names(outputs, "Graph: outputs")
        expect_names(self.inputs, "an input")
        if not self.inputs or len({*self.inputs}) < len(self.inputs):
            raise GraphError(f"Graph: expected inputs of different names, at least one, received {list(self.inputs)}")
        self._wiring = Wiring()

    def add(  # type: ignore[override]  # a node of a graph has a name, and says what it takes
        self, name: str, module: Module, inputs: str | Sequence[str] | None = None
    ) -> Self:
        """Add a node.

        Args:
            name: of the node.
            module: what it computes.
            inputs: the names of what it takes, inputs of the graph or nodes, also such as are added later, or elements
                of what they make, ``"split.0"``: one, or several, of which the module gets a tuple. None for the node
                that was added before, or all inputs of the graph if there is none.

        Returns:
            This graph, so that calls can be chained.

        Raises:
            GraphError: if there is a node of that name already.
            TypeError, ValueError: as of `Container.add`.
        """
        names = self._wiring.names
        sources = (
            (tuple(names[-1:]) or self.inputs) if inputs is None else as_names(inputs, f"Graph.add: {name}: inputs")
        )
        if not sources:
            raise GraphError(f"Graph.add: expected {name!r} to take at least one input, received none")
        try:
            self._wiring.expect_new(name, self.inputs)
        except GraphError as error:
            raise GraphError(f"Graph.add: {error}") from None
        self._append(module, None)
        self._wiring.add(name, sources)
        return self

    def order(self) -> list[str]:
        """List the nodes in the order in which they are computed, without those that lead to no output.

        Raises:
            GraphError: if a node takes what is not there, or there is a circle.
        """
        return [self._wiring.names[step.node] for step in self.plan().steps]

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """The names of what each node takes."""
        return dict(zip(self._wiring.names, self._wiring.sources, strict=True))

    def updateOutput(self, input: Tensor) -> Tensor:
        plan = self.plan()
        values = self._given(input, plan)
        for step in plan.steps:
            taken = self._taken(values, step.sources)
            values[step.position] = self.rethrowErrors(step.node, "forward", taken)
        count = len(self.inputs)
        made = [
            value if source.position >= count else copy.deepcopy(value)
            for source in plan.outputs
            for value in [self._taken(values, (source,))]
        ]
        output: Tensor = made[0] if len(made) == 1 else tuple(made)
        self._shapes = _shapes(input)
        self.output = output
        return output

    @in_two_phases
    def backward(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        """Compute all input gradients, then accumulate all parameter gradients, as `Sequential.backward` does."""
        later: list[tuple[int, Tensor, Tensor]] = []
        self.gradInput = self._go_back(input, gradOutput, self._in_phases(later))
        self._accumulate(later)
        return self.gradInput

    def backwardParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate all parameter gradients, going back no further than to the first nodes that have any."""
        plan = self.plan()
        leads = [False] * plan.size  # whether there are parameters at or before a value
        first: set[int] = set()
        for step in plan.steps:
            is_needed = any(leads[source.position] for source in step.sources)
            if not is_needed and next(listed_arrays(self.modules[step.node]), None) is not None:
                first.add(step.node)
            leads[step.position] = is_needed or step.node in first
        later: list[tuple[int, Tensor, Tensor]] = []
        meeting: list[tuple[int, Tensor, Tensor]] = []
        in_phases = self._in_phases(later)

        def visit(index: int, taken: Tensor, gradient: Tensor) -> Tensor:
            if index in first:
                meeting.append((index, taken, gradient))
                return None
            return in_phases(index, taken, gradient) if leads[index + len(self.inputs)] else None

        if any(leads):
            self._go_back(input, gradOutput, visit, to_inputs=False)
            for index, taken, gradient in meeting:
                self.rethrowErrors(index, "backwardParameters", taken, gradient)
            self._accumulate(later)

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        def visit(index: int, taken: Tensor, gradient: Tensor) -> Tensor:
            return self.rethrowErrors(index, "updateGradInput", taken, gradient)

        self.gradInput = self._go_back(input, gradOutput, visit)
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        """Accumulate the gradients of every node; `updateGradInput` must have run with the same arguments."""

        def visit(index: int, taken: Tensor, gradient: Tensor) -> Tensor:
            self.rethrowErrors(index, "accGradParameters", taken, gradient)
            return self.modules[index].gradInput

        self._go_back(input, gradOutput, visit, to_inputs=False)

    def fuse_inside(self, fuse: Callable[[Module], Sequential]) -> Graph:
        """Fold the modules of each chain into one another: nodes of which each alone takes what the last makes."""
        plan = self.plan()
        names, sources = self._wiring.names, self._wiring.sources
        fused = Graph(self.inputs, self.outputs or names[-1:])
        for chain in plan.chains():
            sequence = fuse(Sequential(*(self.modules[index] for index in chain)))
            module = sequence[0] if len(sequence) == 1 else sequence
            fused.add(names[chain[-1]], module, sources[chain[0]])
        return fused

    def draw_inside(self, sketch: Sketch, name: str, taken: Ends) -> Ends:
        plan, count = self.plan(), len(self.inputs)
        values: list[Ends] = [()] * plan.size
        values[:count] = (
            [taken] if count == 1 else [(end,) for end in taken] if len(taken) == count else [taken] * count
        )

        def found(sources: Sequence[Source]) -> Ends:
            return tuple(end for source in sources for end in sketch.element(values[source.position], source.path))

        for step in plan.steps:
            inner = join(name, self._wiring.names[step.node])
            values[step.position] = sketch.module(inner, self.modules[step.node], found(step.sources))
        return found(plan.outputs)

    def _repr_html_(self) -> str:
        table = self.summary()._repr_html_()
        try:
            return f"{self.picture()}\n{table}"
        except GraphError:  # which is told when it is computed
            return table

    def __getitem__(self, index: Any) -> Any:
        """Return the module of a name, or by its place, or a list of them for a slice."""
        return self.modules[self._wiring.index(index) if isinstance(index, str) else index]

    def __repr__(self) -> str:
        rows = [(name, ", ".join(taken)) for name, taken in zip(self._wiring.names, self._wiring.sources, strict=True)]
        lines = [
            f"Graph {', '.join(self.inputs)} -> {', '.join(self.outputs or self._wiring.names[-1:] or self.inputs)}"
        ]
        for (name, taken), module in zip(rows, self.modules, strict=False):
            first, *rest = repr(module).splitlines() or [type(module).__name__]
            lines += [f"  {name}({taken}): {first}", *(f"    {line}" for line in rest)]
        return "\n".join(lines)

    _listing_repr: ClassVar[Any] = __repr__

    @property
    def _module_names(self) -> Sequence[str]:
        return self._wiring.names

    @property
    def _module_sources(self) -> Sequence[tuple[str, ...]]:
        return self._wiring.sources

    def _added_with(self, index: int) -> dict[str, Any]:
        return {"name": self._wiring.names[index], "inputs": list(self._wiring.sources[index])}

    def plan(self) -> Plan:
        """Say how the graph is computed.

        Raises:
            GraphError: if a node takes what is not there, or there is a circle.
        """
        wiring = self._wiring
        if len(self.modules) != len(wiring.names):
            raise GraphError(
                f"Graph: expected the modules of its nodes, {len(wiring.names)} of them, received {len(self.modules)}; "
                "add(name, module, inputs) adds one, and none can be taken out"
            )
        try:
            return wiring.plan(as_names(self.inputs, "inputs"), as_names(self.outputs, "outputs"))
        except (GraphError, TypeError) as error:
            raise type(error)(f"Graph: {error}") from None

    def _given(self, input: Tensor, plan: Plan) -> list[Tensor]:
        """The values of the graph: those of the inputs are known, those of the nodes None."""
        count = len(self.inputs)
        if count > 1 and not (isinstance(input, tuple) and len(input) == count):
            raise ShapeError(
                f"Graph: expected a tuple of {count} tensors ({', '.join(self.inputs)}), received {describe(input)}"
            )
        return [*(input if count > 1 else (input,)), *[None] * (plan.size - count)]

    def _taken(self, values: Sequence[Tensor], sources: tuple[Source, ...]) -> Tensor:
        """What a node takes of the values."""
        if len(sources) == 1 and not sources[0].path:  # nearly always
            return values[sources[0].position]
        taken = []
        for source in sources:
            value = values[source.position]
            for step in source.path:
                if not isinstance(value, tuple) or step >= len(value):
                    name = [*self.inputs, *self._wiring.names][source.position]
                    raise ShapeError(
                        f"Graph: expected {name!r} to be a tuple with an element {step}, received {describe(value)}"
                    )
                value = value[step]
            taken.append(value)
        return taken[0] if len(taken) == 1 else tuple(taken)

    def _go_back(self, input: Tensor, gradOutput: Tensor, visit: _Visit, *, to_inputs: bool = True) -> Tensor:
        """Go back through the nodes, the gradients of each value added up; return that of the input, if it is wanted.

        What does not fit the last forward pass is found here, before any gradient of a parameter has changed.
        """
        plan = self.plan()
        if getattr(self, "_shapes", None) is None:
            raise RuntimeError("Graph: expected updateOutput(input) before updateGradInput(input, gradOutput)")
        _expect_shapes("the input of the last forward pass", input, self._shapes)
        _expect_shapes("gradOutput", gradOutput, _shapes(self.output))
        values = self._given(input, plan)
        for step in plan.steps:
            values[step.position] = self.modules[step.node].output
        received: list[list[Received]] = [[] for _ in values]
        for source, gradient in zip(plan.outputs, gradOutput if len(plan.outputs) > 1 else (gradOutput,), strict=True):
            # What comes from an input goes to gradInput, which must not be gradOutput itself.
            is_through = source.position < len(self.inputs)
            received[source.position].append((source.path, copy.deepcopy(gradient) if is_through else gradient))
        for step in reversed(plan.steps):
            gradient = sum_received(values[step.position], received[step.position])
            received[step.position] = []
            if gradient is not None:
                self._hand_on(step, visit(step.node, self._taken(values, step.sources), gradient), received)
        if not to_inputs:
            return None
        sums = [sum_received(values[position], received[position]) for position in range(len(self.inputs))]
        return sums[0] if len(sums) == 1 else tuple(sums)

    def _hand_on(self, step: Step, gradient: Tensor, received: list[list[Received]]) -> None:
        """Give each of the sources of a node its part of the gradient of what the node takes."""
        if gradient is None:  # of integers, or nobody wants it
            return
        parts = gradient if len(step.sources) > 1 else (gradient,)
        if not isinstance(parts, tuple) or len(parts) != len(step.sources):
            raise ShapeError(
                f"Graph: expected {self._wiring.names[step.node]!r} to return a gradient for each of its "
                f"{len(step.sources)} inputs, a tuple, received {describe(gradient)}"
            )
        for source, part in zip(step.sources, parts, strict=True):
            received[source.position].append((source.path, part))

    def _in_phases(self, later: list[tuple[int, Tensor, Tensor]]) -> _Visit:
        """Go back through a node; note in ``later`` what it accumulates in the second phase."""

        def visit(index: int, taken: Tensor, gradient: Tensor) -> Tensor:
            if not is_in_two_phases(self.modules[index]):
                return self.rethrowErrors(index, "backward", taken, gradient)
            later.append((index, taken, gradient))
            return self.rethrowErrors(index, "updateGradInput", taken, gradient)

        return visit

    def _accumulate(self, later: list[tuple[int, Tensor, Tensor]]) -> None:
        for index, taken, gradient in later:
            self.rethrowErrors(index, "accGradParameters", taken, gradient)

    def _name_of(self, index: int) -> str:
        return repr(self._wiring.names[index])


def _shapes(tensor: Tensor) -> Any:
    """The shape of an array, or the list of those of a tuple, which is none."""
    return [_shapes(part) for part in tensor] if isinstance(tensor, tuple) else getattr(tensor, "shape", None)


def _expect_shapes(what: str, received: Tensor, expected: Any) -> None:
    if _shapes(received) != expected:
        wanted = str(expected).replace("[", "(").replace("]", ")")
        raise ShapeError(f"Graph: expected {what} to be {wanted}, received {describe(received)}")
