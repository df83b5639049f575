"""Arguments of schedules, checked as those of optimizers are."""

from __future__ import annotations

import math
import operator
from typing import Any

from ..hyperparameters import Hyperparameter, number_in


class Positive(Hyperparameter[float]):
    """A finite number above 0.

    >>> Positive().check("WarmUp", "start_factor", 0)
    Traceback (most recent call last):
    ...
    ValueError: WarmUp: expected start_factor to be a finite number above 0, received 0
    """

    expected = "a finite number above 0"

    def convert(self, value: Any) -> float:
        number = number_in(value, math.inf)
        if not number:
            raise ValueError
        return number


class Count(Hyperparameter[int]):
    """An integer of at least 1."""

    expected = "an integer of at least 1"

    def convert(self, value: Any) -> int:
        return _integer_from(value, 1)


class OptionalCount(Hyperparameter[int | None]):
    """An integer of at least 1, or None."""

    expected = "an integer of at least 1, or None"

    def convert(self, value: Any) -> int | None:
        return None if value is None else _integer_from(value, 1)


class CountFromZero(Hyperparameter[int]):
    """An integer of at least 0."""

    expected = "an integer of at least 0"

    def convert(self, value: Any) -> int:
        return _integer_from(value, 0)


def _integer_from(value: Any, least: int) -> int:
    if isinstance(value, bool):
        raise TypeError
    integer = operator.index(value)
    if integer < least:
        raise ValueError
    return integer
