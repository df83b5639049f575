"""Optimizers that go along the gradient, or its sign, one to a file."""

from __future__ import annotations

from .lion import Lion
from .rprop import Rprop
from .sgd import SGD

__all__ = ["SGD", "Lion", "Rprop"]
