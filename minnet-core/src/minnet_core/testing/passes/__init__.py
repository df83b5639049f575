"""Running a component once: its passes, its state and the state of the process around it."""

from .gradients import check_criterion_gradients, check_gradients, magnitude, objective, weighted_sum
from .passes import (
    Batch,
    backward,
    buffers,
    copy_state,
    distinct,
    forward,
    forward_backward,
    gradients,
    held_arrays,
    lasting,
    parameters,
    parts,
    run,
    sandboxed,
    zero,
)

__all__ = [
    "Batch",
    "backward",
    "buffers",
    "check_criterion_gradients",
    "check_gradients",
    "copy_state",
    "distinct",
    "forward",
    "forward_backward",
    "gradients",
    "held_arrays",
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
