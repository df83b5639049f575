"""The hook of minnet-onnx: how a layer that has no counterpart in PyTorch becomes operators of ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minnet_core import hookspec

if TYPE_CHECKING:
    from minnet_core import Module

    from .graph import Export


@hookspec
def minnet_export() -> Mapping[type[Module], Export]:  # type: ignore[empty-body]  # a spec has no body
    """Return, for classes of layers, functions ``(layer, value, graph) -> value`` that write one as ONNX operators."""
