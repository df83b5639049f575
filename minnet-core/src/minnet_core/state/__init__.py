"""What a component is at a moment: attributes, arrays and generators, copied, and set again."""

from .components import (
    is_plain,
    model_state,
    optimizer_state,
    plain_attributes,
    set_model_state,
    set_optimizer_state,
    set_plain_attributes,
)
from .generators import (
    GlobalState,
    RandomSource,
    align_generators,
    find_generators,
    generator_state,
    generator_states,
    global_state_kept,
    restored_generator,
    set_generator_state,
)
from .sandbox import sandboxed

__all__ = [
    "GlobalState",
    "RandomSource",
    "align_generators",
    "find_generators",
    "generator_state",
    "generator_states",
    "global_state_kept",
    "is_plain",
    "model_state",
    "optimizer_state",
    "plain_attributes",
    "restored_generator",
    "sandboxed",
    "set_generator_state",
    "set_model_state",
    "set_optimizer_state",
    "set_plain_attributes",
]
