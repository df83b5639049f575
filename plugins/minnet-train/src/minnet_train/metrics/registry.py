"""``metrics``: the metrics that are installed, by name."""

from __future__ import annotations

from minnet_core.registry.registry import Registry


def _metric() -> type:
    from .metric import Metric

    return Metric


metrics = Registry("metrics", _metric)
"""Name -> class, of the entry points of the group ``minnet.metrics`` and of ``metrics.register(cls)``."""
