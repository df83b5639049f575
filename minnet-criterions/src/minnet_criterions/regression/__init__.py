"""Losses of numbers that are to be near others: errors of any shape, and likelihoods of counts and measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minnet_core.support import lazy_exports

if TYPE_CHECKING:
    from .abs_criterion import AbsCriterion as AbsCriterion
    from .gaussian_nll_criterion import GaussianNLLCriterion as GaussianNLLCriterion
    from .huber_criterion import HuberCriterion as HuberCriterion
    from .log_cosh_criterion import LogCoshCriterion as LogCoshCriterion
    from .mse_criterion import MSECriterion as MSECriterion
    from .poisson_nll_criterion import PoissonNLLCriterion as PoissonNLLCriterion
    from .quantile_criterion import QuantileCriterion as QuantileCriterion
    from .smooth_l1_criterion import SmoothL1Criterion as SmoothL1Criterion
    from .weighted_mse_criterion import WeightedMSECriterion as WeightedMSECriterion
else:
    __all__, __getattr__, __dir__ = lazy_exports(
        __name__,
        {
            "abs_criterion": "AbsCriterion",
            "gaussian_nll_criterion": "GaussianNLLCriterion",
            "huber_criterion": "HuberCriterion",
            "log_cosh_criterion": "LogCoshCriterion",
            "mse_criterion": "MSECriterion",
            "poisson_nll_criterion": "PoissonNLLCriterion",
            "quantile_criterion": "QuantileCriterion",
            "smooth_l1_criterion": "SmoothL1Criterion",
            "weighted_mse_criterion": "WeightedMSECriterion",
        },
    )
