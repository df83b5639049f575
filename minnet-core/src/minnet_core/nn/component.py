"""What layers, criterions and optimizers have in common."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from .example import Example


class _ConstructorSignature:
    """The signature of ``__init__`` without ``self``, found when it is asked for: a decorator may replace ``__init__``.

    Without this, help() and inspect.signature() would show the (*args, **kwargs) of ``__new__``.
    """

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        parameters = list(inspect.signature(owner.__init__).parameters.values())  # type: ignore[misc]
        return inspect.Signature(parameters[1:])


class Component:
    """Remembers the arguments that it was constructed with.

    `to_config` writes them down, with no help from the author of the class.
    They are caught in ``__new__`` because a subclass is free to write any ``__init__`` it likes.
    """

    EXAMPLES: ClassVar[tuple[Example, ...]] = ()
    """Ways to construct and call this class, for the conformance kit, the documentation and the benchmarks."""

    __signature__: ClassVar = _ConstructorSignature()
    _arguments: tuple[tuple[Any, ...], dict[str, Any]]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls)
        self._arguments = (_snapshot(args), _snapshot(kwargs))
        return self

    def __repr__(self) -> str:
        return type(self).__name__


def definition_depth(cls: type, *names: str) -> int:
    """Count the steps up the bases of a class to the first that defines one of ``names``; 0 is the class itself.

    An inherited method that relies on others is outdated where a class nearer than its own redefines one of these.
    """
    depths = (depth for depth, base in enumerate(cls.__mro__) if not vars(base).keys().isdisjoint(names))
    return next(depths, len(cls.__mro__))


def _snapshot(value: Any) -> Any:
    """Copy plain containers, so that a list changed after construction does not change the config."""
    if type(value) in (list, tuple):
        return type(value)(map(_snapshot, value))
    if type(value) is dict:
        return {key: _snapshot(item) for key, item in value.items()}
    return value
