"""Divergence: where numbers stopped being finite."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np

from minnet_core import Array, Criterion, Module
from minnet_core.nn import Tensor, children, leaves, title, walk
from minnet_core.state import global_state_kept

from ..errors import DivergenceError

_HINT = "a smaller learning rate, clip_norm or scaled features often help"


def loss_diverged(
    where: str, loss: float, model: Module, criterion: Criterion, inputs: Array, targets: Array
) -> DivergenceError:
    """Make the error for a loss that is not finite, right after the forward pass that gave it.

    Every module still has the output of that pass, so none is looked at that is computed again.
    """
    return DivergenceError(
        f"{where}: expected a finite loss, received {loss}; {_first(model, criterion, inputs, targets)}; {_HINT}"
    )


def first_non_finite_place(model: Module, inputs: Tensor, targets: Array) -> int:
    """Say how early numbers were not finite in a forward pass: 0 in the data, then in the order of the modules."""
    if not (_is_finite(inputs) and _is_finite(targets)):
        return 0
    found, names = first_layer(model, inputs), _inner_first(model)
    return 1 + (len(names) if found is None else names.index(found[0]))


def gradients_diverged(where: str, model: Module) -> DivergenceError:
    """Make the error for gradients that are not finite."""
    name = first_non_finite(model.namedGradParameters())
    return DivergenceError(f"{where}: expected finite gradients, received others for {name}; {_HINT}")


def expect_finite_parameters(where: str, parameters: Mapping[str, Array]) -> None:
    """Raise `DivergenceError`, naming the first parameter that is not finite, if there is one."""
    name = first_non_finite(parameters)
    if name is not None:
        raise DivergenceError(f"{where}: expected finite parameters, received others in {name}; {_HINT}")


def _first(model: Module, criterion: Criterion, inputs: Array, targets: Array) -> str:
    """Say what is the first that is not finite: an input, the output of a layer, a target, or the loss itself."""
    for what, given in (("inputs", inputs), ("targets", targets)):
        if not _is_finite(given):
            array = next(each for each in leaves(given) if not _is_finite(each))
            row = next((i for i, each in enumerate(array) if not np.isfinite(each).all()), 0)
            return f"the {what} of the batch are not finite, first in its row {row}"
    found = first_layer(model, inputs)
    if found is None:
        return f"the outputs of all layers are finite, so it is the criterion, {criterion!r}"
    name, layer = found
    message = f"the first layer whose output is not finite is {name or 'the model'}: {title(layer)}"
    parameter = first_non_finite(layer.namedParameters())
    return message if parameter is None else f"{message}, whose {parameter} is not finite itself"


def first_layer(model: Module, inputs: Tensor) -> tuple[str, Module] | None:
    """Find the first of the modules whose last output is not finite, innermost first; None if all are finite."""
    modules = dict(walk(model))
    for name in _in_order(model, inputs):
        module = modules[name]
        if module.output is not None and not _is_finite(module.output):
            return name, module
    return None


def _in_order(model: Module, inputs: Tensor) -> list[str]:
    """Name the modules in the order in which they finish, which only those know that hold them.

    It is looked at in a copy, which is sent the inputs again, for that changes neither the model nor what it will draw.
    What does not tell comes last, inner modules before the outer ones.
    """
    finished: list[str] = []

    def watched(name: str, module: Module) -> None:
        forward = module.forward

        def telling(input: Tensor) -> Tensor:
            output = forward(input)
            finished.append(name)
            return output

        module.forward = telling  # type: ignore[method-assign]

    # What cannot be copied is looked at in the order in which it is listed.
    with global_state_kept(), suppress(Exception), np.errstate(all="ignore"):
        twin = model.clone()
        for name, module in walk(twin):
            watched(name, module)
        twin.forward(inputs)
    return list(dict.fromkeys([*finished, *_inner_first(model)]))


def _inner_first(model: Module) -> list[str]:
    """Name each module once, those inside it before it, in the order in which they are listed."""
    names = {id(module): name for name, module in walk(model)}
    found: dict[str, None] = {}
    begun: set[int] = set()

    def descend(module: Module) -> None:
        if id(module) not in begun:
            begun.add(id(module))
            for _, child in children(module):
                descend(child)
            found[names[id(module)]] = None

    descend(model)
    return list(found)


def _is_finite(tensor: Tensor) -> bool:
    return all(bool(np.isfinite(array).all()) for array in leaves(tensor))


def first_non_finite(arrays: Mapping[str, Array]) -> str | None:
    """Name the first array that has nan or infinity in it.

    >>> first_non_finite({"0.W": np.ones(2), "0.b": np.array([np.nan])})
    '0.b'
    """
    return next((name for name, array in arrays.items() if not np.isfinite(array).all()), None)
