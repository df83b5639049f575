"""Optimizers for minnet, schedules, and the functional forms of the homework."""

from __future__ import annotations

from .adaptive import LAMB, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop
from .functional import adam_optimizer, sgd_momentum
from .gradient_descent import SGD, Lion, Rprop
from .line_search import LBFGS
from .schedules import CosineDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, WarmUp

__all__ = [
    "LAMB",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "CosineDecay",
    "Lion",
    "NAdam",
    "OneCycle",
    "RAdam",
    "RMSprop",
    "ReduceOnPlateau",
    "Rprop",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "adam_optimizer",
    "sgd_momentum",
]

__version__ = "0.1.0"
