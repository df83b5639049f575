"""Optimizers for minnet: SGD, Adam, AdamW, RMSprop and Adagrad, schedules, and the functional forms of the homework."""

from __future__ import annotations

from .adagrad import Adagrad
from .adam import Adam
from .adam_optimizer import adam_optimizer
from .adamw import AdamW
from .rmsprop import RMSprop
from .schedules import CosineDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, WarmUp
from .sgd import SGD
from .sgd_momentum import sgd_momentum

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
