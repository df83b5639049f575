"""The layers of minnet, each one small file with its backward pass written by hand.

Every class follows `minnet_core.Module`; ``minnet_core.layers`` finds them by name through entry points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .activations.celu import CELU as CELU
    from .activations.elu import ELU as ELU
    from .activations.gelu import GELU as GELU
    from .activations.hard_shrink import HardShrink as HardShrink
    from .activations.hard_sigmoid import HardSigmoid as HardSigmoid
    from .activations.hard_swish import HardSwish as HardSwish
    from .activations.hard_tanh import HardTanh as HardTanh
    from .activations.leaky_relu import LeakyReLU as LeakyReLU
    from .activations.log_sigmoid import LogSigmoid as LogSigmoid
    from .activations.log_soft_max import LogSoftMax as LogSoftMax
    from .activations.mish import Mish as Mish
    from .activations.prelu import PReLU as PReLU
    from .activations.relu import ReLU as ReLU
    from .activations.relu6 import ReLU6 as ReLU6
    from .activations.rrelu import RReLU as RReLU
    from .activations.selu import SELU as SELU
    from .activations.sigmoid import Sigmoid as Sigmoid
    from .activations.silu import SiLU as SiLU
    from .activations.soft_max import SoftMax as SoftMax
    from .activations.soft_min import SoftMin as SoftMin
    from .activations.soft_plus import SoftPlus as SoftPlus
    from .activations.soft_shrink import SoftShrink as SoftShrink
    from .activations.soft_sign import SoftSign as SoftSign
    from .activations.tanh import Tanh as Tanh
    from .activations.tanh_shrink import TanhShrink as TanhShrink
    from .activations.threshold import Threshold as Threshold
    from .batch_normalization import BatchNormalization as BatchNormalization
    from .channelwise_scaling import ChannelwiseScaling as ChannelwiseScaling
    from .dropout import Dropout as Dropout
    from .elementwise.abs import Abs as Abs
    from .elementwise.clamp import Clamp as Clamp
    from .elementwise.exp import Exp as Exp
    from .elementwise.log import Log as Log
    from .elementwise.power import Power as Power
    from .elementwise.sqrt import Sqrt as Sqrt
    from .elementwise.square import Square as Square
    from .group_normalization import GroupNormalization as GroupNormalization
    from .identity import Identity as Identity
    from .instance_normalization import InstanceNormalization as InstanceNormalization
    from .layer_normalization import LayerNormalization as LayerNormalization
    from .linear import Linear as Linear
    from .lookups import Embedding as Embedding, EmbeddingBag as EmbeddingBag
    from .noise import AlphaDropout as AlphaDropout, GaussianNoise as GaussianNoise
    from .reductions import Max as Max, Maxout as Maxout, Mean as Mean, Min as Min, Sum as Sum
    from .residual import Residual as Residual
    from .rms_normalization import RMSNormalization as RMSNormalization
    from .scaling import Add as Add, CAdd as CAdd, CMul as CMul, Mul as Mul
    from .similarities import Bilinear as Bilinear, Cosine as Cosine, Euclidean as Euclidean, Normalize as Normalize
else:  # so that what is installed can be listed, and a layer imported, without all the others
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "activations.celu": "CELU",
            "activations.elu": "ELU",
            "activations.gelu": "GELU",
            "activations.hard_shrink": "HardShrink",
            "activations.hard_sigmoid": "HardSigmoid",
            "activations.hard_swish": "HardSwish",
            "activations.hard_tanh": "HardTanh",
            "activations.leaky_relu": "LeakyReLU",
            "activations.log_sigmoid": "LogSigmoid",
            "activations.log_soft_max": "LogSoftMax",
            "activations.mish": "Mish",
            "activations.prelu": "PReLU",
            "activations.relu": "ReLU",
            "activations.relu6": "ReLU6",
            "activations.rrelu": "RReLU",
            "activations.selu": "SELU",
            "activations.sigmoid": "Sigmoid",
            "activations.silu": "SiLU",
            "activations.soft_max": "SoftMax",
            "activations.soft_min": "SoftMin",
            "activations.soft_plus": "SoftPlus",
            "activations.soft_shrink": "SoftShrink",
            "activations.soft_sign": "SoftSign",
            "activations.tanh": "Tanh",
            "activations.tanh_shrink": "TanhShrink",
            "activations.threshold": "Threshold",
            "batch_normalization": "BatchNormalization",
            "channelwise_scaling": "ChannelwiseScaling",
            "dropout": "Dropout",
            "elementwise.abs": "Abs",
            "elementwise.clamp": "Clamp",
            "elementwise.exp": "Exp",
            "elementwise.log": "Log",
            "elementwise.power": "Power",
            "elementwise.sqrt": "Sqrt",
            "elementwise.square": "Square",
            "group_normalization": "GroupNormalization",
            "identity": "Identity",
            "instance_normalization": "InstanceNormalization",
            "layer_normalization": "LayerNormalization",
            "linear": "Linear",
            "lookups": "Embedding EmbeddingBag",
            "noise": "AlphaDropout GaussianNoise",
            "reductions": "Max Maxout Mean Min Sum",
            "residual": "Residual",
            "rms_normalization": "RMSNormalization",
            "scaling": "Add CAdd CMul Mul",
            "similarities": "Bilinear Cosine Euclidean Normalize",
        },
    )
