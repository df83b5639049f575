"""The state of an optimizer: the steps that it has taken, what it remembers, and its hyperparameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minnet_core import Optimizer

from ...errors import StateError
from .attributes import plain_attributes, set_plain_attributes


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
