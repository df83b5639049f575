"""What a component keeps between passes: reading it, and copying it to another."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

from ...nn import Module, find_buffers, walk
from ...saving import changed_attributes, set_attributes
from ...state import align_generators, generator_states
from .passes import gradients, parameters


def copy_state(source: Any, target: Any) -> None:
    """Copy parameters, buffers, plain attributes (what a model file holds) and generators of one component to another.

    An array that a new component has no place for is left from a pass, and is not copied.
    """
    if isinstance(source, Module):
        for name, array in parameters(target).items():
            array[...] = parameters(source)[name]
        places = {place.name: place for place in find_buffers(target, empty=True)}
        for place in find_buffers(source):
            if place.name in places:
                places[place.name].put(np.array(place.value))
        set_attributes(target, changed_attributes(source, target), type(source).__name__)
    align_generators(target, source)


def buffers(component: Any) -> dict[str, Any]:
    """The buffers of a component by name; a criterion has none."""
    return component.namedBuffers() if isinstance(component, Module) else {}


def lasting(component: Any) -> dict[str, Any]:
    """Copy what must only change when it is meant to: parameters, gradients, declared buffers, and generators.

    The other arrays of a class without declarations count as buffers too, but may as well be caches.
    """
    arrays = {**parameters(component), **gradients(component)}
    if isinstance(component, Module):
        declared = {name: set(module.BUFFERS) for name, module in walk(component)}
        for name, array in buffers(component).items():
            owner, _, attribute = name.rpartition(".")
            if attribute in declared.get(owner, ()):
                arrays[f"buffer {name}"] = array
    states = {
        f"state of generator {index} (its checksum)": np.array(crc32(text.encode()))
        for index, text in enumerate(generator_states(component))
    }
    return {**{name: array.copy() for name, array in arrays.items()}, **states}
