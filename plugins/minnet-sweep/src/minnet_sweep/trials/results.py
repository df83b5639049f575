"""`result_of`: the number by which a training is compared with others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from minnet_train import Experiment

from ..errors import SweepError


class NoMetricError(SweepError):
    """A report has no number by the name of the metric."""


def result_of(reports: Sequence[Mapping[str, Any]], experiment: Experiment, metric: str) -> float:
    """Return the metric of the model that a training has arrived at: that of the last epoch, or of the one kept.

    An experiment with early stopping that restores the best epoch ends with the model of that one.

    Args:
        reports: of the epochs so far, at least one.
        experiment: that is trained.
        metric: a number of every report.

    Raises:
        NoMetricError: if a report has no such number.
    """
    kept, rule = reports[-1], experiment.early_stopping
    if rule is not None and rule.restore_best:
        sign, best = (1 if rule.mode == "min" else -1), math.inf
        for report in reports:
            value = sign * _number(report, rule.metric)
            if value < best - (rule.min_delta if best < math.inf else 0):
                best, kept = value, report
    return _number(kept, metric)


def _number(report: Mapping[str, Any], name: str) -> float:
    value = report.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        known = ", ".join(key for key, each in report.items() if isinstance(each, (int, float)))
        raise NoMetricError(f"metric: expected a number of every report, one of {known}; received {name!r}")
    return float(value)
