"""The operations of minnet in C: twins of layers, criterions and optimizers that compute the same in less time."""

from __future__ import annotations

from .accelerating import accelerate
from .loading import describe, extension

__all__ = ["accelerate", "describe", "extension"]

__version__ = "0.1.0"
