"""The state of components: a model's arrays, and the attributes of anything that are data, as plain data and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import StateError
from ..nn import PROTOCOL_ATTRIBUTES, Array, Component, Module, Optimizer, describe, find_buffers, find_parameters, walk


def model_state(model: Module) -> dict[str, Any]:
    """Copy what a model is now, but for its generators."""
    return {
        "parameters": {name: array.copy() for name, array in model.namedParameters().items()},
        "buffers": {name: array.copy() for name, array in model.namedBuffers().items()},
        "attributes": {name: plain_attributes(module) for name, module in walk(model)},
    }


def set_model_state(model: Module, state: Mapping[str, Any]) -> None:
    """Make a model of the same architecture what another one was.

    Parameters are written in place, so that whoever holds them, an optimizer say, goes on with them.

    Raises:
        StateError: naming the parameters or modules that differ; the model is then as it was.
    """
    parameters: Mapping[str, Array] = state["parameters"]
    _expect_same_arrays(model.namedParameters(), parameters)
    modules = dict(walk(model))
    if modules.keys() != state["attributes"].keys():
        raise StateError(
            f"model: expected the modules {sorted(modules)}, received a state of {sorted(state['attributes'])}"
        )
    for place in find_parameters(model):
        place.parameter[...] = parameters[place.name]
    for name, module in modules.items():
        set_plain_attributes(module, state["attributes"][name])
    _set_buffers(model, state["buffers"])


def _set_buffers(model: Module, buffers: Mapping[str, Array]) -> None:
    """Put copies of buffers into a model; a buffer that the state has not is None, as it was before the first pass."""
    modules = dict(walk(model))
    places = {place.name: place for place in find_buffers(model, empty=True)}
    for name in model.namedBuffers().keys() - buffers.keys():
        places[name].put(None)
    for name, value in buffers.items():
        if name in places:
            places[name].put(value.copy())
        else:  # of a notebook class, which made the attribute in its first forward pass
            owner, _, attribute = name.rpartition(".")
            if owner in modules:
                setattr(modules[owner], attribute, value.copy())


def _expect_same_arrays(expected: Mapping[str, Array], received: Mapping[str, Array]) -> None:
    """Check that arrays have the same names, shapes and dtypes."""
    ours, theirs = ({name: describe(array) for name, array in each.items()} for each in (expected, received))
    differing = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
    if differing:
        listing = "; ".join(f"{n}: expected {ours.get(n, 'none')}, received {theirs.get(n, 'none')}" for n in differing)
        raise StateError(f"model: the state is of another model: {listing}")


def optimizer_state(optimizer: Optimizer) -> dict[str, Any]:
    """Copy what an optimizer is now, arrays included, wherever it or an optimizer in it keeps them."""
    return plain_attributes(optimizer, arrays=True)


def set_optimizer_state(optimizer: Optimizer, state: Mapping[str, Any]) -> None:
    """Make an optimizer of the same class go on as another one.

    What it holds of the parameters and gradients themselves stays: they are put back with the model.

    Raises:
        StateError: if it has no place for a part of the state.
    """
    try:
        set_plain_attributes(optimizer, state, optimizer.module.flattenParameters())
    except StateError as error:
        raise StateError(f"optimizer: {optimizer!r}: {error}") from None
    optimizer.arrange_state()


OMITTED: Mapping[str, Any] = {"left": None}
"""Stands for what is not encoded, and stays as it is when the rest is decoded: modules, functions, generators."""


def plain_attributes(holder: object, *, arrays: bool = False) -> dict[str, Any]:
    """Encode the attributes of an object that are data (rates, modes, counters), without a layer's caches.

    Args:
        holder: the object.
        arrays: whether arrays are encoded too.

    >>> from types import SimpleNamespace
    >>> plain_attributes(SimpleNamespace(p=0.5, betas=[0.9, 0.99], mask=np.ones(2)))
    {'p': 0.5, 'betas': [0.9, 0.99]}
    """
    parts = {name: encode(value, arrays=arrays, within=(id(holder),)) for name, value in _attributes(holder).items()}
    return {name: part for name, part in parts.items() if not is_omitted(part)}


def set_plain_attributes(holder: object, attributes: Mapping[str, Any], held: Sequence[Array] = ()) -> None:
    """Set attributes to what they were when `plain_attributes` encoded them, lists and dicts in place.

    Those that have not changed are not set, nor are arrays that share memory with those ``held``, which are put back
    elsewhere.
    """
    for name, part in attributes.items():
        now = vars(holder).get(name)
        wanted = decode(now, part, held)
        is_same = wanted is now or (is_plain(now) and type(now) is type(wanted) and repr(now) == repr(wanted))
        if not (is_same and name in vars(holder)):
            setattr(holder, name, wanted)


def encode(value: Any, *, arrays: bool, within: tuple[int, ...] = ()) -> Any:
    """Copy a value: what JSON can hold and NumPy scalars as they are; the rest as a table with one key, its kind.

    Arrays are encoded if ``arrays`` says so; what it is ``within``, by identity, is not encoded again.

    >>> encode([1, (2.5, None), {3: "x"}, print], arrays=True)
    [1, {'tuple': [2.5, None]}, {'dict': [[3, 'x']]}, {'left': None}]
    """
    if isinstance(value, np.ndarray):
        return value.copy() if arrays else OMITTED
    if id(value) in within:
        return OMITTED
    within = (*within, id(value))
    if isinstance(value, (list, tuple)):
        items = [encode(item, arrays=arrays, within=within) for item in value]
        if items and all(map(is_omitted, items)):
            return OMITTED
        return items if isinstance(value, list) else {"tuple": items}
    if isinstance(value, dict):
        entries = _entries(value, arrays, within)
        return {"dict": entries} if entries or not value else OMITTED
    if isinstance(value, Component) and not isinstance(value, Module):
        return {"component": dict(_entries(_attributes(value), arrays, within))}
    return value if is_plain(value) or isinstance(value, (np.bool_, np.number)) else OMITTED


def is_plain(value: Any) -> bool:
    """Whether JSON can hold a value: None, a bool, a number, a text, or a list or tuple of such.

    >>> is_plain((1, [None, "x"])), is_plain([np.int64(1)])
    (True, False)
    """
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def is_omitted(part: Any) -> bool:
    """Whether something was not encoded."""
    return isinstance(part, Mapping) and "left" in part


def decode(now: Any, part: Any, held: Sequence[Array] = ()) -> Any:
    """Return what a value was when `encode` made ``part`` of it; lists, dicts and components are changed in place.

    What is there ``now`` decides about what was omitted, and stays if it shares memory with arrays that are ``held``.
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
    if not isinstance(part, Mapping) or is_omitted(part):
        return now if is_omitted(part) else part
    ((kind, parts),) = part.items()
    if kind == "tuple":
        items = _items(now, parts, held)
        return type(now)(*items) if hasattr(now, "_fields") else tuple(items)
    if kind == "dict":
        return _dict(now, parts, held)
    if not isinstance(now, Component):
        raise StateError(f"expected a component with {', '.join(parts)}, as in the state, received {now!r}")
    set_plain_attributes(now, parts, held)
    return now


def _attributes(holder: object) -> dict[str, Any]:
    """The attributes of an object without its results and caches."""
    omitted = PROTOCOL_ATTRIBUTES.union(getattr(holder, "CACHES", ()))
    return {name: value for name, value in vars(holder).items() if name not in omitted}


def _entries(table: Mapping[Any, Any], arrays: bool, within: tuple[int, ...]) -> list[list[Any]]:
    """Encode what can be of a table whose keys are texts or numbers."""
    entries = [
        [key, encode(value, arrays=arrays, within=within)]
        for key, value in table.items()
        if isinstance(key, (int, str))
    ]
    return [entry for entry in entries if not is_omitted(entry[1])]


def _items(now: Any, parts: Sequence[Any], held: Sequence[Array]) -> list[Any]:
    before = list(now[: len(parts)]) if isinstance(now, (list, tuple)) else []
    before += [None] * (len(parts) - len(before))
    return [decode(item, part, held) for item, part in zip(before, parts, strict=True)]


def _dict(now: Any, parts: Sequence[Any], held: Sequence[Array]) -> dict[Any, Any]:
    table: dict[Any, Any] = now if isinstance(now, dict) else {}
    entries = {key: decode(table.get(key), part, held) for key, part in parts}
    for key in table.keys() - entries.keys():
        if not is_omitted(encode(table[key], arrays=True)):
            del table[key]
    table.update(entries)
    return table
