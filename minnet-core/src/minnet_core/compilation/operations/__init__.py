"""The operations: each defined by the NumPy calls that it stands for, which every other executor must equal."""

from .activations import (
    elu,
    elu_back,
    leaky_relu,
    leaky_relu_back,
    relu,
    relu_back,
    soft_plus,
    soft_plus_back,
)
from .calls import call
from .dropping import draw_keep, drop
from .losses import (
    bce_with_logits,
    kept_nll,
    log_soft_max_kept_nll_back,
    mse,
    nll,
    nll_back,
    weighted_nll,
    weighted_nll_back,
)
from .normalizing import batch_norm, batch_norm_back, layer_norm, layer_norm_back, rms_norm, rms_norm_back
from .products import product
from .rows import add_row, column_dots, column_sums, scale_row, scale_shift_row
from .softmax import log_soft_max, log_soft_max_back, log_soft_max_nll_back, soft_max, soft_max_back

__all__ = [
    "add_row",
    "batch_norm",
    "batch_norm_back",
    "bce_with_logits",
    "call",
    "column_dots",
    "column_sums",
    "draw_keep",
    "drop",
    "elu",
    "elu_back",
    "kept_nll",
    "layer_norm",
    "layer_norm_back",
    "leaky_relu",
    "leaky_relu_back",
    "log_soft_max",
    "log_soft_max_back",
    "log_soft_max_kept_nll_back",
    "log_soft_max_nll_back",
    "mse",
    "nll",
    "nll_back",
    "product",
    "relu",
    "relu_back",
    "rms_norm",
    "rms_norm_back",
    "scale_row",
    "scale_shift_row",
    "soft_max",
    "soft_max_back",
    "soft_plus",
    "soft_plus_back",
    "weighted_nll",
    "weighted_nll_back",
]
