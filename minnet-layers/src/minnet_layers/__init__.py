"""The layers of minnet, each one small file with its backward pass written by hand.

Every class follows `minnet_core.Module`; ``minnet_core.layers`` finds them by name through entry points.
"""

from __future__ import annotations

from .batch_normalization import BatchNormalization
from .channelwise_scaling import ChannelwiseScaling
from .dropout import Dropout
from .elu import ELU
from .gelu import GELU
from .group_normalization import GroupNormalization
from .identity import Identity
from .instance_normalization import InstanceNormalization
from .layer_normalization import LayerNormalization
from .leaky_relu import LeakyReLU
from .linear import Linear
from .log_soft_max import LogSoftMax
from .prelu import PReLU
from .relu import ReLU
from .residual import Residual
from .rms_normalization import RMSNormalization
from .sigmoid import Sigmoid
from .silu import SiLU
from .soft_max import SoftMax
from .soft_plus import SoftPlus
from .tanh import Tanh

__version__ = "0.1.0"

__all__ = [
    "ELU",
    "GELU",
    "BatchNormalization",
    "ChannelwiseScaling",
    "Dropout",
    "GroupNormalization",
    "Identity",
    "InstanceNormalization",
    "LayerNormalization",
    "LeakyReLU",
    "Linear",
    "LogSoftMax",
    "PReLU",
    "RMSNormalization",
    "ReLU",
    "Residual",
    "SiLU",
    "Sigmoid",
    "SoftMax",
    "SoftPlus",
    "Tanh",
]
