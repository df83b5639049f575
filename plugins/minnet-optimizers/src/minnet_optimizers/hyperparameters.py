"""Hyperparameters: attributes that are checked and converted whenever they are set."""

from __future__ import annotations

import math
from operator import index
from typing import Any, ClassVar, Generic, Self, SupportsFloat, TypeVar, overload

T = TypeVar("T")


class Hyperparameter(Generic[T]):
    """An attribute that takes only what ``convert`` accepts, in the constructor and in each assignment after it.

    Values are kept as Python floats: a NumPy scalar, such as a schedule computes, would promote float32 arrays.
    """

    expected: ClassVar[str]

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, optimizer: None, owner: type) -> Self: ...

    @overload
    def __get__(self, optimizer: object, owner: type) -> T: ...

    def __get__(self, optimizer: object | None, owner: type) -> Self | T:
        if optimizer is None:
            return self
        try:
            value: T = vars(optimizer)[self.name]
        except KeyError:
            raise AttributeError(f"{owner.__name__} has no {self.name} yet") from None
        return value

    def __set__(self, optimizer: object, value: Any) -> None:
        vars(optimizer)[self.name] = self.check(type(optimizer).__name__, self.name, value)

    def check(self, owner: str, name: str, value: Any) -> T:
        """Convert a value.

        Raises:
            TypeError, ValueError: if it is not what was ``expected``, naming ``owner`` and ``name``.
        """
        try:
            return self.convert(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{owner}: expected {name} to be {self.expected}, received {value!r}") from None

    def convert(self, value: Any) -> T:
        """Return the value in the type to keep, or raise TypeError or ValueError."""
        raise NotImplementedError


class NonNegative(Hyperparameter[float]):
    """A finite number, 0 or more.

    >>> NonNegative().check("SGD", "lr", -1)
    Traceback (most recent call last):
    ...
    ValueError: SGD: expected lr to be a finite number of 0 or more, received -1
    """

    expected = "a finite number of 0 or more"

    def convert(self, value: Any) -> float:
        return number_in(value, math.inf)


class Fraction(Hyperparameter[float]):
    """A number from 0 to below 1, such as the decay of a moving average."""

    expected = "a number in [0, 1)"

    def convert(self, value: Any) -> float:
        return number_in(value, 1.0)


class FractionPair(Hyperparameter[tuple[float, float]]):
    """Two numbers from 0 to below 1; a list of two becomes a tuple.

    >>> FractionPair().convert([0.9, 0.999])
    (0.9, 0.999)
    """

    expected = "two numbers in [0, 1)"

    def convert(self, value: Any) -> tuple[float, float]:
        first, second = value
        return number_in(first, 1.0), number_in(second, 1.0)


class Interval(Hyperparameter[tuple[float, float]]):
    """Two finite numbers of 0 or more, of which the second is not smaller."""

    expected = "two finite numbers of 0 or more, the smaller first"

    def convert(self, value: Any) -> tuple[float, float]:
        first, second = (number_in(each, math.inf) for each in value)
        if first > second:
            raise ValueError
        return first, second


class ShrinkAndGrow(Hyperparameter[tuple[float, float]]):
    """Two factors: one between 0 and 1, and a finite one above 1."""

    expected = "two numbers, one between 0 and 1 and one above 1"

    def convert(self, value: Any) -> tuple[float, float]:
        shrink, grow = (number_in(each, math.inf) for each in value)
        if not 0 < shrink < 1 < grow:
            raise ValueError
        return shrink, grow


class Count(Hyperparameter[int]):
    """A whole number of 1 or more."""

    expected = "a whole number of 1 or more"

    def convert(self, value: Any) -> int:
        number = index(value)
        if number < 1 or isinstance(value, bool):
            raise ValueError
        return number


class LineSearch(Hyperparameter[str | None]):
    """The name of a line search, or None."""

    expected = "'strong_wolfe' or None"

    def convert(self, value: Any) -> str | None:
        if value not in ("strong_wolfe", None):
            raise ValueError
        return None if value is None else str(value)


def number_in(value: Any, end: float) -> float:
    """Return a number from 0 to below ``end``; text is refused, although ``float`` would parse it."""
    # A schedule sets a float in every step, and to ask what a protocol is takes longer than the rest.
    if type(value) is not float and not isinstance(value, SupportsFloat):
        raise TypeError
    number = float(value)
    if not 0 <= number < end:  # false for nan
        raise ValueError
    return number
