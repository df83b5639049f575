"""The operations that the criterions stand for in a table (`minnet_core.compile`).

Each function adds the rows of ``updateOutput``, and returns the loss and what adds those of ``updateGradInput``.
"""

from __future__ import annotations

from .classification import bce_with_logits_criterion, class_nll_criterion, cross_entropy_criterion
from .regression import (
    abs_criterion,
    huber_criterion,
    mse_criterion,
    poisson_nll_criterion,
    quantile_criterion,
    smooth_l1_criterion,
)

__all__ = [
    "abs_criterion",
    "bce_with_logits_criterion",
    "class_nll_criterion",
    "cross_entropy_criterion",
    "huber_criterion",
    "mse_criterion",
    "poisson_nll_criterion",
    "quantile_criterion",
    "smooth_l1_criterion",
]
