"""Optimizers for minnet: SGD, Adam, AdamW, RMSprop and Adagrad, schedules, and the functional forms of the homework."""

from __future__ import annotations

from .adaptive import Adagrad, Adam, AdamW, RMSprop
from .functional import adam_optimizer, sgd_momentum
from .gradient_descent import SGD
from .schedules import CosineDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, WarmUp

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "CosineDecay",
    "OneCycle",
    "RMSprop",
    "ReduceOnPlateau",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "adam_optimizer",
    "sgd_momentum",
]

__version__ = "0.1.0"
