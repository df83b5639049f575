"""Where the buffers of a model are: the arrays that belong to it but are not trained."""

from __future__ import annotations

from types import NoneType

import numpy as np

from .module import Module
from .node import Place, find_places, join, walk
from .parameter_refs import trained_arrays


def find_buffers(root: Module, *, empty: bool = False) -> list[Place]:
    """List every buffer below ``root``: what ``BUFFERS`` declares, or all other arrays of a class without declarations.

    Args:
        root: the module.
        empty: list also where a buffer can be and None is.
    """
    found = []
    for prefix, module in walk(root):
        trained = set(map(id, trained_arrays(module)))
        declared = module.BUFFERS if _declares(type(module)) else None
        for place in find_places(module, (np.ndarray, NoneType) if empty else np.ndarray):
            is_numeric = place.value is None or place.value.dtype.kind in "biufc"
            is_buffer = id(place.value) not in trained and is_numeric if declared is None else place.name in declared
            if is_buffer:
                found.append(Place(join(prefix, place.name), place.holder, place.key))
    return found


def _declares(cls: type[Module]) -> bool:
    """Whether a class, or a base of it short of the protocol, says which arrays it has."""
    return any(cls.__dict__.keys() & {"PARAMETERS", "BUFFERS", "CACHES"} for cls in cls.__mro__ if cls is not Module)
