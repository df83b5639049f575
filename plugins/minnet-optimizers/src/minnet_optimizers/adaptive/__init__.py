"""Optimizers that scale the step of each parameter by a memory of its gradients, one to a file."""

from __future__ import annotations

from .adadelta import Adadelta
from .adagrad import Adagrad
from .adam import Adam
from .adam_step import adam_step
from .adamax import Adamax
from .adamw import AdamW
from .lamb import LAMB
from .nadam import NAdam
from .radam import RAdam
from .rmsprop import RMSprop

__all__ = ["LAMB", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "RMSprop", "adam_step"]
