"""``datasets``: the data sources that are installed."""

from __future__ import annotations

from minnet_core.registry.registry import Registry


def _source() -> type:
    from .source import Source  # here, so that whoever lists names does not wait for NumPy

    return Source


datasets = Registry("datasets", _source)
"""A lazy read-only mapping, name -> class, of the entry points of the group ``minnet.datasets``.

It works as ``minnet_core.layers`` does: qualified names, ``register``, ``override``.
"""
