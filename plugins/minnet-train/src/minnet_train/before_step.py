"""`BeforeStep`: what a forward pass changes, kept so that it can be undone."""

from __future__ import annotations

from minnet_core import Module
from minnet_core.tree import walk

from .state.attributes import plain_attributes, set_plain_attributes
from .state.generators import (
    generator_state,
    global_state,
    model_generators,
    set_generator_state,
    set_global_state,
)
from .state.model import set_buffers


class BeforeStep:
    """Buffers, plain attributes and generators of a model before a forward pass.

    Args:
        model: as it is now.
    """

    def __init__(self, model: Module) -> None:
        self._model = model
        self._buffers = {name: array.copy() for name, array in model.namedBuffers().items()}
        self._attributes = [(module, plain_attributes(module)) for _, module in walk(model)]
        self._generators = [(each, generator_state(each)) for _, each in model_generators(model)]
        self._global = global_state()

    def restore(self) -> None:
        """Make the model what it was."""
        set_buffers(self._model, self._buffers)
        for module, attributes in self._attributes:
            set_plain_attributes(module, attributes)
        for generator, state in self._generators:
            set_generator_state(generator, state, "generator")
        set_global_state(self._global)
