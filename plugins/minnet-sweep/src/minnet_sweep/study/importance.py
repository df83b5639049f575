"""`importances`: how much of what tells good trials from others each parameter decides."""

from __future__ import annotations

from .package import experiments_allowed, optuna
from .study import Study

_FEWEST = 4


def importances(study: Study) -> dict[str, float]:
    """Return the part of each parameter, the largest first, which add up to 1; empty if too few trials have ended.

    It is PED-ANOVA (S. Watanabe, A. Bansal and F. Hutter, 2023), with the best tenth of the trials as the good ones.
    """
    ended = study.complete()
    if len(ended) < _FEWEST or len({trial.value for trial in ended}) < 2:
        return {}
    names = [name for name in ended[0].values if all(name in each.values for each in ended)]
    varied = [name for name in names if len({each.values[name] for each in ended}) > 1]
    if not varied:
        return {}
    with experiments_allowed():
        evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return dict(optuna.importance.get_param_importances(study.optuna, evaluator=evaluator, params=varied))
