"""Running a component once: its passes, its state and the state of the process around it."""

from .batch import Batch
from .gradients import check_criterion_gradients, check_gradients
from .objective import magnitude, objective, weighted_sum
from .passes import backward, forward, gradients, parameters, run, zero
from .sandbox import sandboxed
from .state import buffers, copy_state, lasting

__all__ = [
    "Batch",
    "backward",
    "buffers",
    "check_criterion_gradients",
    "check_gradients",
    "copy_state",
    "forward",
    "gradients",
    "lasting",
    "magnitude",
    "objective",
    "parameters",
    "run",
    "sandboxed",
    "weighted_sum",
    "zero",
]
