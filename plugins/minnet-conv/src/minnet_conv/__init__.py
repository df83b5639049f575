"""Layers of images and sequences for minnet: convolution, pooling, padding and what changes shapes.

Arrays are ``(batch, channels, height, width)``, or ``(batch, channels, length)``, as in PyTorch.
"""

from __future__ import annotations

from .flatten import Flatten
from .max_pool2d import MaxPool2d

__version__ = "0.1.0"

__all__ = ["Flatten", "MaxPool2d"]
