"""What a column of dates or times becomes: operators of float64, and the same in NumPy, which they are held against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen, validators

from minnet_core import Array

from .graph import OnnxGraph, Output

DAY = 86_400.0
"""Seconds of a day."""

YEAR = 365.2425
"""Days of a year, on average."""

_CYCLES = ("year", "week", "day")


@frozen
class Calendar:
    """A column of dates or times, as a model file of minnet-train has it.

    It becomes the time itself, in years since 1970 or in days, and the sine and cosine of its place in each cycle.

    Attributes:
        kind: ``date``, with a time of day or without, or ``time``, that of a day.
        cycles: ``year``, ``week`` and ``day``, those in which places differ.
    """

    kind: str = field(validator=validators.in_(("date", "time")))
    cycles: tuple[str, ...] = field(
        converter=tuple, default=(), validator=validators.deep_iterable(validators.in_(_CYCLES))
    )

    @property
    def width(self) -> int:
        """How many inputs of a network it makes."""
        return 1 + 2 * len(self.cycles)

    @property
    def unit(self) -> float:
        """The seconds that count as 1."""
        return YEAR * DAY if self.kind == "date" else DAY

    def write(self, graph: OnnxGraph, seconds: Output) -> Output:
        """Put the operators down that turn seconds (batch, 1), float64, into inputs (batch, width).

        ``Sin`` serves for the cosine too, which not every program has in float64.
        """
        parts = [graph.op("Div", seconds, _wide(graph, self.unit))]
        for name in self.cycles:
            angle = graph.op("Mul", PLACES[name](graph, seconds), _wide(graph, 2 * np.pi))
            parts += [graph.op("Sin", angle), graph.op("Sin", graph.op("Add", angle, _wide(graph, np.pi / 2)))]
        return graph.op("Concat", *parts, axis=1)

    def expand(self, seconds: Array) -> Array:
        """Do the same to an array (rows, 1), by what NumPy knows of dates; nan stays nan.

        >>> Calendar("date", ("week",)).expand(np.array([[4 * 86400.0]])).round(3).tolist()  # a Monday
        [[0.011, 0.0, 1.0]]
        """
        known = np.where(np.isnan(seconds), 0.0, seconds)
        days = np.floor(known / DAY).astype("datetime64[D]")
        years = days.astype("datetime64[Y]")
        first, last = years.astype("datetime64[D]"), (years + 1).astype("datetime64[D]")
        places = {
            "year": (days - first) / (last - first),
            "week": (days.astype(np.int64) + 3) % 7 / 7,  # 1970 began with a Thursday, a week with a Monday
            "day": known % DAY / DAY,
        }
        parts = [known / self.unit]
        for name in self.cycles:
            parts += [np.sin(2 * np.pi * places[name]), np.cos(2 * np.pi * places[name])]
        return np.where(np.isnan(seconds), np.nan, np.concatenate(parts, axis=1))


def _place_in_year(graph: OnnxGraph, seconds: Output) -> Output:
    """The year is first taken from its mean length, which is one off at most, and then put right."""
    days = _days(graph, seconds)
    guess = graph.op("Floor", graph.op("Div", days, _wide(graph, YEAR)))
    one, none = _wide(graph, 1.0), _wide(graph, 0.0)
    is_later = graph.op("GreaterOrEqual", days, _new_year(graph, graph.op("Add", guess, one)))
    is_earlier = graph.op("Less", days, _new_year(graph, guess))
    year = graph.op("Add", guess, graph.op("Where", is_later, one, none))
    year = graph.op("Sub", year, graph.op("Where", is_earlier, one, none))
    first = _new_year(graph, year)
    length = graph.op("Sub", _new_year(graph, graph.op("Add", year, one)), first)
    return graph.op("Div", graph.op("Sub", days, first), length)


def _new_year(graph: OnnxGraph, years: Output) -> Output:
    """The days from 1970 to the beginning of a year, which is counted from 1970 too: leap days are those before it."""
    made = graph.op("Mul", years, _wide(graph, 365.0))
    for kind, since, every in (("Add", 1.0, 4.0), ("Sub", 69.0, 100.0), ("Add", 369.0, 400.0)):
        passed = graph.op("Div", graph.op("Add", years, _wide(graph, since)), _wide(graph, every))
        made = graph.op(kind, made, graph.op("Floor", passed))
    return made


def _place_in_week(graph: OnnxGraph, seconds: Output) -> Output:
    return _part_of(graph, graph.op("Add", _days(graph, seconds), _wide(graph, 3.0)), 7.0)


def _place_in_day(graph: OnnxGraph, seconds: Output) -> Output:
    return _part_of(graph, seconds, DAY)


def _days(graph: OnnxGraph, seconds: Output) -> Output:
    return graph.op("Floor", graph.op("Div", seconds, _wide(graph, DAY)))


def _part_of(graph: OnnxGraph, value: Output, whole: float) -> Output:
    """What is left of a value, divided by a number, from 0 to 1."""
    turns = graph.op("Div", value, _wide(graph, whole))
    return graph.op("Sub", turns, graph.op("Floor", turns))


def _wide(graph: OnnxGraph, number: float) -> Output:
    return graph.precise(np.array(number, np.float64))


PLACES: Mapping[str, Callable[[OnnxGraph, Any], Output]] = {
    "year": _place_in_year,
    "week": _place_in_week,
    "day": _place_in_day,
}
"""Name of a cycle -> what puts down the operators of where seconds since 1970 are in it, from 0 to 1."""
