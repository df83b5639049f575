"""`Adapter`: how a class that is no component is proven all the same, as one of another framework."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import field, frozen, validators

from ..nn import Component, Example
from ..plugins import plugin_host


def _frozen(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(dict(value))


def _as_it_is(check: str, text: str) -> str:
    return text


@frozen(eq=False)
class Guess:
    """One way to call a class of which its user has said nothing.

    Attributes:
        input: the shape of an input, as `Example` takes it.
        arguments: of the constructor, besides those that the user gives.
        told: what was guessed besides the input, for reports.
    """

    input: Any
    arguments: Mapping[str, Any] = field(factory=dict, converter=_frozen)
    told: str = ""


def _no_guesses(arguments: Mapping[str, Any]) -> Iterable[Guess]:
    return ()


@frozen(eq=False)
class Adapter:
    """What a plugin makes of a class that is no component, by the hook ``minnet_adapt``, so that the kit can prove it.

    Attributes:
        name: what checks that are about such classes alone name in ``of``: ``PyTorch layer``.
        component: a component class that computes what the class does, with its name, its constructor's signature
            (``__signature__``) and the ``EXAMPLES`` that its author has written down.
        guesses: takes the arguments that are given, and yields calls to try where no input is; the first that runs is
            taken.
        without: name of a check -> why it has nothing to prove of such a class.
        retell: takes the name of a check and a text of it, and puts that in the words of those who write such classes.
        has_modes: whether training and evaluation are different things to it.
        widest: the floating dtype of the widest range that it computes in, which tells what overflows in others.
        explain: does the same with what a check found, and may say where to look for the cause; ``retell`` if not
            given.

    >>> Adapter("thing", Component).retell("is_made", "as it is")
    'as it is'
    """

    name: str = field(validator=validators.and_(validators.instance_of(str), validators.min_len(1)))
    component: type[Component] = field(validator=validators.instance_of(type))
    guesses: Callable[[Mapping[str, Any]], Iterable[Guess]] = field(
        default=_no_guesses, validator=validators.is_callable()
    )
    without: Mapping[str, str] = field(factory=dict, converter=_frozen)
    retell: Callable[[str, str], str] = field(default=_as_it_is, validator=validators.is_callable())

    has_modes: bool = field(default=True, validator=validators.instance_of(bool))
    widest: Any = np.longdouble
    explain: Callable[[str, str], str] = field(validator=validators.is_callable())

    @explain.default
    def _retold(self) -> Callable[[str, str], str]:
        return self.retell

    @component.validator
    def _check_component(self, _: Any, value: type) -> None:
        if not issubclass(value, Component):
            raise TypeError(f"expected a component class to stand for another, received {value!r}")


def adapted(cls: type, make: Callable[..., Any] | None = None) -> Adapter | None:
    """Ask plugins for an adapter; the first that has one is heard.

    Args:
        cls: a class that is no component.
        make: makes an object of it; the class itself if not given.
    """
    host = plugin_host()
    answers: Iterator[Any] = (
        host.call(plugin, "minnet_adapt", _accept, cls=cls, make=make or cls) for plugin in list(host.loaded)
    )
    return next((answer for answer in answers if answer is not None), None)


def name_in_one_line(case: Example) -> str:
    """The name of a case, whose arguments may be arrays or tensors: these by their shapes."""
    name: str = case.name  # type: ignore[attr-defined]  # of a Case, which knows adapters itself
    head, numbered, number = name.partition(" #")
    arguments = [f"{key}={_short(value)}" for key, value in case.arguments.items()]
    return f"{head.partition('(')[0]}({','.join(arguments)}){numbered}{number}" if arguments else name


def _short(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return repr(value) if shape is None else f"{type(value).__name__}{tuple(shape)}"


def _accept(returned: Any) -> Adapter:
    if not isinstance(returned, Adapter):
        raise TypeError(f"expected an adapter, minnet_core.testing.Adapter, or None, received {returned!r}")
    return returned
