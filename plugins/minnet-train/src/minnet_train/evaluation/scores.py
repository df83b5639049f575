"""`Scores`: every number that says how good a model is, beside a baseline and an interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from minnet_core import Array, Criterion, Module

from ..data import Preparation, Samples
from ..metrics import (
    F1,
    MAE,
    MSE,
    PRAUC,
    R2,
    ROCAUC,
    Accuracy,
    BalancedAccuracy,
    CalibrationError,
    ConfusionMatrix,
    Metric,
    NotProbabilitiesError,
    PerOutput,
    TopK,
    in_raw_units,
    precision_recall_f1_support,
)
from ..training import Measurement, measure
from .baseline import baseline
from .intervals import CriterionLoss, percentiles, resampled, wilson
from .select_split import EvaluatedData

Interval = tuple[float, float] | None

_MOST_CLASSES = 100
_MOST_OUTPUTS = 8
"""Of more classes and outputs than this, each by itself has no interval: so many numbers would take too long."""


@frozen(eq=False)
class Scores:
    """Every number that says how good a model is.

    Attributes:
        model: the loss and the metrics of the model.
        baseline: those of a model that has looked at no feature.
        intervals: name of a number -> where it is with a confidence of 95 %, None if that cannot be said.
        parts: the same for numbers of each class, ``precision``, ``recall`` and ``f1``, and of each output, ``mse``,
            ``rmse``, ``mae`` and ``r2``: a list.
    """

    model: Measurement
    baseline: Measurement
    intervals: dict[str, Interval]
    parts: dict[str, list[Interval]]

    @classmethod
    def of(
        cls,
        model: Module,
        criterion: Criterion,
        evaluated: EvaluatedData,
        preparation: Preparation,
        metrics: Sequence[Metric],
    ) -> Scores:
        """Measure a model, and what it is compared with.

        The interval of a fraction of samples is Wilson's, that of another number is between percentiles of bootstrap
        samples.

        Args:
            model: in evaluation mode.
            criterion: the loss.
            evaluated: the samples.
            preparation: of the data of the model.
            metrics: to compute, besides those of each class or output.
        """
        samples, usual = evaluated.samples, usual_metrics(evaluated.samples)
        measured = _merged(usual, metrics)
        try:
            own = measure(model, criterion, samples, preparation, measured)
        except NotProbabilitiesError:  # of which no metric needs any is left, unless it was asked for
            measured = _merged([metric for metric in usual if not hasattr(metric, "from_logits")], metrics)
            own = measure(model, criterion, samples, preparation, measured)
        reference = baseline(model, criterion, samples, evaluated.typical, preparation=preparation, metrics=measured)
        return cls(own, reference, *_intervals(own, model, criterion, samples, in_raw_units(measured, preparation)))


def usual_metrics(samples: Samples) -> list[Metric]:
    """Make the metrics that everybody wants to know, those of each class or output among them."""
    if not samples.classes:
        return [PerOutput(metric, samples.outputs) for metric in (MSE, MAE, R2)]
    areas: list[Metric] = [ROCAUC(), PRAUC()] if len(samples.classes) == 2 else [ROCAUC()]
    return [Accuracy(), BalancedAccuracy(), F1("macro"), *areas, CalibrationError(), ConfusionMatrix()]


def _merged(usual: Sequence[Metric], metrics: Sequence[Metric]) -> list[Metric]:
    """Put metrics together; of those that have one name, the second is taken."""
    return list({metric.name: metric for metric in (*usual, *metrics)}.values())


def _intervals(
    own: Measurement, model: Module, criterion: Criterion, samples: Samples, metrics: Sequence[Metric]
) -> tuple[dict[str, Interval], dict[str, list[Interval]]]:
    count, few = len(samples), max(len(samples.classes), 1) <= _MOST_CLASSES
    intervals: dict[str, Interval] = {"loss": None}
    drawn_from: list[Metric] = [] if samples.weights is not None else [CriterionLoss(criterion)]
    for metric in metrics:
        value = own.metrics[metric.name]
        if isinstance(metric, (Accuracy, TopK)):
            intervals[metric.name] = wilson(value * count, count)
        elif isinstance(metric, ConfusionMatrix):
            drawn_from += [metric] if few else []
        elif isinstance(value, float) or (metric.name in _PER_OUTPUT and samples.outputs <= _MOST_OUTPUTS):
            drawn_from.append(metric)
    drawn = resampled(model, samples, drawn_from)
    values = {**own.metrics, "loss": own.loss}
    found = {name: list(percentiles(values[name], drawn[name], count)) for name in drawn if name != "confusion_matrix"}
    intervals |= {name: each[0] for name, each in found.items() if name not in _PER_OUTPUT}
    parts = _of_classes(own, drawn, count) if samples.classes else _of_outputs(found, samples.outputs)
    return intervals, parts


_PER_OUTPUT = ("mse_per_output", "mae_per_output", "r2_per_output")


def _of_classes(own: Measurement, drawn: dict[str, Array], count: int) -> dict[str, list[Interval]]:
    confusion = np.asarray(own.metrics["confusion_matrix"])
    right = confusion.diagonal()
    f1: list[Interval] = [None] * len(confusion)
    if (counts := drawn.get("confusion_matrix")) is not None:
        each = np.array([precision_recall_f1_support(matrix)[2] for matrix in counts])
        f1 = list(percentiles(precision_recall_f1_support(confusion)[2], each, count))
    return {
        "precision": [wilson(*pair) if pair[1] else None for pair in zip(right, confusion.sum(axis=0), strict=True)],
        "recall": [wilson(*pair) if pair[1] else None for pair in zip(right, confusion.sum(axis=1), strict=True)],
        "f1": f1,
    }


def _of_outputs(found: dict[str, list[Interval]], outputs: int) -> dict[str, list[Interval]]:
    mse, mae, r2 = (found.get(name, [None] * outputs) for name in _PER_OUTPUT)
    rmse = [each and (max(each[0], 0.0) ** 0.5, max(each[1], 0.0) ** 0.5) for each in mse]
    return {"mse": mse, "rmse": rmse, "mae": mae, "r2": r2}
