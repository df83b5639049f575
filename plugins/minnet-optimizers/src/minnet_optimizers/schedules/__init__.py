"""Learning-rate schedules, one to a file."""

from __future__ import annotations

from .cosine_decay import CosineDecay
from .one_cycle import OneCycle
from .reduce_on_plateau import ReduceOnPlateau
from .schedule import Schedule
from .step_decay import StepDecay
from .warm_up import WarmUp

__all__ = ["CosineDecay", "OneCycle", "ReduceOnPlateau", "Schedule", "StepDecay", "WarmUp"]
