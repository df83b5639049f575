"""Loading what a plugin declares: whatever it does, it harms no other, and the error says what went wrong and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..discovery import Declaration, expect_spoken, installed
from ..errors import PluginLoadError, ProtocolError, described
from ..support import where_raised
from .captured_output import capture_output
from .remedies import remedy_for


@contextmanager
def guarded(declaration: Declaration, what: str) -> Iterator[None]:
    """Run code of a plugin; whatever it raises becomes a `PluginLoadError` that says whose code failed, and where.

    ``sys.exit`` in a plugin must not end the program that loads it, nor an exception that is no `Exception`.

    Args:
        declaration: of the plugin or component.
        what: what fails if the code does, for the message: ``cannot be loaded``.

    Raises:
        PluginLoadError: with the error chained.
        KeyboardInterrupt: as it is: it comes from the user.
    """
    try:
        with capture_output(declaration.distribution):
            yield
    except KeyboardInterrupt as error:
        error.add_note(f"while {_named(declaration)} was at work")
        raise
    except ProtocolError as error:
        raise PluginLoadError(f"{_named(declaration)} {what}: {error.cause}", error.remedy) from error
    except BaseException as error:
        where = where_raised(error)
        cause = f"{_named(declaration)} {what}: {described(error)}{where and f', at {where}'}"
        raise PluginLoadError(cause, _remedy(declaration, error)) from error


def load(declaration: Declaration, check: Callable[[Any], Any] = lambda loaded: loaded) -> Any:
    """Import what a declaration stands for.

    Args:
        declaration: of a component or a plugin.
        check: given what was imported, returns it, or raises if it is not what it should be.

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


def _remedy(declaration: Declaration, error: BaseException) -> str:
    try:
        return remedy_for(declaration, error)
    except Exception:  # it reads files and modules of the one that is broken, and must not hide why
        return ""
