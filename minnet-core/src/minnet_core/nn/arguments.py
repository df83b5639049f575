"""What constructors expect of numbers: integers, positive ones, fractions; and what they say of others."""

from __future__ import annotations

import math
import operator
from typing import SupportsIndex


def integer(owner: object, name: str, value: SupportsIndex, *, least: int | None = None) -> int:
    """Return a constructor argument as an int.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is below ``least``.

    >>> integer("Narrow", "axis", 0.5)
    Traceback (most recent call last):
    ...
    TypeError: Narrow: expected axis to be an integer, received 0.5
    """
    if type(value) is int and (least is None or value >= least):  # nearly always, and there is no message to write
        return value
    what = "an integer" if least is None else "a positive integer" if least == 1 else f"an integer of at least {least}"
    message = f"{owner}: expected {name} to be {what}, received {value!r}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(message) from None
    if least is not None and number < least:
        raise ValueError(message)
    return number


def positive_int(owner: object, name: str, value: SupportsIndex) -> int:
    """Return a constructor argument as an int of 1 or more.

    Raises:
        TypeError: if it is no integer.
        ValueError: if it is below 1.

    >>> positive_int("Linear", "n_in", 0)
    Traceback (most recent call last):
    ...
    ValueError: Linear: expected n_in to be a positive integer, received 0
    """
    return integer(owner, name, value, least=1)


def finite_float(owner: object, name: str, value: float) -> float:
    """Return a constructor argument as a finite float.

    Raises:
        ValueError: if it is infinite or nan.

    >>> finite_float("MarginCriterion", "margin", float("inf"))
    Traceback (most recent call last):
    ...
    ValueError: MarginCriterion: expected a finite margin, received inf
    """
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{owner}: expected a finite {name}, received {value!r}")
    return number


def positive_float(owner: object, name: str, value: float, *, or_zero: bool = False) -> float:
    """Return a constructor argument as a finite float above 0, or not below.

    Raises:
        ValueError: if it is none.

    >>> positive_float("LayerNormalization", "eps", 0)
    Traceback (most recent call last):
    ...
    ValueError: LayerNormalization: expected eps to be finite and above 0, received 0
    """
    number = float(value)
    if not (math.isfinite(number) and (number > 0 or (or_zero and number == 0))):
        least = "0 or more" if or_zero else "above 0"
        raise ValueError(f"{owner}: expected {name} to be finite and {least}, received {value!r}")
    return number


def fraction(owner: object, name: str, value: float) -> float:
    """Return a constructor argument as a float from 0 to 1.

    Raises:
        ValueError: if it is outside.

    >>> fraction("Dropout", "p", 1.5)
    Traceback (most recent call last):
    ...
    ValueError: Dropout: expected p from 0 to 1, received 1.5
    """
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{owner}: expected {name} from 0 to 1, received {value!r}")
    return number
