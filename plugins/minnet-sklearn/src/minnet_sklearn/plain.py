"""Parameters and classes as JSON can hold them, and back: tuples stay tuples, and the keys of a dict what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core import Array, ConfigError, to_config
from minnet_core.nn import Component

TUPLE, PAIRS = "tuple", "pairs"


def to_plain(what: str, value: Any) -> Any:
    """Write a value.

    Raises:
        ConfigError: if it is none of what JSON can hold, a tuple, an array of such or a component.

    >>> to_plain("hidden", (64, 32)), to_plain("class_weight", {1: 2.0})
    ({'tuple': [64, 32]}, {'pairs': [[1, 2.0]]})
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray):
        return to_plain(what, value.tolist())
    if isinstance(value, Component):
        return to_plain(what, to_config(value))
    if isinstance(value, tuple):
        return {TUPLE: [to_plain(what, each) for each in value]}
    if isinstance(value, list):
        return [to_plain(what, each) for each in value]
    if isinstance(value, Mapping):
        return {PAIRS: [[to_plain(what, key), to_plain(what, each)] for key, each in value.items()]}
    raise ConfigError(f"{what}: expected numbers, texts or components, received {value!r}, which no file can hold")


def from_plain(value: Any) -> Any:
    """Read what `to_plain` wrote.

    >>> from_plain({"tuple": [64, 32]}), from_plain({"pairs": [[1, 2.0]]})
    ((64, 32), {1: 2.0})
    """
    if isinstance(value, Mapping):
        if TUPLE in value:
            return tuple(map(from_plain, value[TUPLE]))
        return {from_plain(key): from_plain(each) for key, each in value[PAIRS]}
    return [from_plain(each) for each in value] if isinstance(value, list) else value


def classes_to_plain(classes: Array) -> dict[str, Any]:
    """Write classes with their dtype."""
    return {"dtype": classes.dtype.str, "values": to_plain("classes_", list(classes))}


def classes_from_plain(plain: Mapping[str, Any]) -> Array:
    """Read what `classes_to_plain` wrote.

    Raises:
        ValueError, TypeError: if it is something else.
    """
    return np.array(from_plain(plain["values"]), np.dtype(plain["dtype"]))
