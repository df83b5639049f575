"""The constructor of a component: the arguments it was given, and a call by named arguments."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import ConfigError
from ..support import nearest
from .component import Component


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Restore NumPy's global generator at the end: a notebook's constructor draws its parameters from it.

    So a class can be constructed once more without changing what the program draws next.
    """
    state = np.random.get_state(legacy=False)
    try:
        yield
    finally:
        np.random.set_state(state)


def given_arguments(component: Component) -> dict[str, Any]:
    """Return the arguments that a component was constructed with, by name, those of ``**kwargs`` among them."""
    args, kwargs = component._arguments
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
    parameters = signature.parameters.values()
    named = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    if not any(p.kind is p.VAR_KEYWORD for p in parameters):
        for name in sorted(arguments.keys() - named):
            hint = nearest(name, sorted(named), most=1) or f"it takes {', '.join(sorted(named)) or 'none'}"
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
    try:
        return cls(*leading, *rest, **packed)
    except ConfigError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}{error}") from error
    except SystemExit as error:  # a constructor must not end the program that builds a model
        raise ConfigError(f"{where}the constructor calls sys.exit({error.code!r})") from error
    except Exception as error:
        error.add_note(f"in the constructor of {where.rstrip(': ') or cls.__name__}")
        raise
