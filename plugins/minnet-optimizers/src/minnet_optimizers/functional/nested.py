"""What the functional forms share: nested lists of arrays, checked before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.nn import describe, leaves

from ..hyperparameters import Hyperparameter


def read_config(caller: str, config: Mapping[str, Any], expected: Mapping[str, Hyperparameter[float]]) -> list[float]:
    """Return the values of the ``expected`` keys; further keys are let be.

    Raises:
        ValueError: if a key is missing, or a value is out of range.
        TypeError: if a value is no number.
    """
    missing = [key for key in expected if key not in config]
    if missing:
        raise ValueError(f"{caller}: expected config keys {list(expected)}, received {list(config)}; missing {missing}")
    return [kind.check(caller, f"config[{key!r}]", config[key]) for key, kind in expected.items()]


def pair_leaves(caller: str, variables: Any, gradients: Any) -> dict[int, tuple[Array, Array]]:
    """Pair each variable with its gradient, under its index in the order of the lists.

    A pair that is listed again (a parameter that modules share) is left out, so that it is updated once.

    Raises:
        ValueError: if the two are nested differently, or the shapes of a pair differ.
        TypeError: if a variable cannot be updated by its gradient in place.
    """
    _expect_match(caller, variables, gradients, "")
    pairs: dict[int, tuple[Array, Array]] = {}
    seen = set()
    for index, pair in enumerate(zip(leaves(variables), leaves(gradients), strict=True)):
        identity = tuple(map(id, pair))
        if identity not in seen:
            seen.add(identity)
            pairs[index] = pair
    return pairs


def state_arrays(
    caller: str, state: Mapping[str, Any], name: str, pairs: Mapping[int, tuple[Array, Array]]
) -> dict[int, Array]:
    """Return the arrays ``state[name]`` by index, with zeros where there is none yet; ``state`` is not changed.

    Raises:
        ValueError: if one has not the shape of its variable: the state of another model.
    """
    known: Mapping[int, Array] = state.get(name, {})
    arrays = {}
    for index, (variable, _) in pairs.items():
        array = arrays[index] = known[index] if index in known else np.zeros_like(variable)
        if array.shape != variable.shape:
            raise ValueError(
                f"{caller}: expected state[{name!r}][{index}] of shape {variable.shape}, received {array.shape}; "
                "start another model with an empty state"
            )
    return arrays


def keep_arrays(state: MutableMapping[str, Any], name: str, arrays: Mapping[int, Array]) -> None:
    """Put the arrays into ``state[name]``, a dict that stays the same from step to step."""
    state.setdefault(name, {}).update(arrays)


def _expect_match(caller: str, variables: Any, gradients: Any, path: str) -> None:
    expectation = f"{caller}: expected variables{path} and gradients{path} to be "
    nested = [isinstance(side, (list, tuple)) for side in (variables, gradients)]
    if all(nested):
        if len(variables) != len(gradients):
            raise ValueError(f"{expectation}lists of one length, received {len(variables)} and {len(gradients)} items")
        for index, (variable, gradient) in enumerate(zip(variables, gradients, strict=True)):
            _expect_match(caller, variable, gradient, f"{path}[{index}]")
        return
    received = f", received {describe(variables)} and {describe(gradients)}"
    if any(nested):
        raise ValueError(f"{expectation}nested alike{received}")
    if not (_is_floating(variables) and _is_floating(gradients) and variables.flags.writeable):
        raise TypeError(f"{expectation}arrays of floats, the first one writable{received}")
    if variables.shape != gradients.shape:
        raise ValueError(f"{expectation}of one shape{received}")


def _is_floating(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
