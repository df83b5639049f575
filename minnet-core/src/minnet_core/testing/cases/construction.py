"""`construct_examples`: whether a component that can be loaded can also be made."""

from __future__ import annotations

import inspect
from typing import Any

from ...discovery import Declaration
from ...errors import ConfigError
from ...nn import Optimizer
from ...plugins import guarded
from ..passes import sandboxed
from .case import Case, examples_of, from_example


def construct_examples(declaration: Declaration, cls: Any) -> None:
    """Make a component with the arguments of each of its ``EXAMPLES``.

    One that declares none is made if its constructor needs no argument, or it is an optimizer and needs only a module.

    Raises:
        PluginLoadError: if one cannot be made.
    """
    with sandboxed(), guarded(declaration, "cannot be constructed"):
        cases = [from_example(cls, example) for example in examples_of(cls)]
        if not cases and (issubclass(cls, Optimizer) or not _needed_arguments(cls)):
            cases = [Case(cls, input=(4, 3))]
        for case in cases:
            try:
                case.build()
            except ConfigError as error:  # what the constructor raised says more than who caught it
                raise error.__cause__ or error from error.__cause__


def _needed_arguments(cls: Any) -> list[str]:
    """The arguments of a constructor that have no default."""
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = cls.__signature__.parameters.values()
    return [each.name for each in parameters if each.default is each.empty and each.kind not in optional]
