"""`baseline`: what a model is compared with, one that has looked at no feature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minnet_core import Array, Criterion, Module

from ..data import Samples
from ..metrics import NotProbabilitiesError, class_probabilities
from ..training import Measurement, measure


class Constant(Module):
    """Answers the same, whatever its input.

    Args:
        outputs: (outputs,), of every row.
    """

    def __init__(self, outputs: Array) -> None:
        super().__init__()
        self.outputs = outputs

    def updateOutput(self, input: Array) -> Array:
        self.output = np.tile(self.outputs, (len(input), 1))
        return self.output


def baseline(model: Module, criterion: Criterion, samples: Samples, typical: Array, **options: Any) -> Measurement:
    """Measure the best that can be done without looking at any feature.

    In a classification, that answers how often each class is, and so predicts the commonest one; in a regression, the
    mean. scikit-learn: ``DummyClassifier(strategy="prior")`` and ``DummyRegressor()``.

    Args:
        model: what the answers must look like: probabilities, their logarithms, or scores.
        criterion: the loss; of scores it decides whether they are logits or probabilities.
        samples: to measure on.
        typical: how often each class is, or the mean of each target as the model learns it.
        options: of `measure`.
    """
    plain = typical.astype(np.float32)
    candidates = [plain]
    if samples.classes:
        logarithms = np.log(np.maximum(plain, np.finfo(np.float32).tiny))
        outputs = model.forward(samples.batch(np.arange(min(len(samples), 1024)))[0])
        try:
            class_probabilities("baseline", outputs)
            candidates = [logarithms if (outputs <= 0).all() else plain]
        except NotProbabilitiesError:
            candidates = [logarithms, plain]
    measured = [measure(Constant(answer), criterion, samples, **options) for answer in candidates]
    return min(measured, key=lambda each: math.inf if math.isnan(each.loss) else each.loss)
