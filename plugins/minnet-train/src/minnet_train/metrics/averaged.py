"""`Averaged`: what is said of each class, and then averaged."""

from __future__ import annotations

import numpy as np

from minnet_core import Array

from .confusion_matrix import ConfusionCounts

AVERAGES = ("binary", "macro", "weighted", "micro")


class Averaged(ConfusionCounts):
    """A fraction for each class, whose parts a subclass says in ``_parts``, averaged over the classes.

    A fraction of nothing is 0, and a class that is neither a target nor a prediction is left out, as in scikit-learn.

    Args:
        average: ``binary`` for that of the class ``pos_label`` alone, of two; ``macro`` for the mean of the classes;
            ``weighted`` for the mean weighted by the samples of each class; ``micro`` for one of all samples.
        pos_label: the index of the class that ``binary`` is about.
    """

    def __init__(self, average: str = "binary", pos_label: int = 1) -> None:
        if average not in AVERAGES:
            raise ValueError(
                f"{type(self).__name__}: expected average to be one of {', '.join(AVERAGES)}, received {average!r}"
            )
        if pos_label not in (0, 1) or isinstance(pos_label, bool):
            raise ValueError(
                f"{type(self).__name__}: expected pos_label to be the index of a class, 0 or 1, received {pos_label!r}"
            )
        self.average, self.pos_label = average, pos_label
        super().__init__()

    @property
    def name(self) -> str:
        own = type(self).__name__.lower()
        return own if self.average == "binary" else f"{own}_{self.average}"

    def update(self, outputs: Array, targets: Array) -> None:
        if self.average == "binary" and outputs.ndim == 2 and outputs.shape[1] != 2:
            raise ValueError(
                f"{type(self).__name__}: expected two classes for average = 'binary', received {outputs.shape[1]}; "
                "average = 'macro' is the mean of all classes"
            )
        super().update(outputs, targets)

    def compute(self) -> float:
        if not self.counts.any():
            return float("nan")
        right, predicted, support = self.counts.diagonal(), self.counts.sum(axis=0), self.counts.sum(axis=1)
        part, whole = self._parts(right, predicted, support)
        if self.average == "micro":
            return float(part.sum() / whole.sum())
        fractions = part / np.maximum(whole, 1)
        if self.average == "binary":
            return float(fractions[self.pos_label])
        weights = support if self.average == "weighted" else predicted + support > 0
        return float(np.average(fractions, weights=weights))

    def _parts(self, right: Array, predicted: Array, support: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.average}"
