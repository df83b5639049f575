"""`Case`: a component to prove, with what its author knows of it."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from attrs import asdict, field, frozen, validators

from ..discovery import Declaration
from ..errors import ConfigError
from ..nn import Component, Example, Graph, Module, Tensor, children
from ..plugins import guarded
from ..state import sandboxed
from ..support import needed_arguments
from .adapters import Adapter
from .check import Check
from .kinds import LAYER, Kind, component_kind, kind_of_class
from .numerics import map_arrays, named_arrays


@frozen(eq=False)
class Case(Example):
    """An `Example` with the component that it is of.

    A class that declares ``EXAMPLES`` needs no case: `cases_of` makes them.
    A container that is made empty, with a list and ``add``, is given modules by the case.

    Attributes:
        factory: a class, or a function that makes the component; called with ``arguments``.
        name: what reports and test ids call it; made of the factory's name and the arguments if not given.
        infers: find out traits that are not declared, rather than report them as missing; for classes that declare
            nothing.
        seed: what everything drawn depends on.
        command: the ``minnet check`` command line that runs this case, if there is one, without seed and check.
        call: the beginning of a call of `check_component` that runs it, if there is one.
        guess: what was guessed of the component, for reports.
        unchecked: why it cannot be checked as it is; every check is then skipped.
        adapter: whose component stands for a class that is none, if that is so.

    >>> from minnet_core import Sequential
    >>> Case(Sequential, input=(4, 3)).name
    'Sequential'
    """

    factory: Callable[..., Any] = field(validator=validators.is_callable())
    name: str = field(kw_only=True, validator=validators.instance_of(str))
    infers: bool = field(default=False, kw_only=True)
    seed: int = field(default=0, kw_only=True, validator=[validators.instance_of(int), validators.ge(0)])
    command: str | None = field(default=None, kw_only=True)
    call: str | None = field(default=None, kw_only=True)
    guess: str = field(default="", kw_only=True)
    unchecked: str = field(default="", kw_only=True)
    adapter: Adapter | None = field(default=None, kw_only=True)

    @name.default
    def _name(self) -> str:
        given = ",".join(f"{name}={value!r}" for name, value in self.arguments.items())
        name = getattr(self.factory, "__name__", type(self.factory).__name__)
        return f"{name}({given})" if given else name

    @property
    def takes_rng(self) -> bool:
        """Whether the factory takes a seed or generator."""
        try:
            parameters = inspect.signature(self.factory).parameters
        except (TypeError, ValueError):  # of some callables written in C
            return False
        return "rng" in parameters

    @property
    def kind(self) -> str | None:
        """The name of the kind that is made, such as ``layer``; None if that fails, as a check tells."""
        try:
            with sandboxed(self.seed):
                kind = component_kind(self.build())
        except (Exception, SystemExit):
            return None
        return None if kind is None else kind.name

    def is_subject_of(self, check: Check, kind: str) -> bool:
        """Whether a check is about the kind that is made, or about what the adapter adapts."""
        return check.is_about(kind) or (self.adapter is not None and check.is_about(self.adapter.name))

    def build(self, rng: int | np.random.Generator | None = None) -> Any:
        """Make a component.

        Args:
            rng: for a factory that takes one; the case's own argument, or its seed, if none is given.

        Raises:
            TypeError: if the factory makes something else than a component.
        """
        arguments = copy.deepcopy(dict(self.arguments))
        if self.takes_rng and (rng is not None or arguments.get("rng") is None):
            arguments["rng"] = self.seed if rng is None else rng
        return self._made(arguments)

    def build_with(self, changes: Mapping[str, Any]) -> Any:
        """Make a component with some arguments instead of the case's."""
        return self._made({**copy.deepcopy(dict(self.arguments)), **changes})

    def _made(self, arguments: dict[str, Any]) -> Any:
        made: Any
        if isinstance(self.factory, type) and issubclass(self.factory, Component):
            expected = kind_of_class(self.factory)
            self._expect_input(expected)
            made = (expected or LAYER).make(self, arguments)
        else:
            made = self.factory(**arguments)
        kind = component_kind(made)
        if kind is None:
            raise TypeError(f"{self.name}: expected a layer, criterion or optimizer to be made, received {made!r}")
        self._expect_input(kind)
        if _is_empty_container(made):  # of which there is nothing to prove
            shape = self.shapes[0]
            _fill(made, max(2, len(shape) if isinstance(shape[0], tuple) else 0))
        return made

    def _expect_input(self, kind: Kind | None) -> None:
        if kind is not None and kind.takes_input and not self.shapes:
            raise TypeError(f"{self.name}: expected the shape of an input of the {kind.name}, received none")


def _is_empty_container(made: Any) -> bool:
    holds_a_list = any(isinstance(value, list) and not value for value in vars(made).values())
    return isinstance(made, Module) and hasattr(made, "add") and holds_a_list and not dict(children(made))


def _fill(made: Any, count: int) -> None:
    """Put modules into a container: in a graph each takes what all before it make, and the inputs."""
    taken = list(made.inputs) if isinstance(made, Graph) else []
    for index in range(count):
        bend = Bend(0.8 + index / 4)
        if isinstance(made, Graph):
            made.add(f"bend{index}", bend, list(taken))
            taken.append(f"bend{index}")
        else:
            made.add(bend)


class Bend(Module):
    """What is put into a container that is made empty: y = tanh(k x) of an array, or of each in a table, in any order.

    Args:
        slope: k, the one parameter.

    >>> Bend(2.0).forward(np.zeros(2))
    array([0., 0.])
    """

    PARAMETERS: ClassVar = {"k": "gradK"}

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.k, self.gradK = np.full(1, slope, np.float32), np.zeros(1, np.float32)

    def updateOutput(self, input: Tensor) -> Tensor:
        self.output = map_arrays(lambda x: np.tanh(self.k * x), input)
        return self.output

    def updateGradInput(self, input: Tensor, gradOutput: Tensor) -> Tensor:
        self.gradInput = map_arrays(lambda y, g: self.k * (1 - y * y) * g, self.output, gradOutput)
        return self.gradInput

    def accGradParameters(self, input: Tensor, gradOutput: Tensor) -> None:
        slopes = map_arrays(lambda x, y, g: np.sum(x * (1 - y * y) * g), input, self.output, gradOutput)
        self.gradK += sum(slope for _, slope in named_arrays("", slopes))


def examples_of(cls: Any) -> tuple[Example, ...]:
    """The ``EXAMPLES`` of a class.

    Raises:
        TypeError: if they are anything but a sequence of examples.
    """
    declared = cls.EXAMPLES
    if not isinstance(declared, (tuple, list)) or not all(isinstance(each, Example) for each in declared):
        raise TypeError(f"{cls.__name__}: expected EXAMPLES to be a tuple of Example, received {declared!r}")
    return tuple(declared)


def from_example(cls: type, example: Example, **known: Any) -> Case:
    """Make the case of one of the ``EXAMPLES`` of a class."""
    return Case(cls, **asdict(example, recurse=False), **known)


def construct_examples(declaration: Declaration, cls: Any) -> None:
    """Make a component with the arguments of each of its ``EXAMPLES``.

    One that declares none is made if its constructor needs no argument, or it is an optimizer and needs only a module;
    one of a kind that the kit does not know may want anything.

    Raises:
        PluginLoadError: if one cannot be made.
    """
    with sandboxed(), guarded(declaration, "cannot be constructed"):
        cases = [from_example(cls, example) for example in examples_of(cls)]
        if not cases and (is_tried_without_examples(cls) or not needed_arguments(cls)):
            cases = [Case(cls, input=(4, 3))]
        for case in cases:
            try:
                case.build()
            except ConfigError as error:  # what the constructor raised says more than who caught it
                raise error.__cause__ or error from error.__cause__


def is_tried_without_examples(cls: type) -> bool:
    """Whether the kit can try a class that declares no ``EXAMPLES``, of which it knows neither arguments nor input."""
    kind = kind_of_class(cls)
    if kind is None or kind.input is None:
        return False
    return kind.takes_input or not needed_arguments(cls)
