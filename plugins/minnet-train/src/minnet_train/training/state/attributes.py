"""Attributes that are data: rates, modes, counters, and of an optimizer or criterion its arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from minnet_core import Array
from minnet_core.nn import PROTOCOL_ATTRIBUTES

from .parts import is_left, put_into, taken


def plain_attributes(holder: object, *, arrays: bool = False) -> dict[str, Any]:
    """Return the attributes of an object as `taken` copies them, without a layer's caches.

    Args:
        holder: the object.
        arrays: whether arrays are taken too.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> plain_attributes(SimpleNamespace(p=0.5, betas=[0.9, 0.99], mask=np.ones(2)))
    {'p': 0.5, 'betas': [0.9, 0.99]}
    """
    left_out = PROTOCOL_ATTRIBUTES.union(getattr(holder, "CACHES", ()))
    within = (id(holder),)
    parts = {
        name: taken(value, arrays=arrays, within=within) for name, value in vars(holder).items() if name not in left_out
    }
    return {name: part for name, part in parts.items() if not is_left(part)}


def set_plain_attributes(holder: object, attributes: Mapping[str, Any], held: Sequence[Array] = ()) -> None:
    """Put attributes back, lists and dicts in place.

    Args:
        holder: the object.
        attributes: what `plain_attributes` returned.
        held: arrays that are put back elsewhere, though the object may refer to them.
    """
    put_into(holder, attributes, held)
