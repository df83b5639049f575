"""Layers of images and sequences for minnet: convolution, pooling, padding and what changes shapes.

Arrays are ``(batch, channels, height, width)``, or ``(batch, channels, length)``, as in PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .adaptive_avg_pool2d import AdaptiveAvgPool2d as AdaptiveAvgPool2d
    from .adaptive_max_pool2d import AdaptiveMaxPool2d as AdaptiveMaxPool2d
    from .avg_pool1d import AvgPool1d as AvgPool1d
    from .avg_pool2d import AvgPool2d as AvgPool2d
    from .conv1d import Conv1d as Conv1d
    from .conv2d import Conv2d as Conv2d
    from .conv_transpose1d import ConvTranspose1d as ConvTranspose1d
    from .conv_transpose2d import ConvTranspose2d as ConvTranspose2d
    from .flatten import Flatten as Flatten
    from .global_avg_pool2d import GlobalAvgPool2d as GlobalAvgPool2d
    from .global_max_pool2d import GlobalMaxPool2d as GlobalMaxPool2d
    from .max_pool1d import MaxPool1d as MaxPool1d
    from .max_pool2d import MaxPool2d as MaxPool2d
    from .pixel_shuffle import PixelShuffle as PixelShuffle
    from .reflection_pad2d import ReflectionPad2d as ReflectionPad2d
    from .same_conv2d import SameConv2d as SameConv2d
    from .spatial_dropout import SpatialDropout as SpatialDropout
    from .unflatten import Unflatten as Unflatten
    from .upsample import Upsample as Upsample
    from .zero_pad2d import ZeroPad2d as ZeroPad2d
else:  # so that what is installed can be listed, and its plugin loaded, without the layers
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "adaptive_avg_pool2d": "AdaptiveAvgPool2d",
            "adaptive_max_pool2d": "AdaptiveMaxPool2d",
            "avg_pool1d": "AvgPool1d",
            "avg_pool2d": "AvgPool2d",
            "conv1d": "Conv1d",
            "conv2d": "Conv2d",
            "conv_transpose1d": "ConvTranspose1d",
            "conv_transpose2d": "ConvTranspose2d",
            "flatten": "Flatten",
            "global_avg_pool2d": "GlobalAvgPool2d",
            "global_max_pool2d": "GlobalMaxPool2d",
            "max_pool1d": "MaxPool1d",
            "max_pool2d": "MaxPool2d",
            "pixel_shuffle": "PixelShuffle",
            "reflection_pad2d": "ReflectionPad2d",
            "same_conv2d": "SameConv2d",
            "spatial_dropout": "SpatialDropout",
            "unflatten": "Unflatten",
            "upsample": "Upsample",
            "zero_pad2d": "ZeroPad2d",
        },
    )
