"""Arguments that are one number for all axes of an image, or one for each."""

from __future__ import annotations

import operator
from typing import Any


def integers(owner: str, name: str, value: Any, axes: int, least: int | None = 1) -> tuple[int, ...]:
    """Return an argument, a number or one for each axis, as one for each axis.

    Raises:
        TypeError: if it is neither.
        ValueError: if there are too many or too few numbers, or one is below ``least``, if that is not None.

    >>> integers("MaxPool2d", "kernel_size", 3, 2)
    (3, 3)
    >>> integers("MaxPool2d", "kernel_size", (3, 0), 2)
    Traceback (most recent call last):
    ...
    ValueError: MaxPool2d: expected kernel_size to be an integer of at least 1, or 2 of them, received (3, 0)
    """
    several = f", or {axes} of them" if axes > 1 else ""
    bound = "" if least is None else f" of at least {least}"
    message = f"{owner}: expected {name} to be an integer{bound}{several}, received {value!r}"
    try:
        numbers = tuple(map(operator.index, value)) if isinstance(value, (tuple, list)) else (operator.index(value),)
    except TypeError:
        raise TypeError(message) from None
    if len(numbers) == 1:
        numbers *= axes
    if len(numbers) != axes or (least is not None and min(numbers) < least):
        raise ValueError(message)
    return numbers
