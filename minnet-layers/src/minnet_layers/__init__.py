"""The layers of minnet, each one small file with its backward pass written by hand.

Every class follows `minnet_core.Module`; ``minnet_core.layers`` finds them by name through entry points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .activations.elu import ELU as ELU
    from .activations.gelu import GELU as GELU
    from .activations.leaky_relu import LeakyReLU as LeakyReLU
    from .activations.log_soft_max import LogSoftMax as LogSoftMax
    from .activations.prelu import PReLU as PReLU
    from .activations.relu import ReLU as ReLU
    from .activations.sigmoid import Sigmoid as Sigmoid
    from .activations.silu import SiLU as SiLU
    from .activations.soft_max import SoftMax as SoftMax
    from .activations.soft_plus import SoftPlus as SoftPlus
    from .activations.tanh import Tanh as Tanh
    from .batch_normalization import BatchNormalization as BatchNormalization
    from .channelwise_scaling import ChannelwiseScaling as ChannelwiseScaling
    from .dropout import Dropout as Dropout
    from .group_normalization import GroupNormalization as GroupNormalization
    from .identity import Identity as Identity
    from .instance_normalization import InstanceNormalization as InstanceNormalization
    from .layer_normalization import LayerNormalization as LayerNormalization
    from .linear import Linear as Linear
    from .residual import Residual as Residual
    from .rms_normalization import RMSNormalization as RMSNormalization
else:  # so that what is installed can be listed, and a layer imported, without all the others
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "activations.elu": "ELU",
            "activations.gelu": "GELU",
            "activations.leaky_relu": "LeakyReLU",
            "activations.log_soft_max": "LogSoftMax",
            "activations.prelu": "PReLU",
            "activations.relu": "ReLU",
            "activations.sigmoid": "Sigmoid",
            "activations.silu": "SiLU",
            "activations.soft_max": "SoftMax",
            "activations.soft_plus": "SoftPlus",
            "activations.tanh": "Tanh",
            "batch_normalization": "BatchNormalization",
            "channelwise_scaling": "ChannelwiseScaling",
            "dropout": "Dropout",
            "group_normalization": "GroupNormalization",
            "identity": "Identity",
            "instance_normalization": "InstanceNormalization",
            "layer_normalization": "LayerNormalization",
            "linear": "Linear",
            "residual": "Residual",
            "rms_normalization": "RMSNormalization",
        },
    )
