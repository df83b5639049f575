"""Modules that share arrays know each other, so that an array which moves in one moves in all."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakValueDictionary

import numpy as np

from .arrays import Array
from .module import Module
from .tree import find_places, walk


def link(one: Module, other: Module) -> None:
    """Note that two modules share arrays, each with all that the other shares arrays with; nobody is kept alive."""
    kin: WeakValueDictionary[int, Module] = WeakValueDictionary({id(one): one, id(other): other})
    for module in (one, other):
        kin.update(vars(module).get("_kin", {}))
    for module in list(kin.values()):
        vars(module)["_kin"] = kin


def move_in_kin(root: Module, moved: Mapping[int, Array]) -> None:
    """Replace arrays in the modules that share them with modules below ``root``.

    Args:
        root: where the arrays have been replaced already.
        moved: ``id`` of an array that has been replaced -> what replaces it.
    """
    for _, module in walk(root):
        for relative in list(vars(module).get("_kin", {}).values()):
            for place in find_places(relative, np.ndarray):
                if id(place.value) in moved:
                    place.put(moved[id(place.value)])
