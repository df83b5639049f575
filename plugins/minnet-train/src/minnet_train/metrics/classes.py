"""Class indices of targets and outputs."""

from __future__ import annotations

import numpy as np

from minnet_core import Array, ShapeError
from minnet_core.nn import describe


def class_indices(owner: object, outputs: Array, targets: Array) -> Array:
    """Return the right class of each row, given one-hot rows or class indices.

    Raises:
        ShapeError: if the targets do not fit the outputs.

    >>> class_indices("Accuracy", np.zeros((2, 3)), np.array([[0, 0, 1], [1, 0, 0]]))
    array([2, 0])
    """
    if outputs.ndim == 2:
        if targets.shape == outputs.shape:
            indices: Array = targets.argmax(axis=1)
            return indices
        if targets.shape == outputs.shape[:1] and targets.dtype.kind in "iu":
            return targets.astype(np.intp)  # whoever counts multiplies them, which a byte could not hold
    raise ShapeError(
        f"{owner}: expected outputs (rows, classes) with targets of the same shape or class indices (rows,), "
        f"received {describe(outputs)} and {describe(targets)}"
    )
