"""The operations: each defined by the NumPy calls that it stands for, which every other executor must equal."""

from .activations import (
    elu,
    elu_back,
    leaky_relu,
    leaky_relu_back,
    negative_part,
    prelu,
    prelu_back,
    relu,
    relu_back,
    soft_plus,
    soft_plus_back,
)
from .calls import call
from .convolutions import convolution, convolution_back, convolution_weights
from .dropping import draw_keep, drop
from .images import (
    average_pool,
    average_pool_back,
    batch_first,
    batch_last,
    channel_sums,
    max_pool,
    max_pool_back,
)
from .losses import mse, nll, nll_back, weighted_nll, weighted_nll_back
from .normalizing import batch_norm, batch_norm_back
from .products import product
from .rows import add, add_row, column_dots, column_sums, multiply, scale_row, scale_shift_row
from .sigmoids import gelu, gelu_with_slope, sigmoid, sigmoid_back, silu_back, tanh, tanh_back
from .softmax import log_soft_max, log_soft_max_back, log_soft_max_nll_back, soft_max, soft_max_back

__all__ = [
    "add",
    "add_row",
    "average_pool",
    "average_pool_back",
    "batch_first",
    "batch_last",
    "batch_norm",
    "batch_norm_back",
    "call",
    "channel_sums",
    "column_dots",
    "column_sums",
    "convolution",
    "convolution_back",
    "convolution_weights",
    "draw_keep",
    "drop",
    "elu",
    "elu_back",
    "gelu",
    "gelu_with_slope",
    "leaky_relu",
    "leaky_relu_back",
    "log_soft_max",
    "log_soft_max_back",
    "log_soft_max_nll_back",
    "max_pool",
    "max_pool_back",
    "mse",
    "multiply",
    "negative_part",
    "nll",
    "nll_back",
    "prelu",
    "prelu_back",
    "product",
    "relu",
    "relu_back",
    "scale_row",
    "scale_shift_row",
    "sigmoid",
    "sigmoid_back",
    "silu_back",
    "soft_max",
    "soft_max_back",
    "soft_plus",
    "soft_plus_back",
    "tanh",
    "tanh_back",
    "weighted_nll",
    "weighted_nll_back",
]
