"""Running a component once: its passes, its state and the state of the process around it."""

from .generators import align_generators, generator_states
from .global_state import GlobalState
from .gradients import check_criterion_gradients, check_gradients, magnitude, objective, weighted_sum
from .passes import Batch, backward, forward, forward_backward, gradients, parameters, parts, run, zero
from .sandbox import sandboxed
from .state import buffers, copy_state, lasting

__all__ = [
    "Batch",
    "GlobalState",
    "align_generators",
    "backward",
    "buffers",
    "check_criterion_gradients",
    "check_gradients",
    "copy_state",
    "forward",
    "forward_backward",
    "generator_states",
    "gradients",
    "lasting",
    "magnitude",
    "objective",
    "parameters",
    "parts",
    "run",
    "sandboxed",
    "weighted_sum",
    "zero",
]
