"""`pruner_of`: Optuna's pruner of a sweep."""

from __future__ import annotations

from ..configuration import Pruning
from .package import optuna


def pruner_of(pruning: Pruning, most_epochs: int) -> optuna.pruners.BasePruner:
    """Make the pruner that a sweep names.

    Args:
        pruning: which, and its options.
        most_epochs: of a trial, over all its seeds.
    """
    if pruning.kind == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=pruning.startup, n_warmup_steps=pruning.warmup)
    if pruning.kind == "halving":
        return optuna.pruners.SuccessiveHalvingPruner(
            min_resource=pruning.warmup, reduction_factor=pruning.factor, min_early_stopping_rate=0
        )
    if pruning.kind == "hyperband":
        return optuna.pruners.HyperbandPruner(
            min_resource=pruning.warmup, max_resource=max(most_epochs, pruning.warmup), reduction_factor=pruning.factor
        )
    return optuna.pruners.NopPruner()
