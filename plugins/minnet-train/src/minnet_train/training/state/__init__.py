"""The state of a training, taken apart into arrays and plain values, and put back."""

from .attributes import plain_attributes, set_plain_attributes
from .generators import (
    RandomSource,
    generator_state,
    global_state,
    holder_generators,
    model_generators,
    restored_generator,
    set_generator_state,
    set_global_state,
)
from .model import first_non_finite, model_state, set_buffers, set_model_state
from .optimizer import optimizer_state, set_optimizer_state

__all__ = [
    "RandomSource",
    "first_non_finite",
    "generator_state",
    "global_state",
    "holder_generators",
    "model_generators",
    "model_state",
    "optimizer_state",
    "plain_attributes",
    "restored_generator",
    "set_buffers",
    "set_generator_state",
    "set_global_state",
    "set_model_state",
    "set_optimizer_state",
    "set_plain_attributes",
]
