"""Optimizers as functions of nested lists, as homework code calls them."""

from __future__ import annotations

from .adam_optimizer import adam_optimizer
from .sgd_momentum import sgd_momentum

__all__ = ["adam_optimizer", "sgd_momentum"]
