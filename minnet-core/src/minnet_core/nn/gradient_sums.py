"""`sum_received`: the gradient of a value that reaches the loss in several ways, or in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from .arrays import Tensor

Received: TypeAlias = tuple[tuple[int, ...], Tensor]
"""What came back to a value: the path of the element that it is of, empty for all of the value, and the gradient."""


def sum_received(value: Tensor, received: Sequence[Received]) -> Tensor:
    """The gradient of a value: the sum of what its elements, or all of it, received.

    None if that is none, as of integers; zeros for a number or an element that nobody takes.
    """
    if len(received) == 1 and not received[0][0]:  # nearly always
        return received[0][1]
    if isinstance(value, tuple):
        return tuple(
            sum_received(
                element,
                [
                    (path[1:], gradient) if path else ((), gradient[index])
                    for path, gradient in received
                    if gradient is not None and (not path or path[0] == index)
                ],
            )
            for index, element in enumerate(value)
        )
    gradients = [gradient for _, gradient in received if gradient is not None]
    if len(gradients) == 1:
        return gradients[0]
    if gradients:
        total = gradients[0] + gradients[1]  # a new array, unlike what came back
        for gradient in gradients[2:]:
            total = np.add(total, gradient, out=total if gradient.dtype == total.dtype else None)
        return total
    is_integer = isinstance(value, np.ndarray) and value.dtype.kind != "f"
    return None if received or is_integer or value is None else np.zeros_like(value)
