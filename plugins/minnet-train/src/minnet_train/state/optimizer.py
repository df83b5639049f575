"""The state of an optimizer: the steps that it has taken, what it remembers, and its hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from minnet_core import Optimizer
from minnet_core.tree import Place, find_places

from ..errors import StateError
from .attributes import plain_attributes, set_plain_attributes


def optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """Copy what an optimizer is now, arrays that are no part of its ``state`` included."""
    return {
        "arrays": {place.name: place.value.copy() for place in _array_places(optimizer)},
        "attributes": plain_attributes(optimizer),
    }


def set_optimizer_state(optimizer: Optimizer, state: Mapping[str, Any]) -> None:
    """Make an optimizer of the same class go on as another one.

    Raises:
        StateError: if it has no place for an array of the state.
    """
    set_plain_attributes(optimizer, state["attributes"])
    for place in list(_array_places(optimizer)):
        if place.name not in state["arrays"] and isinstance(place.holder, dict) and place.holder is not vars(optimizer):
            del place.holder[place.key]
    places = {place.name: place for place in _array_places(optimizer)}
    for name, array in state["arrays"].items():
        attribute, _, key = name.partition(".")
        holder = vars(optimizer).get(attribute)
        if name in places:
            places[name].put(array.copy())
        elif not key:
            setattr(optimizer, name, array.copy())
        elif isinstance(holder, dict):
            holder[key] = array.copy()
        else:
            raise StateError(f"optimizer: {optimizer!r} has no place for the array {name} of the state")


def _array_places(holder: Any) -> list[Place]:
    return list(find_places(holder, np.ndarray))
