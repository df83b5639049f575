"""`measure`: how good a model is on samples that it does not train on."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen

from minnet_core import Array, Criterion, Module

from .samples import Samples

CHUNK = 1024
"""Rows that go through a model at once, so that memory does not grow with their number."""


@frozen(eq=False)
class Measurement:
    """A model's answers to samples.

    Attributes:
        loss: of the criterion, the mean over all samples.
        predicted: (rows,), the index of the class of the largest output.
        actual: (rows,), the index of the right class.
    """

    loss: float
    predicted: Array = field(repr=False)
    actual: Array = field(repr=False)

    @property
    def accuracy(self) -> float:
        """The fraction of samples whose predicted class is right."""
        return float(np.mean(self.predicted == self.actual))


def outputs(model: Module, inputs: Array) -> Array:
    """Compute the outputs for all inputs in evaluation mode, in which the model stays."""
    model.evaluate()
    chunks = [model.forward(inputs[start : start + CHUNK]) for start in range(0, len(inputs), CHUNK)]
    return np.concatenate(chunks)


def measure(model: Module, criterion: Criterion, samples: Samples) -> Measurement:
    """Measure a model in evaluation mode, in which it stays."""
    answers = outputs(model, samples.inputs)
    total = 0.0
    for start in range(0, len(samples), CHUNK):
        chunk = slice(start, start + CHUNK)
        total += float(criterion.forward(answers[chunk], samples.targets[chunk])) * len(answers[chunk])
    return Measurement(total / len(samples), answers.argmax(axis=1), samples.targets.argmax(axis=1))


def as_probabilities(answers: Array) -> Array | None:
    """Return outputs (rows, classes) as probabilities, or None if they are neither these nor their logarithms.

    >>> import numpy as np
    >>> as_probabilities(np.log([[0.25, 0.75]]))
    array([[0.25, 0.75]])
    """
    if (answers <= 0).all():
        answers = np.exp(answers)
    is_distribution = (answers >= 0).all() and np.allclose(answers.sum(axis=1), 1, atol=1e-3)
    return answers if is_distribution else None
