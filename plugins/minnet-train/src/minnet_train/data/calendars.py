"""`Calendar`: what a column of dates or times becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from attrs import frozen

from minnet_core import Array

DAY = 86_400.0
"""Seconds of a day."""

_YEAR = 365.2425 * DAY


def _place_in_year(seconds: Array) -> Array:
    days = np.floor(seconds / DAY).astype("datetime64[D]")
    years = days.astype("datetime64[Y]")
    first = years.astype("datetime64[D]")
    place: Array = (days - first) / ((years + 1).astype("datetime64[D]") - first)
    return place


def _place_in_week(seconds: Array) -> Array:
    place: Array = (np.floor(seconds / DAY) + 3) % 7 / 7  # 1970 began with a Thursday, a week with a Monday
    return place


def _place_in_day(seconds: Array) -> Array:
    place: Array = seconds % DAY / DAY
    return place


CYCLES: Mapping[str, Callable[[Array], Array]] = {
    "year": _place_in_year,
    "week": _place_in_week,
    "day": _place_in_day,
}
"""Name of a cycle -> where seconds since 1970 are in it, from 0 to 1: in steps of a day, but for the day itself."""


@frozen
class Calendar:
    """What a column of dates or times becomes.

    That is the time itself, in years since 1970 or in days, and the sine and cosine of its place in each cycle.

    Attributes:
        kind: ``date``, with a time of day or without, or ``time``, that of a day.
        cycles: ``year``, ``week`` and ``day``, those in which places differ.

    >>> Calendar("date", ("week",)).expand(np.array([4 * 86400.0])).round(3).tolist()  # Monday, January 5, 1970
    [[0.011, 0.0, 1.0]]
    """

    kind: str
    cycles: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: str, seconds: Array) -> Calendar:
        """Find out in which cycles the places of some times differ.

        Args:
            kind: ``date`` or ``time``.
            seconds: since 1970, or since midnight; nan where a time is missing.
        """
        known = seconds[~np.isnan(seconds)]
        cycles = CYCLES if kind == "date" else ("day",)
        return cls(kind, tuple(name for name in cycles if len(known) and np.ptp(CYCLES[name](known)) > 0))

    @property
    def width(self) -> int:
        """How many inputs it makes; the first is the time itself."""
        return 1 + 2 * len(self.cycles)

    def names(self, column: str) -> list[str]:
        """Name the inputs."""
        return [column, *(f"{column}:{function}({name})" for name in self.cycles for function in ("sin", "cos"))]

    def expand(self, seconds: Array) -> Array:
        """Write seconds (rows,) as inputs (rows, width), float64; nan stays nan, in all of them."""
        inputs = np.full((len(seconds), self.width), np.nan)
        is_there = ~np.isnan(seconds)
        known = seconds[is_there]
        inputs[is_there, 0] = known / (_YEAR if self.kind == "date" else DAY)
        for index, name in enumerate(self.cycles):
            angle = 2 * np.pi * CYCLES[name](known)
            inputs[is_there, 1 + 2 * index] = np.sin(angle)
            inputs[is_there, 2 + 2 * index] = np.cos(angle)
        return inputs
