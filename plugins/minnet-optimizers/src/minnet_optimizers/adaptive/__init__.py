"""Optimizers that scale the step of each parameter by a memory of its gradients, one to a file."""

from __future__ import annotations

from .adagrad import Adagrad
from .adam import Adam
from .adam_step import adam_step
from .adamw import AdamW
from .rmsprop import RMSprop

__all__ = ["Adagrad", "Adam", "AdamW", "RMSprop", "adam_step"]
