"""`measure`: how good a model is on samples that it does not train on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import frozen

from minnet_core import Array, Criterion, Module

from ..data import Preparation, Samples
from ..metrics import ClassScores, ValueScores

CHUNK = 1024
"""Rows that go through a model at once, so that memory does not grow with their number."""


@frozen(eq=False)
class Measurement:
    """How good a model's answers to samples are.

    Attributes:
        loss: of the criterion, the mean over all samples, or the weighted mean if they have weights.
        scores: of the classes, or of the values of a regression; here all samples count alike.
    """

    loss: float
    scores: ClassScores | ValueScores

    @property
    def accuracy(self) -> float:
        """The fraction of samples whose predicted class is right; nan of a regression."""
        return self.scores.accuracy if isinstance(self.scores, ClassScores) else float("nan")


def outputs(model: Module, inputs: Array) -> Array:
    """Compute the outputs for all inputs in evaluation mode, in which the model stays."""
    model.evaluate()
    chunks = [model.forward(inputs[start : start + CHUNK]) for start in range(0, len(inputs), CHUNK)]
    return np.concatenate(chunks)


def measure(
    model: Module, criterion: Criterion, samples: Samples, preparation: Preparation | None = None
) -> Measurement:
    """Measure a model in evaluation mode, in which it stays.

    Args:
        model: gives the answers.
        criterion: gives the loss, of answers and targets as the model learns them.
        samples: what is asked, and what would be right.
        preparation: of a regression, turns answers and targets into what the raw targets are measured in, in which
            the scores then are.
    """
    model.evaluate()
    scores = ClassScores(len(samples.classes)) if samples.classes else ValueScores(samples.outputs)
    total = weight = 0.0
    start = 0
    for inputs, targets in samples.chunks(CHUNK):
        answers = model.forward(inputs)
        weights = None if samples.weights is None else samples.weights[start : start + len(inputs)]
        total += _total_loss(criterion, answers, targets, weights)
        weight += len(inputs) if weights is None else float(weights.sum())
        if preparation is not None and not samples.classes:
            answers, targets = preparation.answers(answers), preparation.answers(targets)
        scores.update(answers, targets)
        start += len(inputs)
    return Measurement(total / weight if weight else float("nan"), scores)


def _total_loss(criterion: Criterion, answers: Array, targets: Array, weights: Array | None) -> float:
    """The sum over the rows; a criterion gives the mean, in which all count alike."""
    if weights is None:
        return float(criterion.forward(answers, targets)) * len(answers)
    rows = range(len(answers))
    losses = [float(criterion.forward(answers[row : row + 1], targets[row : row + 1])) for row in rows]
    return float(np.dot(weights, losses))


def as_probabilities(answers: Array) -> Array | None:
    """Return outputs (rows, classes) as probabilities, or None if they are neither these nor their logarithms.

    >>> import numpy as np
    >>> as_probabilities(np.log([[0.25, 0.75]]))
    array([[0.25, 0.75]])
    """
    turn = to_probabilities(answers)
    return None if turn is None else turn(answers)


def to_probabilities(answers: Array) -> Callable[[Array], Array] | None:
    """Find what turns outputs (rows, classes) into probabilities: nothing, or exp; None if they are neither.

    Rows with nan in them, in which the model has overflowed, tell nothing.
    """
    answers = answers[~np.isnan(answers).any(axis=1)]
    is_logarithm = bool((answers <= 0).all())
    probabilities = np.exp(answers) if is_logarithm else answers
    if not (len(answers) and (probabilities >= 0).all() and np.allclose(probabilities.sum(axis=1), 1, atol=1e-3)):
        return None
    return np.exp if is_logarithm else np.asarray
