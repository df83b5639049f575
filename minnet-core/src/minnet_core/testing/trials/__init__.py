"""Trials: a case being tried, and what is found out about it."""

from .trait_detection import (
    REACH,
    draws_globally,
    find_kink,
    inferred_traits,
    is_batch_coupled,
    is_stochastic,
    mean_shifts,
    one_by_one,
    train_differs,
)
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
