"""A nested state of plain values and arrays, as one JSON tree and a flat table of arrays, and back.

Arrays are named by JSON pointers (RFC 6901) into the tree, which has ``null`` where they belong:
``/optimizer/state/0`` is the first item of the list ``state`` in ``optimizer``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from minnet_core import Array

from .errors import CheckpointError


@frozen(eq=False)
class Flattened:
    """A nested state in two parts.

    Attributes:
        tree: what JSON can hold: dicts with texts for keys, lists, texts, numbers, booleans, None.
        arrays: pointer into ``tree`` -> array, in C order and native byte order.
        scalars: pointers of arrays () that were NumPy scalars: one is float32 where a Python float is float64.
    """

    tree: dict[str, Any]
    arrays: dict[str, Array]
    scalars: tuple[str, ...] = ()


def flatten(state: Mapping[str, Any]) -> Flattened:
    """Take a nested state apart; a tuple becomes a list.

    Raises:
        CheckpointError: naming the place of a value that is neither plain nor an array, or of a key that is no text.

    >>> flatten({"step": 3, "W": np.zeros((1, 2))})
    Flattened(tree={'step': 3, 'W': None}, arrays={'/W': array([[0., 0.]])}, scalars=())
    """
    if not isinstance(state, Mapping):
        raise CheckpointError(f"expected a state that is a dict, received {type(state).__name__}")
    arrays: dict[str, Array] = {}
    scalars: list[str] = []

    def plain(value: Any, pointer: str) -> Any:
        if isinstance(value, Mapping):
            return {_key(key, pointer): plain(item, f"{pointer}/{_escaped(key)}") for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        if isinstance(value, (np.ndarray, np.generic)):
            array = np.asarray(value)
            # safetensors writes the memory as it lies.
            arrays[pointer] = np.asarray(array, array.dtype.newbyteorder("="), order="C")
            if isinstance(value, np.generic):
                scalars.append(pointer)
            return None
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        raise CheckpointError(f"{pointer}: expected an array or what JSON can hold, received {value!r}")

    tree = plain(state, "")
    return Flattened(tree, arrays, tuple(scalars))


def unflatten(flattened: Flattened) -> dict[str, Any]:
    """Put a nested state together again.

    Raises:
        CheckpointError: naming an array that has no place in the tree.
    """
    values: dict[str, Any] = {
        pointer: array[()] if pointer in flattened.scalars else array for pointer, array in flattened.arrays.items()
    }

    def nested(node: Any, pointer: str) -> Any:
        if isinstance(node, dict):
            return {key: nested(item, f"{pointer}/{_escaped(key)}") for key, item in node.items()}
        if isinstance(node, list):
            return [nested(item, f"{pointer}/{index}") for index, item in enumerate(node)]
        return values.pop(pointer, None) if node is None else node

    state: dict[str, Any] = nested(flattened.tree, "")
    if values:
        raise CheckpointError(f"{next(iter(values))}: expected a place for this array in the state, received none")
    return state


def _key(key: Any, pointer: str) -> str:
    if not isinstance(key, str):
        raise CheckpointError(f"{pointer or 'state'}: expected keys that are texts, received {key!r}")
    return key


def _escaped(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
