"""What this distribution adds to minnet: conformance checks, and what stands for layers of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_core.testing import Adapter, Check


@hookimpl
def minnet_checks() -> list[Check]:
    """Contribute the checks of the family ``reference`` and those of PyTorch's layers; what runs first imports it."""
    from .checks import CHECKS
    from .layer_checks import LAYER_CHECKS

    return [*CHECKS, *LAYER_CHECKS]


@hookimpl
def minnet_adapt(cls: type, make: Callable[..., Any]) -> Adapter | None:
    """Have the kit prove a ``torch.nn.Module`` or a ``torch.autograd.Function``; nothing is imported for others."""
    if not any(base.__module__.partition(".")[0] == "torch" for base in cls.__mro__):
        return None
    from .checking import adapter_of

    return adapter_of(cls, make)
