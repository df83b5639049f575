"""From the name of a counterpart to what PyTorch has under it."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

from minnet_core.support import nearest_names
from minnet_core.testing import fail


def find(name: str) -> Callable[..., Any]:
    """Find a class of layers or losses, or a function, by attributes from ``torch`` on; nothing else is imported.

    Raises:
        ConformanceError: if there is none; says the nearest.

    >>> find("torch.nn.SiLU").__name__, find("torch.nn.functional.logsigmoid").__name__
    ('SiLU', 'log_sigmoid')
    """
    found: Any = torch
    place, *parts = name.split(".")
    for part in parts:
        inner = getattr(found, part, None)
        # PyTorch's modules are full of what they import themselves: torch.os is no part of PyTorch.
        if inner is None or (isinstance(inner, ModuleType) and not inner.__name__.startswith("torch.")):
            close = nearest_names(part, dir(found), most=1)
            hint = f"; did you mean {place}.{close[0]}?" if close else ""
            fail(f"reference: expected a name in PyTorch, received {name!r}: {place} has no {part!r}{hint}")
        found, place = inner, f"{place}.{part}"
    is_class = isinstance(found, type)
    if not (issubclass(found, torch.nn.Module) if is_class else callable(found)):
        what = "another class" if is_class else f"a {type(found).__name__}"
        fail(f"reference: expected a torch.nn.Module or a function, received {name!r}, which is {what}")
    return found  # type: ignore[no-any-return]  # callable, as was just made sure of
