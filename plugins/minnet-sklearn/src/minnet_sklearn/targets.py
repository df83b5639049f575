"""From the targets that scikit-learn passes to those that a network learns, and from its outputs back to answers."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from attrs import field, frozen

from minnet_core import Array
from minnet_train.data import Standardization


class Targets(Protocol):
    """What the targets of an estimator are.

    Attributes:
        outputs: how many a network has.
        head: the names of what comes after its last linear layer.
        criterion: the name of the loss that fits that.
    """

    @property
    def outputs(self) -> int: ...
    @property
    def head(self) -> tuple[str, ...]: ...
    @property
    def criterion(self) -> str: ...

    def encode(self, y: Array, dtype: str) -> Array:
        """Write targets as a network learns them, (rows, outputs)."""
        ...


@frozen(eq=False)
class ClassTargets:
    """One class for each sample.

    Attributes:
        classes: sorted.
    """

    classes: Array
    head = ("minnet-layers:LogSoftMax",)
    criterion = "minnet-criterions:ClassNLLCriterion"

    @property
    def outputs(self) -> int:
        """One for each class."""
        return len(self.classes)

    def labels(self, y: Array) -> Array:
        """Return the index of the class of each sample.

        Raises:
            ValueError: naming the first that is none of the classes.
        """
        labels = np.searchsorted(self.classes, y)
        labels = np.minimum(labels, len(self.classes) - 1)
        unknown = np.flatnonzero(self.classes[labels] != y)
        if unknown.size:
            raise ValueError(f"y: expected one of the classes {self.classes}, received {y[unknown[:1]].tolist()[0]!r}")
        return labels

    def encode(self, y: Array, dtype: str) -> Array:
        """Write 1 for the class of a sample and else 0."""
        targets = np.zeros((len(y), self.outputs), dtype)
        targets[np.arange(len(y)), self.labels(y)] = 1
        return targets


@frozen(eq=False)
class LabelTargets:
    """Several labels, each of which a sample has or has not."""

    outputs: int
    head = ("minnet-layers:Sigmoid",)
    criterion = "minnet-criterions:BCECriterion"

    @property
    def classes(self) -> Array:
        """Scikit-learn numbers the labels."""
        return np.arange(self.outputs)

    def encode(self, y: Array, dtype: str) -> Array:
        """Take indicators as numbers."""
        return np.ascontiguousarray(y, dtype)


def expect_indicators(y: Array) -> Array:
    """Check indicators of labels, (rows, labels).

    Raises:
        ValueError: naming the first that is neither 0 nor 1.

    >>> expect_indicators(np.array([[0, 1], [2, 0]]))
    Traceback (most recent call last):
    ...
    ValueError: y: expected indicators of labels, each 0 or 1, received 2 in row 1
    """
    wrong = np.argwhere((y != 0) & (y != 1))
    if wrong.size:
        row, label = wrong[0].tolist()
        raise ValueError(
            f"y: expected indicators of labels, each 0 or 1, received {y[row, label].item()!r} in row {row}"
        )
    return y


@frozen(eq=False)
class ValueTargets:
    """Numbers.

    Attributes:
        scaling: what a network learns in their place: they are given mean 0 and deviation 1, or left as they are.
        is_flat: whether predictions are (rows,) rather than (rows, outputs).
    """

    scaling: Standardization = field(repr=False)
    is_flat: bool
    head = ()
    criterion = "minnet-criterions:MSECriterion"

    @classmethod
    def of(cls, y: Array, weights: Array | None, *, is_scaled: bool) -> ValueTargets:
        """Learn the scaling of targets (rows,) or (rows, outputs); weights count as repetitions do.

        Raises:
            ValueError: if targets are so large that float64 cannot hold what is computed of them.
        """
        values = _columns(y)
        if weights is not None:  # sums of what is left are then, to the last bit, those without the rest
            values, weights = values[weights > 0], weights[weights > 0]
        if not is_scaled:
            return cls(Standardization.of(np.zeros(values.shape[1]), np.ones(values.shape[1])), y.ndim == 1)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.average(values, axis=0, weights=weights)
            distances = values - mean
        largest = np.abs(distances).max(axis=0)  # of which the squares may be too large, or too small, for float64
        largest[largest == 0] = 1
        if not (np.isfinite(mean) & np.isfinite(largest)).all():
            raise ValueError(
                f"y: expected targets whose mean and distances from it float64 can hold, received some of "
                f"{np.abs(values).max():g}"
            )
        deviation = largest * np.sqrt(np.average((distances / largest) ** 2, axis=0, weights=weights))
        rounding = len(values) * np.finfo(np.float64).eps
        is_constant = deviation <= rounding * np.abs(mean)
        return cls(Standardization.of(mean, np.where(is_constant, 0.0, deviation)), y.ndim == 1)

    @property
    def outputs(self) -> int:
        """One for each target."""
        return self.scaling.width

    def encode(self, y: Array, dtype: str) -> Array:
        """Scale them.

        Raises:
            ValueError: if the dtype cannot hold one.
        """
        values = _columns(y)
        scaled = self.scaling.forward(values)
        for each in (values, scaled):  # predictions are in that dtype, too
            if np.abs(each).max() > np.finfo(dtype).max:
                told = "" if each is values else ", divided by the deviation of the first ones"
                raise ValueError(
                    f"y: expected targets that {dtype} can hold{told}, received one of {np.abs(each).max():g}"
                )
        return np.ascontiguousarray(scaled, dtype)

    def answers(self, outputs: Array) -> Array:
        """Turn outputs into what targets are measured in, in their dtype."""
        values: Array = self.scaling.backward(outputs).astype(outputs.dtype)
        return values[:, 0] if self.is_flat else values


def _columns(y: Any) -> Array:
    values = np.asarray(y, np.float64)
    return values[:, None] if values.ndim == 1 else values
