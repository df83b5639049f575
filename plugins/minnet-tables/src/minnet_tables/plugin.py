"""What this distribution adds to minnet besides its layers: how they are written as ONNX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from minnet_core import hookimpl

if TYPE_CHECKING:
    from minnet_core import Module


@hookimpl(optionalhook=True)  # minnet-onnx, whose hook it is, need not be installed
def minnet_export() -> Mapping[type[Module], Callable[..., Any]]:
    """Say what containers and tables are in ONNX."""
    from .exporting import EXPORTS  # here, for nothing else needs it

    return EXPORTS
