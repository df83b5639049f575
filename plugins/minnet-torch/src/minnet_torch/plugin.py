"""What this distribution adds: checks, what stands for layers of PyTorch, and the command ``minnet convert``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl

if TYPE_CHECKING:
    import click

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


@hookimpl
def minnet_commands() -> list[click.Command]:
    """Contribute ``minnet convert``, which imports PyTorch when it runs."""
    from minnet_core.cli import LazyCommand  # here, so that whoever lists layers imports no click

    summary = "Convert SOURCE, a model, to TARGET: a PyTorch state dict to a minnet model, or back."
    return [LazyCommand("convert", "minnet_torch.commands.convert:convert", summary)]
