"""What of a model goes into a file beside its architecture: its arrays, and attributes that were changed since."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from inspect import isdatadescriptor
from types import NoneType
from typing import Any

import numpy as np

from ..errors import ModelFileError
from ..nn import (
    PROTOCOL_ATTRIBUTES,
    Array,
    Module,
    Steps,
    describe,
    expect_separate,
    find_buffers,
    find_parameters,
    is_flat,
    join,
    walk,
    walk_all,
)
from ..state import is_plain
from ..support import printable

_NOT_STATE = PROTOCOL_ATTRIBUTES | {"PARAMETERS", "BUFFERS", "CACHES", "ALIASES", "EXAMPLES"}


def arrays_of(model: Module | Steps, rebuilt: Module | Steps) -> tuple[dict[str, Array], dict[str, str]]:
    """The arrays to save, each once, and which further name is which array; checked against a model built anew."""
    model, rebuilt = walk_all(model), walk_all(rebuilt)
    refs = find_parameters(model)
    if not is_flat(model[0][1]):
        expect_separate(refs)
    once, places = _looked_at_once(rebuilt)
    expected = {
        join(place, ref.name.removeprefix(f"{ref.owner}.")): ref.parameter.shape
        for ref in find_parameters(once)
        for place in places[ref.owner]
    }
    parameters = {ref.name: ref.parameter for ref in refs}
    received = {name: array.shape for name, array in parameters.items()}
    if expected != received:
        differing = sorted(name for name in expected | received if expected.get(name) != received.get(name))
        raise ModelFileError(
            f"{type(model[0][1]).__name__}: expected the parameters that its constructor makes, "
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
    if buffers := find_buffers(model):
        # An array that a new module has no attribute for is left from a forward pass: a mask, say.
        state = {place.name for place in find_buffers(rebuilt, empty=True)}
        arrays.update({place.name: place.value for place in buffers if place.name in state})
    return arrays, shared


def fill_arrays(model: Module | Steps, arrays: Mapping[str, Array], shared: Mapping[str, str], where: str) -> None:
    """Put arrays into a model built anew."""
    model = walk_all(model)
    parameters = {place.name: place for place in find_parameters(model)}
    buffers = {place.name: place for place in find_buffers(model, empty=True)}
    values = {name: arrays.get(shared.get(name, name)) for name in parameters}
    unknown = sorted(arrays.keys() - parameters.keys() - buffers.keys())
    missing = sorted(name for name, value in values.items() if value is None)
    if unknown or missing:
        raise ModelFileError(f"{where}: expected the arrays of its model; missing: {missing}, not of it: {unknown}")
    gradients = {name: np.zeros(array.shape, array.dtype) for name, array in arrays.items()}
    for name, place in parameters.items():
        value, source = values[name], shared.get(name, name)
        assert value is not None
        if (value.shape, value.dtype.kind) != (place.parameter.shape, place.parameter.dtype.kind):
            expected, received = describe(place.parameter), describe(value)
            raise ModelFileError(f"{where}: {name}: expected {expected}, received {received}")
        if all(place.locations):
            place.rebind(value, gradients[source])
        else:
            place.parameter[...] = value
    for name in arrays.keys() & buffers.keys():
        buffers[name].put(arrays[name])


def changed_attributes(model: Module | Steps, rebuilt: Module | Steps) -> dict[str, Any]:
    """Return the plain attributes that differ from those of a model built anew: ``p`` of a Dropout, modes, counters.

    An attribute that a new model lacks is not among them, unless its class has it.
    """
    built = dict(_plain_attributes(rebuilt))
    changed = {}
    for name, value in _plain_attributes(model):
        # By repr, so that nan equals nan and True differs from 1; a list may be the tuple that a config could not hold.
        if name in built and value is not built[name] and repr(_with_lists(value)) != repr(_with_lists(built[name])):
            if isinstance(value, float) and not math.isfinite(value):
                raise ModelFileError(f"{name}: expected a finite number, received {value}")
            changed[name] = value
    return changed


def set_attributes(model: Module | Steps, attributes: Mapping[str, Any], where: str) -> None:
    """Set plain attributes of a model built anew, if it has them, of the same types."""
    if not attributes:
        return
    model = walk_all(model)
    built = dict(_plain_attributes(model))
    modules = dict(walk(model))
    for name, value in attributes.items():
        if name not in built or not _is_alike(value, built[name]):
            expected = f"one like {built[name]!r}" if name in built else "no such attribute"
            raise ModelFileError(f"{where}: {printable(name)}: expected {expected}, received {value!r}")
    for name, value in attributes.items():
        owner, _, attribute = name.rpartition(".")
        sequence = type(built[name]) if isinstance(built[name], (list, tuple)) and value is not None else None
        setattr(modules[owner], attribute, sequence(value) if sequence else value)


def _looked_at_once(steps: Steps) -> tuple[Steps, dict[str, list[str]]]:
    """Leave out layers that hold the very objects that one before holds: what is found in that one is in them too.

    Returns:
        The steps that are left, and for each by its name where else that is: its own name, and those of the others.
    """
    first: dict[Any, str] = {}
    places: dict[str, list[str]] = {}
    for name, module, inner in steps:
        held = [id(value) for attribute, value in vars(module).items() if attribute != "_storage"]
        key = id(module) if inner else (type(module), *vars(module), *held)
        places.setdefault(first.setdefault(key, name), []).append(name)
    return [step for step in steps if step[0] in places], places


def _with_lists(value: Any) -> Any:
    """A plain value with lists in the place of tuples, inside of them too."""
    return [_with_lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def _plain_attributes(model: Module | Steps) -> Iterator[tuple[str, Any]]:
    """Walk the attributes of all modules that are plain, those that instances take from their class included."""
    defaults: dict[type, dict[str, Any]] = {}  # looked at once for each class: there are ten times as many of them
    left_out: dict[type, set[str]] = {}
    for prefix, module, _ in walk_all(model):
        cls = type(module)
        if cls not in defaults:
            static = {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items()}
            defaults[cls] = {name: value for name, value in static.items() if _is_state(name, value)}
            left_out[cls] = {name for name, value in static.items() if isdatadescriptor(value)} | _NOT_STATE
        own, stem = vars(module), f"{prefix}." if prefix else ""
        for name, value in own.items():
            if type(value) is np.ndarray or name in left_out[cls]:  # nearly always
                continue
            if _is_state(name, value):
                yield stem + name, _python_value(value)
        for name, value in defaults[cls].items():
            if name not in own:
                yield stem + name, _python_value(value)


def _is_state(name: str, value: Any) -> bool:
    return not name.startswith("__") and name not in _NOT_STATE and is_plain(_python_value(value))


def _python_value(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _is_alike(value: Any, built: Any) -> bool:
    """Whether a value in a file is of the type that a new model has; None may become anything plain, and back.

    A tuple is a list in a file, and a number that begins as 0 may become 0.5.
    """
    if value is None or built is None or isinstance(built, float):
        return is_plain(value) and (not isinstance(built, float) or isinstance(value, (int, float, NoneType)))
    kinds: tuple[type, ...] = (list, tuple) if isinstance(built, (list, tuple)) else (type(built),)
    return is_plain(value) and type(value) in ((int, float) if kinds == (int,) else kinds)
