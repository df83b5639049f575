"""Validators of the values of an experiment, which say what they expected."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from attrs import Attribute


class ValueOutOfRangeError(ValueError):
    """A value has the right type, but is not one that the key takes.

    Attributes:
        key: the name of the attribute.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def expect(expected: str, accepts: Callable[[Any], bool]) -> Callable[[Any, Attribute[Any], Any], None]:
    """Make a validator that says what it expected."""

    def validate(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not accepts(value):
            raise ValueOutOfRangeError(attribute.name, f"expected {expected}, received {value!r}")

    return validate


def at_least(least: int) -> Callable[[Any, Attribute[Any], Any], None]:
    """Make a validator of integers."""
    return expect(f"an integer of at least {least}", lambda value: isinstance(value, int) and value >= least)


not_empty = expect("a text that is not empty", bool)

positive_or_none = expect("a positive finite number", lambda value: value is None or 0 < value < math.inf)
