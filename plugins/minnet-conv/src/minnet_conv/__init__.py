"""Layers of images and sequences for minnet: convolution, pooling, padding and what changes shapes.

Arrays are ``(batch, channels, height, width)``, or ``(batch, channels, length)``, as in PyTorch.
"""

from __future__ import annotations

from .conv1d import Conv1d
from .conv2d import Conv2d
from .conv_transpose1d import ConvTranspose1d
from .conv_transpose2d import ConvTranspose2d
from .flatten import Flatten
from .max_pool2d import MaxPool2d
from .same_conv2d import SameConv2d

__version__ = "0.1.0"

__all__ = [
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "Flatten",
    "MaxPool2d",
    "SameConv2d",
]
