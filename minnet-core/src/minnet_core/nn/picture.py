"""`Picture`: how data flow through a model, drawn; `Sketch`: what modules put into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import frozen

from ..drawing import Arrow, Box, Diagram, draw_diagram
from .arrays import Tensor, describe
from .component import definition_depth
from .node import children, join, title
from .summary import example_input

if TYPE_CHECKING:
    from .module import Module


class End(NamedTuple):
    """Where a value comes from: a box, and the element of it if that is a tuple.

    Attributes:
        box: its index.
        element: ``0``, or ``1.0`` for an element of an element; empty for all of it.
    """

    box: int
    element: str = ""


Ends: TypeAlias = tuple[End, ...]
"""Where a value comes from: more than one if it is a tuple that several modules make."""

_DEEP = 50
"""Levels of modules that are drawn; what is deeper is one box."""


@frozen
class Picture:
    """A picture of a model: notebooks show it, ``str()`` is its SVG.

    Attributes:
        svg: the text of it.
    """

    svg: str

    def __str__(self) -> str:
        return self.svg

    def _repr_svg_(self) -> str:
        return self.svg


class Sketch:
    """What is drawn, while modules put themselves in it.

    A composite says how data flow through it by ``draw_inside``; all else is one box.
    """

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._arrows: list[Arrow] = []
        self._deep = 0

    def box(self, name: str, *lines: str, taken: Iterable[End] = (), kind: str = "node") -> Ends:
        """Draw a box that takes values.

        Args:
            name: the first line.
            lines: further ones; empty ones are left out.
            taken: where from.
            kind: ``node`` or ``input``.

        Returns:
            Where what it makes comes from.
        """
        index = len(self._boxes)
        self._boxes.append(Box((name, *lines), kind))
        self._arrows += [Arrow(end.box, index, end.element) for end in taken]
        return (End(index),)

    def module(self, name: str, module: Module, taken: Ends) -> Ends:
        """Draw a module, by what it says of its inside if that can be believed, or as a box.

        It cannot be believed of a class that computes something else than the base that says it.
        """
        cls = type(module)
        is_said = definition_depth(cls, "draw_inside") <= definition_depth(cls, "updateOutput", "forward", "__call__")
        if is_said and self._deep < _DEEP:
            self._deep += 1
            made = module.draw_inside(self, name, taken)
            self._deep -= 1
            if made is not None:
                return made
        held = f"{_modules(module)} inside" if children(module) else ""
        return self.box(name, title(module), held, _shape(module.output), taken=taken)

    def element(self, ends: Ends, path: Sequence[int]) -> Ends:
        """Where an element of a value comes from."""
        if len(ends) > 1 and path and path[0] < len(ends):
            ends, path = ends[path[0] :][:1], path[1:]
        steps = ".".join(map(str, path))
        return tuple(end._replace(element=join(end.element, steps) if steps else end.element) for end in ends)

    def diagram(self, what: str, outputs: Ends) -> Diagram:
        """What was drawn, the boxes that make the outputs marked."""
        marked = {end.box for end in outputs}
        boxes = (
            Box(box.lines, "output") if index in marked and box.kind == "node" else box
            for index, box in enumerate(self._boxes)
        )
        return Diagram(what, tuple(boxes), tuple(self._arrows))


def draw(module: Module, input: Any = None) -> Picture:
    """Draw a model; see `Module.picture`."""
    given: Tensor = None
    if input is not None:
        module = module.clone()
        given = example_input(module, input)
        module.forward(given)
    sketch = Sketch()
    names: Sequence[str] = getattr(module, "inputs", None) or ("input",)
    parts = given if len(names) > 1 else (given,)
    shapes = [_shape(part) for part in parts] if given is not None else [""] * len(names)
    ends = tuple(
        end for name, shape in zip(names, shapes, strict=True) for end in sketch.box(name, shape, kind="input")
    )
    outputs = sketch.module("", module, ends)
    what = f"{type(module).__name__} of {_modules(module)}: what each takes and makes"
    return Picture(draw_diagram(sketch.diagram(what, outputs)))


def _modules(module: Module) -> str:
    count = len(children(module))
    return f"{count} module{'s' * (count != 1)}"


def _shape(output: Tensor) -> str:
    return "" if output is None else describe(output)
