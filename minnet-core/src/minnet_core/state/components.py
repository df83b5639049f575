"""The state of a model (parameters, buffers, plain attributes of every module) and of an optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import StateError
from ..nn import Array, Module, Optimizer, describe, find_buffers, find_parameters, walk
from .encoding import plain_attributes, set_plain_attributes


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
    _expect_same_arrays("model", model.namedParameters(), parameters)
    modules = dict(walk(model))
    if modules.keys() != state["attributes"].keys():
        raise StateError(
            f"model: expected the modules {sorted(modules)}, received a state of {sorted(state['attributes'])}"
        )
    for place in find_parameters(model):
        place.parameter[...] = parameters[place.name]
    for name, module in modules.items():
        set_plain_attributes(module, state["attributes"][name])
    set_buffers(model, state["buffers"])


def set_buffers(model: Module, buffers: Mapping[str, Array]) -> None:
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


def _expect_same_arrays(where: str, expected: Mapping[str, Array], received: Mapping[str, Array]) -> None:
    """Check that arrays have the same names, shapes and dtypes.

    Raises:
        StateError: naming those that have not.
    """
    ours, theirs = ({name: describe(array) for name, array in each.items()} for each in (expected, received))
    differing = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
    if differing:
        listing = "; ".join(f"{n}: expected {ours.get(n, 'none')}, received {theirs.get(n, 'none')}" for n in differing)
        raise StateError(f"{where}: the state is of another model: {listing}")


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
