"""Copying all that a component may keep between passes from one instance to another."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..buffers import buffer_places
from ..model_state import changed_attributes, set_attributes
from ..module import Module
from .trial import align_generators, parameters


def copy_state(source: Any, target: Any) -> None:
    """Copy parameters, buffers, plain attributes (what a model file holds) and generators of one component to another.

    An array that a new component has no place for is left from a pass, and is not copied.
    """
    if isinstance(source, Module):
        for name, array in parameters(target).items():
            array[...] = parameters(source)[name]
        places = {place.name: place for place in buffer_places(target, empty=True)}
        for place in buffer_places(source):
            if place.name in places:
                places[place.name].put(np.array(place.value))
        set_attributes(target, changed_attributes(source, target), type(source).__name__)
    align_generators(target, source)


def buffers(component: Any) -> dict[str, Any]:
    """The buffers of a component by name; a criterion has none."""
    return component.namedBuffers() if isinstance(component, Module) else {}
