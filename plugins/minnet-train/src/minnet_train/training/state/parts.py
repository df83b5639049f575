"""Values within values, as plain data and arrays, and back: what lists, tuples, dicts and components hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from minnet_core import Array, Module
from minnet_core.nn import Component

from ...errors import StateError

LEFT: Mapping[str, Any] = {"left": None}
"""Stands for what is not taken, and stays as it is when the rest is put back: modules, functions, generators."""

_PLAIN = (bool, int, float, str, np.bool_, np.number)


def taken(value: Any, *, arrays: bool, within: tuple[int, ...] = ()) -> Any:
    """Copy a value: what JSON can hold and NumPy scalars as they are; the rest as a table with one key, its kind.

    Args:
        value: to copy.
        arrays: whether arrays are taken too.
        within: the identities of what it is in, which is not taken again.

    >>> taken([1, (2.5, None), {3: "x"}, print], arrays=True)
    [1, {'tuple': [2.5, None]}, {'dict': [[3, 'x']]}, {'left': None}]
    """
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, np.ndarray):
        return value.copy() if arrays else LEFT
    if id(value) in within:
        return LEFT
    within = (*within, id(value))
    if isinstance(value, (list, tuple)):
        items = [taken(item, arrays=arrays, within=within) for item in value]
        if items and all(map(is_left, items)):
            return LEFT
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        entries = _entries(value, arrays, within)
        return {"dict": entries} if entries or not value else LEFT
    if isinstance(value, Component) and not isinstance(value, Module):
        return {"component": dict(_entries(vars(value), arrays, within))}
    return LEFT


def is_left(part: Any) -> bool:
    """Whether something was not taken."""
    return isinstance(part, Mapping) and "left" in part


def put_back(now: Any, part: Any, held: Sequence[Array] = ()) -> Any:
    """Return what a value was when ``part`` was taken; lists, dicts and components are changed in place.

    Args:
        now: what is there now; it decides about what is not in the state.
        part: what `taken` returned.
        held: arrays that are put back elsewhere; what shares their memory stays as it is.

    Raises:
        StateError: if there is no component to put something back into.
    """
    if isinstance(part, np.ndarray):
        is_elsewhere = isinstance(now, np.ndarray) and any(np.may_share_memory(now, array) for array in held)
        return now if is_elsewhere else part.copy()
    if isinstance(part, list):
        items = _items(now, part, held)
        if not isinstance(now, list):
            return items
        now[:] = items
        return now
    if not isinstance(part, Mapping) or is_left(part):
        return now if is_left(part) else part
    ((kind, parts),) = part.items()
    if kind == "tuple":
        items = _items(now, parts, held)
        return type(now)(*items) if hasattr(now, "_fields") else tuple(items)
    if kind == "dict":
        return _dict(now, parts, held)
    if not isinstance(now, Component):
        raise StateError(f"expected a component with {', '.join(parts)}, as in the state, received {now!r}")
    put_into(now, parts, held)
    return now


def put_into(holder: object, parts: Mapping[str, Any], held: Sequence[Array] = ()) -> None:
    """Put attributes back; those that have not changed are not set."""
    for name, part in parts.items():
        now = vars(holder).get(name)
        wanted = put_back(now, part, held)
        is_there = name in vars(holder)
        if is_there and (wanted is now or (_is_plain(now) and type(now) is type(wanted) and repr(now) == repr(wanted))):
            continue
        setattr(holder, name, wanted)


def _entries(table: Mapping[Any, Any], arrays: bool, within: tuple[int, ...]) -> list[list[Any]]:
    """Take what can be taken of a table whose keys are texts or numbers."""
    entries = [
        [key, taken(value, arrays=arrays, within=within)] for key, value in table.items() if isinstance(key, (int, str))
    ]
    return [entry for entry in entries if not is_left(entry[1])]


def _items(now: Any, parts: Sequence[Any], held: Sequence[Array]) -> list[Any]:
    before = list(now[: len(parts)]) if isinstance(now, (list, tuple)) else []
    before += [None] * (len(parts) - len(before))
    return [put_back(item, part, held) for item, part in zip(before, parts, strict=True)]


def _dict(now: Any, parts: Sequence[Any], held: Sequence[Array]) -> dict[Any, Any]:
    table: dict[Any, Any] = now if isinstance(now, dict) else {}
    entries = {key: put_back(table.get(key), part, held) for key, part in parts}
    for key in [key for key, value in table.items() if key not in entries and not is_left(taken(value, arrays=True))]:
        del table[key]
    table.update(entries)
    return table


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, _PLAIN)
