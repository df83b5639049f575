"""`model_card`: how the model of a run came about, as it is now."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import define, field

from minnet_core.discovery import scan
from minnet_core.support import blas, processor

from ..data import Samples
from ..experiment import ModelCard, components_of
from ..metrics import Calibration, as_probabilities
from ..training import EpochReport, Trainer, training_plugins

if TYPE_CHECKING:
    from .run import Run

MOST = 16_384
"""Rows that the calibration is measured on, so that saving a model takes no longer with more of them."""

_TIMES = ("seconds", "samples_per_second")


@define(eq=False)
class BestEpoch:
    """Knows the best epoch of a history, and looks at each report once, however often it is asked."""

    name: str
    mode: str
    _history: list[EpochReport] | None = field(default=None, init=False)
    _count: int = field(default=0, init=False)
    _report: EpochReport | None = field(default=None, init=False)
    _value: float = field(default=math.inf, init=False)

    def of(self, history: list[EpochReport]) -> EpochReport | None:
        """Return the best; None if there is no epoch, or none with a number."""
        if history is not self._history or len(history) < self._count:
            self._history, self._count, self._report, self._value = history, 0, None, math.inf
        for report in history[self._count :]:
            value = report.as_dict().get(self.name, report.loss)
            signed = value if self.mode == "min" else -value
            if not math.isnan(value) and (self._report is None or signed < self._value):
                self._report, self._value = report, signed
        self._count = len(history)
        return self._report


def model_card(run: Run) -> ModelCard:
    """Describe the model of a run as it is now; nothing of the run is changed."""
    trainer, experiment = run.trainer, run.experiment
    history = trainer.history
    components = components_of(experiment)
    return ModelCard(
        parts={
            "training": len(run.training),
            "validation": 0 if run.validation is None else len(run.validation),
            "test": len(run.test),
        },
        parameters=sum(array.size for array in run.model.namedParameters().values()),
        epoch=_numbers(_of_weights(trainer)) if history else None,
        best=_numbers(run.best.of(history)),
        last=_numbers(history[-1]) if history else None,
        judged_by=experiment.judged_by[0],
        measured_on="test" if run.validation is None else "validation",
        calibration=_calibration(trainer, run.measured) if history else None,
        python=platform.python_version(),
        system=platform.system(),
        processor=processor(),
        blas=blas(),
        threads=trainer.threads.count,
        executor=trainer.executor,
        versions=_versions(components),
        components=components,
        sources={file.name: file.sha256 for file in run.sources},
        plugins=training_plugins(),
    )


def _of_weights(trainer: Trainer) -> EpochReport:
    """Find the epoch that the weights are of: the last, unless those of the best were restored."""
    stopping, report = trainer.early_stopping, trainer.history[-1]
    if stopping is not None and stopping.model is not None and stopping.best_epoch != report.epoch:
        kept: Mapping[str, Any] = stopping.model["parameters"]
        now = trainer.model.namedParameters()
        if all(np.array_equal(array, kept[name]) for name, array in now.items()):
            return trainer.history[stopping.best_epoch - 1]
    return report


def _numbers(report: EpochReport | None) -> dict[str, Any] | None:
    """Take the numbers of a report that are no times, and that JSON can hold."""
    if report is None:
        return None
    found = {}
    for name, value in report.as_dict().items():
        if name not in _TIMES and isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = value if math.isfinite(value) else None
    return found


def _calibration(trainer: Trainer, samples: Samples) -> dict[str, Any] | None:
    """Measure the probabilities of a copy of the model, if it is a classifier that gives some."""
    if not samples.classes:
        return None
    model = trainer.model.clone()
    model.evaluate()
    rows = np.arange(len(samples))
    if len(rows) > MOST:
        rows = np.linspace(0, len(rows) - 1, MOST).astype(np.int64)
    outputs, labels = [], []
    for start in range(0, len(rows), 1024):
        inputs, targets = samples.batch(rows[start : start + 1024])
        outputs.append(model.forward(inputs))
        labels.append(targets.argmax(axis=1))
    found = np.concatenate(outputs)
    probabilities = None if np.isnan(found).any() else as_probabilities(found)
    if probabilities is None:
        return None
    measured = Calibration.of(probabilities, np.concatenate(labels))
    return {"error": measured.error, "brier": measured.brier, "samples": measured.samples}


def _versions(components: Iterable[str]) -> dict[str, str]:
    """Those of NumPy and of the distributions that the model is made of; others make no difference to it."""
    used = {"minnet-core", "minnet-train", *(name.partition(":")[0] for name in components)}
    found = {name: each.version for name, each in scan().distributions.items() if name in used}
    return {name: version for name, version in sorted({**found, "numpy": np.__version__}.items()) if version}
