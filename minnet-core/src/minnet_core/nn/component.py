"""What layers, criterions and optimizers have in common: their constructor, and the arguments that it was given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from .. import support  # the whole room: what searches names is imported when a name is wrong, not at each start
from ..errors import ConfigError

if TYPE_CHECKING:
    from .example import Example


class _ConstructorSignature:
    """The signature of ``__init__`` without ``self``, found when it is asked for: a decorator may replace ``__init__``.

    Without this, help() and inspect.signature() would show the (*args, **kwargs) of ``__new__``.
    """

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        return _signature_of(owner.__init__)  # type: ignore[misc]


@lru_cache(maxsize=64)
def _signature_of(constructor: Callable[..., None]) -> inspect.Signature:
    return inspect.Signature(list(inspect.signature(constructor).parameters.values())[1:])


class _Names(NamedTuple):
    """What a constructor takes: all names in order, those that it must be given, and how many also by position."""

    all: tuple[str, ...]
    required: frozenset[str]
    positional: int


@lru_cache(maxsize=64)
def _names_of(constructor: Callable[..., None]) -> _Names | None:
    """The names that a constructor takes; None unless it takes each by name, once."""
    parameters = _signature_of(constructor).parameters.values()
    if any(p.kind not in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) for p in parameters):
        return None
    return _Names(
        tuple(p.name for p in parameters),
        frozenset(p.name for p in parameters if p.default is p.empty),
        sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters),
    )


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


def represented(cls: type) -> type:
    """Return the class under whose name one is saved: itself, or the one whose implementation it says to be.

    A class says so by an attribute ``STANDS_FOR`` of its own: that of a base class does not count, as a subclass may
    compute anything.

    >>> class Fast(Component):
    ...     STANDS_FOR = Component
    >>> represented(Fast) is represented(Component) is Component
    True
    """
    stands_for: type = vars(cls).get("STANDS_FOR", cls)
    return stands_for


def definition_depth(cls: type, *names: str) -> int:
    """Count the steps up the bases of a class to the first that defines one of ``names``; 0 is the class itself.

    An inherited method that relies on others is outdated where a class nearer than its own redefines one of these.

    >>> definition_depth(bool, "numerator"), definition_depth(bool, "absent")
    (1, 3)
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


def given_arguments(component: Component) -> dict[str, Any]:
    """Return the arguments that a component was constructed with, by name, those of ``**kwargs`` among them."""
    args, kwargs = component._arguments
    constructor = type(component).__init__
    names = _names_of(constructor) if component.__signature__ is _signature_of(constructor) else None
    if names is not None and len(args) <= names.positional:  # nearly always, and much faster than to bind
        given = {**dict(zip(names.all, args, strict=False)), **kwargs}
        if given.keys() <= set(names.all) and len(given) == len(args) + len(kwargs):
            return {name: given[name] for name in names.all if name in given}
    arguments = dict(component.__signature__.bind_partial(*args, **kwargs).arguments)
    for parameter in component.__signature__.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments.update(arguments.pop(parameter.name, {}))
    return arguments


def construct(cls: Any, args: tuple[Any, ...], arguments: Mapping[str, Any], where: str = "") -> Any:
    """Call a constructor with arguments by name, those of ``*args`` and ``**kwargs`` parameters included.

    Args:
        cls: the class of a component.
        args: positional arguments, before the named ones.
        arguments: the others, as `given_arguments` returns them.
        where: what an error message begins with.

    Raises:
        ConfigError: if an argument is unknown, missing, or refused by the constructor.
    """
    signature: inspect.Signature = cls.__signature__
    names = None if args or signature is not _signature_of(cls.__init__) else _names_of(cls.__init__)
    if names is not None and names.required <= arguments.keys() <= set(
        names.all
    ):  # nearly always, and nothing is left to find out
        return _called(cls, (), arguments, where)
    parameters = signature.parameters.values()
    named = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        for name in sorted(arguments.keys() - named):
            hint = support.nearest(name, sorted(named), most=1) or f"it takes {', '.join(sorted(named)) or 'none'}"
            raise ConfigError(f"{where}unknown argument {name!r}; {hint}")
    packed = dict(arguments)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest: list[Any] = next((packed.pop(p.name, []) for p in parameters if p.kind is p.VAR_POSITIONAL), [])
    leading = list(args)
    for parameter in positional[len(args) :]:
        if parameter.name in packed and (rest or parameter.kind is parameter.POSITIONAL_ONLY):
            leading.append(packed.pop(parameter.name))
    try:
        signature.bind(*leading, *rest, **packed)
    except TypeError as error:
        raise ConfigError(f"{where}{error}; received {dict(arguments)!r}") from None
    return _called(cls, (*leading, *rest), packed, where)


def _called(cls: Any, args: tuple[Any, ...], arguments: Mapping[str, Any], where: str) -> Any:
    try:
        return cls(*args, **arguments)
    except ConfigError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}{error}") from error
    except SystemExit as error:  # a constructor must not end the program that builds a model
        raise ConfigError(f"{where}the constructor calls sys.exit({error.code!r})") from error
    except Exception as error:
        error.add_note(f"in the constructor of {where.rstrip(': ') or cls.__name__}")
        raise
