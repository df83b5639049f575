"""`Metric`: the protocol that every metric follows, and how outputs are compared with targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from minnet_core import Array, ShapeError, expect_shape
from minnet_core.nn import Component, describe


class Metric(Component):
    """Measures the outputs of a network, given a batch at a time.

    A subclass defines ``reset()``, ``update(outputs, targets)`` and ``compute()``, and lists the attributes that hold
    what it has counted, numbers or arrays, in ``STATE``.

    >>> from minnet_train.metrics import Accuracy
    >>> accuracy = Accuracy()
    >>> accuracy.update(np.array([[0.9, 0.1], [0.3, 0.7]]), np.array([0, 0]))
    >>> accuracy.compute()
    0.5
    """

    TASKS: ClassVar[tuple[str, ...]] = ("classification", "regression")
    """The tasks that it can measure."""

    STATE: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold what it has counted."""

    def __init__(self) -> None:
        self.reset()

    @property
    def name(self) -> str:
        """Its name in reports."""
        return type(self).__name__.lower()

    def reset(self) -> None:
        """Forget all batches; every metric overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define reset()")

    def update(self, outputs: Array, targets: Array) -> None:
        """Count a batch; every metric overrides this.

        Args:
            outputs: of the network, (rows, outputs).
            targets: one-hot rows or class indices (rows,) in a classification; in a regression, values of the same
                shape as the outputs.
        """
        raise NotImplementedError(f"{type(self).__name__} must define update(outputs, targets)")

    def compute(self) -> Any:
        """Return the metric of all batches since `reset`, as a value for JSON; every metric overrides this."""
        raise NotImplementedError(f"{type(self).__name__} must define compute()")

    @property
    def state(self) -> dict[str, Any]:
        """Copies of the attributes in ``STATE``; assigning them resumes from there."""
        return {name: _copied(getattr(self, name)) for name in self.STATE}

    @state.setter
    def state(self, state: Mapping[str, Any]) -> None:
        if state.keys() != set(self.STATE):
            raise ValueError(f"{self!r}: expected a state of {sorted(self.STATE)}, received {sorted(state)}")
        for name, value in state.items():
            setattr(self, name, _copied(value))


class ClassFraction(Metric):
    """The fraction of rows of a classification that are right, which a subclass counts in ``_count_right``."""

    TASKS = ("classification",)
    STATE = ("right", "rows")

    def reset(self) -> None:
        self.right = self.rows = 0

    def update(self, outputs: Array, targets: Array) -> None:
        self.right += self._count_right(outputs, class_indices(self, outputs, targets))
        self.rows += len(outputs)

    def compute(self) -> float:
        return self.right / self.rows if self.rows else float("nan")

    def _count_right(self, outputs: Array, classes: Array) -> int:
        raise NotImplementedError


class MeanOfErrors(Metric):
    """The mean over all outputs of an error, which a subclass sums over a batch in ``_sum``."""

    STATE = ("total", "count")

    def reset(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, outputs: Array, targets: Array) -> None:
        difference = differences(self, outputs, targets)
        self.total += self._sum(difference)
        self.count += difference.size

    def compute(self) -> float:
        return self.total / self.count if self.count else float("nan")

    def _sum(self, difference: Array) -> float:
        raise NotImplementedError


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def class_indices(metric: object, outputs: Array, targets: Array) -> Array:
    """Return the true class of each row, given one-hot rows or class indices.

    Raises:
        ShapeError: if the targets do not fit the outputs.

    >>> class_indices("Accuracy", np.zeros((2, 3)), np.array([[0, 0, 1], [1, 0, 0]]))
    array([2, 0])
    """
    if outputs.ndim == 2:
        if targets.shape == outputs.shape and not (outputs.shape[1] == 1 and (targets != 1).any()):
            indices: Array = targets.argmax(axis=1)
            return indices
        if targets.shape == outputs.shape[:1] and targets.dtype.kind in "iu":
            if targets.size and not 0 <= targets.min() <= targets.max() < outputs.shape[1]:
                raise ValueError(
                    f"{metric}: expected class indices from 0 to {outputs.shape[1] - 1}, one for each output, "
                    f"received {targets.min()} to {targets.max()}"
                )
            return targets.astype(np.intp)  # the confusion matrix multiplies them, which a byte could not hold
    raise ShapeError(
        f"{metric}: expected outputs (rows, classes) with targets of the same shape or class indices (rows,), "
        f"received {describe(outputs)} and {describe(targets)}"
    )


def differences(metric: object, outputs: Array, targets: Array) -> Array:
    """Return outputs minus targets in float64, so that sums over many rows lose no digits.

    Raises:
        ShapeError: if they differ in shape.

    >>> differences("MSE", np.ones((1, 2), np.float32), np.zeros((1, 2), np.float32))
    array([[1., 1.]])
    """
    expect_shape(metric, targets, outputs.shape, "target")
    difference: Array = np.subtract(outputs, targets, dtype=np.float64)
    return difference
