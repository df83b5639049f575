"""`ClassScores` and `ValueScores`: how good answers are, taken in a part at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array

from ..data import Moments


class ClassScores:
    """How often which class is taken for which.

    Attributes:
        confusion: (right class, predicted class), how often.

    >>> scores = ClassScores(2)
    >>> scores.update(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([[1, 0], [0, 1]]))
    >>> scores.accuracy, scores.precision.tolist(), scores.recall.tolist()
    (0.5, [0.5, nan], [1.0, 0.0])
    """

    def __init__(self, classes: int) -> None:
        self.confusion = np.zeros((classes, classes), np.int64)

    def update(self, answers: Array, targets: Array) -> None:
        """Take in outputs and targets (rows, classes); the class is that of the largest."""
        np.add.at(self.confusion, (targets.argmax(axis=1), answers.argmax(axis=1)), 1)

    @property
    def accuracy(self) -> float:
        """The fraction of samples whose predicted class is right."""
        return float(self.confusion.trace() / self.confusion.sum())

    @property
    def support(self) -> Array:
        """How many samples each class has."""
        support: Array = self.confusion.sum(axis=1)
        return support

    @property
    def precision(self) -> Array:
        """For each class, the fraction of those taken for it that are of it; nan if there are none."""
        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> Array:
        """For each class, the fraction of its samples that are taken for it; nan if it has none."""
        return _ratio(self.confusion.diagonal(), self.support)

    @property
    def f1(self) -> Array:
        """For each class, the harmonic mean of precision and recall; nan if it is neither there nor predicted."""
        return _ratio(2 * self.confusion.diagonal(), self.confusion.sum(axis=0) + self.support)

    def as_dict(self, names: tuple[int, ...] | tuple[str, ...]) -> dict[str, Any]:
        """Write everything as JSON can hold it; what is undefined is None."""
        each = zip(names, self.precision, self.recall, self.f1, self.support, strict=True)
        return {
            "accuracy": self.accuracy,
            "classes": [
                {
                    "class": name,
                    "precision": _defined(precision),
                    "recall": _defined(recall),
                    "f1": _defined(f1),
                    "support": int(support),
                }
                for name, precision, recall, f1, support in each
            ],
            "confusion": self.confusion.tolist(),
        }


class ValueScores:
    """How far values are from the right ones, each output by itself, in float64.

    >>> scores = ValueScores(1)
    >>> scores.update(np.array([[1.0], [4.0]]), np.array([[1.0], [2.0]]))
    >>> scores.mse.tolist(), scores.mae.tolist(), scores.r2.tolist()
    ([2.0], [1.0], [-7.0])
    """

    def __init__(self, outputs: int) -> None:
        self._rows = 0
        self._squares = np.zeros(outputs)
        self._distances = np.zeros(outputs)
        self._targets = Moments(outputs)

    def update(self, answers: Array, targets: Array) -> None:
        """Take in outputs and targets (rows, outputs)."""
        error = np.asarray(answers, np.float64) - targets
        self._rows += len(error)
        self._squares += (error**2).sum(axis=0)
        self._distances += np.abs(error).sum(axis=0)
        self._targets.update(targets)

    @property
    def mse(self) -> Array:
        """The mean squared error."""
        return self._squares / self._rows

    @property
    def mae(self) -> Array:
        """The mean absolute error."""
        return self._distances / self._rows

    @property
    def r2(self) -> Array:
        """The part of the variance that is explained; nan if the right values are all the same."""
        return 1 - _ratio(self.mse, self._targets.deviation**2)

    def as_dict(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Write everything as JSON can hold it; what is undefined is None."""
        each = zip(names, self.mse, self.mae, self.r2, strict=True)
        return {
            "outputs": [
                {"output": name, "mse": float(mse), "rmse": float(mse) ** 0.5, "mae": float(mae), "r2": _defined(r2)}
                for name, mse, mae, r2 in each
            ]
        }


def _ratio(part: Array, whole: Array) -> Array:
    """Divide; 0 by 0 is nan, and anything by 0 too."""
    result = np.full(len(whole), np.nan)
    np.divide(part, whole, out=result, where=whole != 0)
    return result


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
