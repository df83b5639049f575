"""Optimizers that go along the gradient, or its sign, one to a file."""

from __future__ import annotations

from .sgd import SGD

__all__ = ["SGD"]
