"""`needed_arguments`: what a class or function cannot be called without."""

from __future__ import annotations

import inspect
from typing import Any


def needed_arguments(function: Any) -> list[str]:
    """The parameters of a class or function that have no default."""
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.default is each.empty and each.kind not in optional]
