"""The criterions of minnet: losses, each one small file with its gradient written by hand.

Every class follows `minnet_core.Criterion`; ``minnet_core.criterions`` finds them by name through entry points.
"""

from __future__ import annotations

from .bce_with_logits_criterion import BCEWithLogitsCriterion
from .class_nll_criterion import ClassNLLCriterion
from .class_nll_criterion_unstable import ClassNLLCriterionUnstable
from .cross_entropy_criterion import CrossEntropyCriterion
from .mse_criterion import MSECriterion

__version__ = "0.1.0"

__all__ = [
    "BCEWithLogitsCriterion",
    "ClassNLLCriterion",
    "ClassNLLCriterionUnstable",
    "CrossEntropyCriterion",
    "MSECriterion",
]
