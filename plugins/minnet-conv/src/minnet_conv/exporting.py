"""What layers without a counterpart in PyTorch are in ONNX, said by the hook ``minnet_export`` of minnet-onnx."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from minnet_core import Module

from .global_avg_pool2d import GlobalAvgPool2d
from .global_max_pool2d import GlobalMaxPool2d
from .spatial_dropout import SpatialDropout


def global_pool(kind: str) -> Callable[..., Any]:
    """One number of each image, without the axes that it had."""
    return lambda layer, value, graph: graph.op("Flatten", graph.op(kind, value), axis=1)


def spatial_dropout(layer: SpatialDropout, value: Any, graph: Any) -> Any:
    """Training alone knows it."""
    return value


EXPORTS: Mapping[type[Module], Callable[..., Any]] = {
    GlobalAvgPool2d: global_pool("GlobalAveragePool"),
    GlobalMaxPool2d: global_pool("GlobalMaxPool"),
    SpatialDropout: spatial_dropout,
}
"""What the hook returns."""
