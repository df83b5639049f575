"""The operations of minnet in C: an executor of compiled steps, and twins of layers, criterions and optimizers."""

from __future__ import annotations

from .accelerating import accelerate
from .loading import describe, extension

__all__ = ["accelerate", "describe", "extension"]

__version__ = "0.1.0"
