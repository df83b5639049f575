"""Where operations and executors are found: entry points, ours and a stranger's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..discovery import Declaration, scan, switches
from ..nn import Criterion, Module, definition_depth, represented
from ..plugins import load
from ..registry import criterions, layers

if TYPE_CHECKING:
    from .executors import Executor

OPERATIONS, EXECUTORS = "minnet.operations", "minnet.executors"

_PASSES = (
    "__call__",
    "forward",
    "backward",
    "backwardParameters",
    "updateOutput",
    "updateGradInput",
    "accGradParameters",
)
"""The methods that operations stand for: a class, or an instance, with others of its own computes something else."""

_F = TypeVar("_F", bound=Callable[..., Any])

_registered: dict[type, Callable[..., Any]] = {}


def says_operations(cls: type[Module] | type[Criterion]) -> Callable[[_F], _F]:
    """Say which operations a class of a running program stands for; a distribution declares an entry point instead.

    >>> from minnet_core import Module
    >>> from minnet_core.compilation import Table, Value, operations, says_operations
    >>> class Rectifier(Module):
    ...     def updateOutput(self, input):
    ...         self.output = input * (input > 0)
    ...         return self.output
    ...
    ...     def updateGradInput(self, input, gradOutput):
    ...         self.gradInput = gradOutput * (input > 0)
    ...         return self.gradInput
    >>> @says_operations(Rectifier)
    ... def rectifier(table: Table, layer: Rectifier, x: Value):
    ...     y = table.emit(operations.relu, x.rows()).reshape(*x.shape)
    ...     return y, lambda g: table.emit(operations.relu_back, y.rows(), g.rows()).reshape(*x.shape)
    """

    def register(function: _F) -> _F:
        _registered[cls] = function
        return function

    return register


def operations_of(component: Module | Criterion) -> Callable[..., Any] | None:
    """Find the function that says the operations of a component; None if none is declared, or it would be wrong.

    A class inherits what is said of a base if it redefines none of the passes, or says that it stands for the base.
    """
    if vars(component).keys() & {*_PASSES}:
        return None
    cls = represented(type(component))
    for base in cls.__mro__[: definition_depth(cls, *_PASSES) + 1]:
        if base in _registered:
            return _registered[base]
        registry = layers if issubclass(base, Module) else criterions
        declared = _declared(OPERATIONS)
        if any(_package(each.target) == _package(base.__module__) for each in declared):
            found = registry.declaration_of(base)
            for each in declared:
                if found is not None and (each.distribution, each.name) == (found.distribution, found.name):
                    says: Callable[..., Any] = load(each)
                    return says
    return None


def _package(target: str) -> str:
    """What is imported first for ``package.module:function``."""
    return target.partition(":")[0].partition(".")[0]


def installed_executors() -> dict[str, Declaration]:
    """The executors that are installed, by name."""
    return {each.name: each for each in _declared(EXECUTORS)}


def executor_named(name: str) -> Executor | str:
    """Load an executor; a text says why it cannot execute here, as without a compiler."""
    loaded: Executor | str = load(installed_executors()[name])
    return loaded


def _declared(group: str) -> list[Declaration]:
    choice = switches()
    return [each for each in scan().declarations(group) if choice.allows(each.distribution)]
