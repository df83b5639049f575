"""The criterions of minnet: losses, each one small file with its gradient written by hand.

Every class follows `minnet_core.Criterion`; ``minnet_core.criterions`` finds them by name through entry points.
"""

from __future__ import annotations

from .class_nll_criterion import ClassNLLCriterion
from .class_nll_criterion_unstable import ClassNLLCriterionUnstable
from .mse_criterion import MSECriterion

__version__ = "0.1.0"

__all__ = ["ClassNLLCriterion", "ClassNLLCriterionUnstable", "MSECriterion"]
