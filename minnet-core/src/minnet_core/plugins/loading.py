"""Loading what a plugin declares: whatever it does, it harms no other, and the error says what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from opcode import opmap
from types import ModuleType
from typing import Any

from ..discovery import Declaration, expect_spoken, installed
from ..errors import PluginLoadError, ProtocolError, UnknownHookError, described
from ..nn import Component
from ..support import did_you_mean, nearest, where_raised
from .captured_output import capture_output


@contextmanager
def guarded(declaration: Declaration, what: str) -> Iterator[None]:
    """Run code of a plugin; whatever it raises becomes a `PluginLoadError` that says whose code failed, and where.

    ``sys.exit`` in a plugin must not end the program that loads it, nor an exception that is no `Exception`; only the
    KeyboardInterrupt passes that comes from the user.

    Args:
        declaration: of the plugin or component.
        what: what fails if the code does, for the message: ``cannot be loaded``.
    """
    try:
        with capture_output(declaration.distribution):
            yield
    except (ProtocolError, UnknownHookError) as error:
        raise PluginLoadError(f"{_named(declaration)} {what}: {error.cause}", error.remedy) from error
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not _is_raised_by_code(error):
            error.add_note(f"while {_named(declaration)} was at work")
            raise
        where = where_raised(error)
        cause = f"{_named(declaration)} {what}: {described(error)}{where and f', at {where}'}"
        remedy = ""
        with suppress(Exception):  # it reads files and modules of the one that is broken, and must not hide why
            remedy = _remedy(declaration, error)
        raise PluginLoadError(cause, remedy) from error


def load(declaration: Declaration, check: Callable[[Any], Any] = lambda loaded: loaded) -> Any:
    """Import what a declaration stands for; ``check`` returns it, or raises if it is not what it should be.

    Raises:
        PluginLoadError: if that fails, or the distribution is written to a protocol that is not spoken.
    """
    with guarded(declaration, "cannot be loaded"):
        distribution = installed(declaration.distribution)
        if distribution is not None and declaration.loaded is None:
            expect_spoken(distribution.provider, distribution.protocols)
        return check(declaration.load())


def _named(declaration: Declaration) -> str:
    return f"{declaration.qualified} ({declaration.provider}, {declaration.target})"


def _is_raised_by_code(error: BaseException) -> bool:
    """Whether a ``raise`` raised an error, rather than a signal that came between two instructions."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code.co_code[last.tb_lasti] == opmap["RAISE_VARARGS"]


def _remedy(declaration: Declaration, error: BaseException) -> str:
    """Say what to do: a command, or what to change and where; empty if that cannot be said."""
    distribution = installed(declaration.distribution)
    if distribution is None:
        return ""
    if isinstance(error, ImportError):
        source = distribution.editable_source()
        if source is not None and not source.exists():
            name = distribution.name
            return f"its source {source} is gone: pip uninstall {name}, or install it again from where it is now"
        if missing := distribution.missing_requirements():
            return f"pip install {' '.join(missing)}"
    module, _, attribute = declaration.target.partition(":")
    found = sys.modules.get(module)
    if found is not None and isinstance(error, (AttributeError, TypeError)):
        classes = _components(found)
        if isinstance(error, AttributeError) and not hasattr(found, attribute.partition(".")[0]):
            return _corrected(nearest(attribute, classes) or did_you_mean(classes.values()))
        named = getattr(found, attribute, found)
        if isinstance(named, ModuleType) and (classes := _components(named)):
            return _corrected(did_you_mean(classes.values()))
    return ""


def _corrected(hint: str) -> str:
    """Say that an entry point is to be corrected."""
    return "; ".join(filter(None, [hint, "correct the entry point in its pyproject.toml, and install it again"]))


def _components(module: ModuleType) -> dict[str, str]:
    """The components that a module has, by name -> how to write them."""
    classes = {name: value for name, value in sorted(vars(module).items()) if isinstance(value, type)}
    return {
        name: f"{module.__name__}:{name}"
        for name, cls in classes.items()
        if issubclass(cls, Component) and not cls.__module__.startswith("minnet_core")
    }
