"""`construct_examples`: whether a component that can be loaded can also be made."""

from __future__ import annotations

from typing import Any

from ..declaration import Declaration
from ..errors import ConfigError
from ..loading import guarded
from ..optimizer import Optimizer
from .case import Case, from_example
from .undisturbed import undisturbed


def construct_examples(declaration: Declaration, cls: Any) -> None:
    """Make a component with the arguments of each of its ``EXAMPLES``.

    Of a class that declares none, only an optimizer can be made: its constructor needs nothing but a module.

    Raises:
        PluginLoadError: if one cannot be made.
    """
    with undisturbed(), guarded(declaration, "cannot be constructed"):
        cases = [from_example(cls, example) for example in cls.EXAMPLES]
        if not cases and issubclass(cls, Optimizer):
            cases = [Case(cls, input=(4, 3))]
        for case in cases:
            try:
                case.build()
            except ConfigError as error:  # what the constructor raised says more than who caught it
                raise error.__cause__ or error from error.__cause__
