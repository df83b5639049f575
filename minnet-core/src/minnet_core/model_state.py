"""What of a model goes into a file beside its architecture: its arrays, and attributes that were changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array, describe
from .buffers import buffer_places
from .errors import ModelFileError
from .module import Module
from .places import parameter_places
from .tree import Place, find_places, join, walk

Plain: TypeAlias = bool | int | float | str


def arrays_of(model: Module, rebuilt: Module) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays to save, each once, and which further name is which array; checked against a model built anew."""
    expected = {place.name: place.parameter.shape for place in parameter_places(rebuilt)}
    parameters = model.namedParameters()
    received = {name: array.shape for name, array in parameters.items()}
    if expected != received:
        differing = sorted(name for name in expected | received if expected.get(name) != received.get(name))
        raise ModelFileError(
            f"{type(model).__name__}: expected the parameters that its constructor makes, "
            f"{ {name: expected.get(name) for name in differing} }, received "
            f"{ {name: received.get(name) for name in differing} }; make them in the constructor, from its arguments"
        )
    arrays: dict[str, Array] = {}
    shared: dict[str, str] = {}
    first: dict[int, str] = {}
    for name, array in parameters.items():
        if (original := first.setdefault(id(array), name)) != name:
            shared[name] = original
        else:
            arrays[name] = array
    # An array that a new module has no attribute for is left from a forward pass: a mask, say.
    state = {place.name for place in buffer_places(rebuilt, empty=True)}
    arrays.update({place.name: place.value for place in buffer_places(model) if place.name in state})
    return arrays, shared


def fill_arrays(model: Module, arrays: Mapping[str, Array], shared: Mapping[str, str], where: str) -> None:
    """Put arrays into a new model."""
    parameters = {place.name: place for place in parameter_places(model)}
    buffers = {place.name: place for place in buffer_places(model, empty=True)}
    values = {name: arrays.get(shared.get(name, name)) for name in parameters}
    unknown = sorted(arrays.keys() - parameters.keys() - buffers.keys())
    missing = sorted(name for name, value in values.items() if value is None)
    if unknown or missing:
        raise ModelFileError(f"{where}: expected the arrays of its model; missing: {missing}, not of it: {unknown}")
    gradients = {name: np.zeros_like(array) for name, array in arrays.items()}
    for name, place in parameters.items():
        value, source = values[name], shared.get(name, name)
        assert value is not None
        if (value.shape, value.dtype.kind) != (place.parameter.shape, place.parameter.dtype.kind):
            expected, received = describe(place.parameter), describe(value)
            raise ModelFileError(f"{where}: {name}: expected {expected}, received {received}")
        if all(place.homes):
            place.put(value, gradients[source])
        else:
            place.parameter[...] = value
    for name in arrays.keys() & buffers.keys():
        buffers[name].put(arrays[name])


def changed_attributes(model: Module, rebuilt: Module) -> dict[str, Plain]:
    """Return the plain attributes that differ from those of a model built anew: ``p`` of a Dropout, modes, counters."""
    built = {place.name: _plain(place.value) for place in _plain_places(rebuilt)}
    now = {place.name: _plain(place.value) for place in _plain_places(model)}
    # By repr, so that nan equals nan and True differs from 1.
    return {name: value for name, value in now.items() if name in built and repr(value) != repr(built[name])}


def set_attributes(model: Module, attributes: Mapping[str, Plain], where: str) -> None:
    """Set plain attributes of a model built anew.

    Raises:
        ModelFileError: if the model has no such plain attribute.
    """
    places = {place.name: place for place in _plain_places(model)}
    if unknown := sorted(attributes.keys() - places.keys()):
        raise ModelFileError(f"{where}: expected plain attributes of its model, received {unknown}")
    for name, value in attributes.items():
        places[name].put(value)


def _plain_places(model: Module) -> Iterator[Place]:
    for prefix, module in walk(model):
        for place in find_places(module, (bool, int, float, str, np.generic)):
            yield Place(join(prefix, place.name), place.holder, place.key)


def _plain(value: Any) -> Plain:
    plain: Plain = value.item() if isinstance(value, np.generic) else value
    return plain
