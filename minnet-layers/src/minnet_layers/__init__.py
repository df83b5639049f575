"""The layers of minnet, each one small file with its backward pass written by hand.

Every class follows `minnet_core.Module`; ``minnet_core.layers`` finds them by name through entry points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .batch_normalization import BatchNormalization as BatchNormalization
    from .channelwise_scaling import ChannelwiseScaling as ChannelwiseScaling
    from .dropout import Dropout as Dropout
    from .elu import ELU as ELU
    from .gelu import GELU as GELU
    from .group_normalization import GroupNormalization as GroupNormalization
    from .identity import Identity as Identity
    from .instance_normalization import InstanceNormalization as InstanceNormalization
    from .layer_normalization import LayerNormalization as LayerNormalization
    from .leaky_relu import LeakyReLU as LeakyReLU
    from .linear import Linear as Linear
    from .log_soft_max import LogSoftMax as LogSoftMax
    from .lookups import Embedding as Embedding, EmbeddingBag as EmbeddingBag
    from .noise import AlphaDropout as AlphaDropout, GaussianNoise as GaussianNoise
    from .prelu import PReLU as PReLU
    from .reductions import Max as Max, Maxout as Maxout, Mean as Mean, Min as Min, Sum as Sum
    from .relu import ReLU as ReLU
    from .residual import Residual as Residual
    from .rms_normalization import RMSNormalization as RMSNormalization
    from .scaling import Add as Add, CAdd as CAdd, CMul as CMul, Mul as Mul
    from .sigmoid import Sigmoid as Sigmoid
    from .silu import SiLU as SiLU
    from .similarities import Bilinear as Bilinear, Cosine as Cosine, Euclidean as Euclidean, Normalize as Normalize
    from .soft_max import SoftMax as SoftMax
    from .soft_plus import SoftPlus as SoftPlus
    from .tanh import Tanh as Tanh
else:  # so that what is installed can be listed, and a layer imported, without all the others
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "batch_normalization": "BatchNormalization",
            "channelwise_scaling": "ChannelwiseScaling",
            "dropout": "Dropout",
            "elu": "ELU",
            "gelu": "GELU",
            "group_normalization": "GroupNormalization",
            "identity": "Identity",
            "instance_normalization": "InstanceNormalization",
            "layer_normalization": "LayerNormalization",
            "leaky_relu": "LeakyReLU",
            "linear": "Linear",
            "log_soft_max": "LogSoftMax",
            "lookups": "Embedding EmbeddingBag",
            "noise": "AlphaDropout GaussianNoise",
            "prelu": "PReLU",
            "reductions": "Max Maxout Mean Min Sum",
            "relu": "ReLU",
            "residual": "Residual",
            "rms_normalization": "RMSNormalization",
            "scaling": "Add CAdd CMul Mul",
            "sigmoid": "Sigmoid",
            "silu": "SiLU",
            "similarities": "Bilinear Cosine Euclidean Normalize",
            "soft_max": "SoftMax",
            "soft_plus": "SoftPlus",
            "tanh": "Tanh",
        },
    )
