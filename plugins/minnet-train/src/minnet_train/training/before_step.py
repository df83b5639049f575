"""`BeforeStep`: what a forward pass and the hooks after it change, kept so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from minnet_core import Criterion, Module
from minnet_core.nn import walk
from minnet_core.state import (
    GlobalState,
    find_generators,
    generator_state,
    plain_attributes,
    set_buffers,
    set_generator_state,
    set_plain_attributes,
)


class BeforeStep:
    """Buffers, plain attributes and generators of a model before a forward pass, and what else may change in one.

    Args:
        model: as it is now.
        criterion: likewise.
        callbacks: those that remember something, and may change it when the gradients are ready.
    """

    def __init__(self, model: Module, criterion: Criterion, callbacks: Sequence[Any] = ()) -> None:
        self._model, self._criterion = model, criterion
        self._buffers = {name: array.copy() for name, array in model.namedBuffers().items()}
        self._attributes = [(module, plain_attributes(module)) for _, module in walk(model)]
        self._of_criterion = plain_attributes(criterion, arrays=True)
        generators = [*find_generators(model), *find_generators(criterion)]
        self._generators = [(each, generator_state(each)) for _, each in generators]
        self._global = GlobalState.now()
        self._callbacks = [(each, deepcopy(each.state_dict())) for each in callbacks]

    def restore(self) -> None:
        """Make everything what it was."""
        set_buffers(self._model, self._buffers)
        for module, attributes in self._attributes:
            set_plain_attributes(module, attributes)
        set_plain_attributes(self._criterion, self._of_criterion)
        for callback, state in self._callbacks:
            callback.load_state_dict(state)
        for generator, state in self._generators:
            set_generator_state(generator, state, "generator")
        self._global.restore()
