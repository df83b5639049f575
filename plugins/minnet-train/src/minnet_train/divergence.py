"""Where numbers stopped being finite."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from minnet_core import Array, Criterion, Module
from minnet_core.arrays import Tensor, leaves
from minnet_core.module import title
from minnet_core.tree import children, join

from .errors import DivergenceError
from .state.model import first_non_finite

_HINT = "a smaller learning rate, clip_norm or scaled features often help"


def loss_diverged(
    where: str, loss: float, model: Module, criterion: Criterion, inputs: Array, targets: Array
) -> DivergenceError:
    """Make the error for a loss that is not finite, right after the forward pass that gave it.

    Every module still has the output of that pass, so nothing is computed again, and no random number is drawn.
    """
    return DivergenceError(
        f"{where}: expected a finite loss, received {loss}; {_first(model, criterion, inputs, targets)}; {_HINT}"
    )


def gradients_diverged(where: str, model: Module) -> DivergenceError:
    """Make the error for gradients that are not finite."""
    name = first_non_finite(model.namedGradParameters())
    return DivergenceError(f"{where}: expected finite gradients, received others for {name}; {_HINT}")


def expect_finite_parameters(where: str, parameters: Mapping[str, Array]) -> None:
    """Check parameters after a step.

    Raises:
        DivergenceError: naming the first that is not finite.
    """
    name = first_non_finite(parameters)
    if name is not None:
        raise DivergenceError(f"{where}: expected finite parameters, received others in {name}; {_HINT}")


def _first(model: Module, criterion: Criterion, inputs: Array, targets: Array) -> str:
    """Say what is the first that is not finite: an input, the output of a layer, a target, or the loss itself."""
    for what, given in (("inputs", inputs), ("targets", targets)):
        if not _is_finite(given):
            row = next((i for i, each in enumerate(given) if not np.isfinite(each).all()), 0)
            return f"the {what} of the batch are not finite, first in its row {row}"
    found = first_layer(model)
    if found is None:
        return f"the outputs of all layers are finite, so it is the criterion, {criterion!r}"
    name, layer = found
    message = f"the first layer whose output is not finite is {name or 'the model'}: {title(layer)}"
    parameter = first_non_finite(layer.namedParameters())
    return message if parameter is None else f"{message}, whose {parameter} is not finite itself"


def first_layer(module: Module, name: str = "") -> tuple[str, Module] | None:
    """Find the innermost of the first modules whose last output is not finite; None if all are finite."""
    inner = list(children(module))
    for step, child in inner:
        found = first_layer(child, join(name, step))
        if found is not None:
            return found
    return None if module.output is None or _is_finite(module.output) else (name, module)


def _is_finite(tensor: Tensor) -> bool:
    return all(bool(np.isfinite(array).all()) for array in leaves(tensor))
