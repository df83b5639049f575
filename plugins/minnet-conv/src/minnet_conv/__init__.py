"""Layers of images and sequences for minnet: convolution, pooling, padding and what changes shapes.

Arrays are ``(batch, channels, height, width)``, or ``(batch, channels, length)``, as in PyTorch.
"""

from __future__ import annotations

from .adaptive_avg_pool2d import AdaptiveAvgPool2d
from .adaptive_max_pool2d import AdaptiveMaxPool2d
from .avg_pool1d import AvgPool1d
from .avg_pool2d import AvgPool2d
from .conv1d import Conv1d
from .conv2d import Conv2d
from .conv_transpose1d import ConvTranspose1d
from .conv_transpose2d import ConvTranspose2d
from .flatten import Flatten
from .global_avg_pool2d import GlobalAvgPool2d
from .global_max_pool2d import GlobalMaxPool2d
from .max_pool1d import MaxPool1d
from .max_pool2d import MaxPool2d
from .pixel_shuffle import PixelShuffle
from .reflection_pad2d import ReflectionPad2d
from .same_conv2d import SameConv2d
from .spatial_dropout import SpatialDropout
from .unflatten import Unflatten
from .upsample import Upsample
from .zero_pad2d import ZeroPad2d

__version__ = "0.1.0"

__all__ = [
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "Flatten",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "MaxPool1d",
    "MaxPool2d",
    "PixelShuffle",
    "ReflectionPad2d",
    "SameConv2d",
    "SpatialDropout",
    "Unflatten",
    "Upsample",
    "ZeroPad2d",
]
