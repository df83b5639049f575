"""Trials: a case being tried, and what is observed of it."""

from .inference import inferred_traits
from .mean_shift import mean_shifts
from .observations import REACH, draws_globally, find_kink, is_batch_coupled, is_stochastic, train_differs
from .samples import one_by_one
from .trial import Trial

__all__ = [
    "REACH",
    "Trial",
    "draws_globally",
    "find_kink",
    "inferred_traits",
    "is_batch_coupled",
    "is_stochastic",
    "mean_shifts",
    "one_by_one",
    "train_differs",
]
