"""Attributes that are plain data: rates, modes, counters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core.tree import PROTOCOL_ATTRIBUTES


def plain_attributes(holder: object) -> dict[str, Any]:
    """Return the attributes of an object that JSON can hold, and NumPy scalars as they are, without a layer's caches.

    >>> from types import SimpleNamespace
    >>> plain_attributes(SimpleNamespace(p=0.5, betas=(0.9, 0.99), mask=np.ones(2)))
    {'p': 0.5, 'betas': [0.9, 0.99]}
    """
    left_out = PROTOCOL_ATTRIBUTES.union(getattr(holder, "CACHES", ()))
    return {name: _copied(value) for name, value in vars(holder).items() if name not in left_out and _is_plain(value)}


def set_plain_attributes(holder: object, attributes: Mapping[str, Any]) -> None:
    """Set attributes that have changed; a list becomes a tuple where the object has one now."""
    for name, value in attributes.items():
        now = vars(holder).get(name)
        wanted = _copied(value, now)
        if name not in vars(holder) or type(now) is not type(wanted) or repr(now) != repr(wanted):
            setattr(holder, name, wanted)


def _copied(value: Any, like: Any = None) -> Any:
    """Copy plain data, tuples as lists unless there are tuples at the same places of ``like``."""
    if not isinstance(value, (list, tuple)):
        return value
    parts = like if isinstance(like, (list, tuple)) and len(like) == len(value) else [None] * len(value)
    copied = list(map(_copied, value, parts))
    return tuple(copied) if isinstance(like, tuple) else copied


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str, np.bool_, np.number))
