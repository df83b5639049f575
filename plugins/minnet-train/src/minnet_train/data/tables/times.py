"""Dates and times in tables: as types of pyarrow, and as texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from minnet_core import Array

from .engine import arrow, numpy_of

_CLOCK = r"[0-9]{1,2}(:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?"
_DATE = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}([ T]{_CLOCK}(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)?)?$"
_TIME = r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?( ?[aApP]\.?[mM]\.?)?$"
_HALF = re.compile(r"(\d{1,2})(:.*?) ?([aApP])\.?[mM]\.?")
_SHORT_HOUR = re.compile(r"(?<=[ T])(?=\d(?::|$))")

PACKED = "%Y%m%d"
"""The form of dates that are whole numbers, too, such as 20240131."""


@lru_cache
def kind_of_time(type_: Any) -> str | None:
    """Return ``date`` or ``time`` for a type of pyarrow that is one of dates or of times; None for any other."""
    types = arrow("types")
    if types.is_dictionary(type_):
        return kind_of_time(type_.value_type)
    if types.is_date(type_) or types.is_timestamp(type_):
        return "date"
    return "time" if types.is_time(type_) else None


def seconds_of(values: Any) -> Array:
    """Convert a pyarrow array of dates or times: seconds since 1970 in UTC, or since midnight; nan for null."""
    lib, types = arrow(), arrow("types")
    if types.is_dictionary(values.type):
        values = values.dictionary_decode()
    zone = values.type.tz if types.is_timestamp(values.type) else None
    fine = lib.time64("us") if types.is_time(values.type) else lib.timestamp("us", zone)
    micros = values.cast(fine, safe=False).cast("int64").cast("float64", safe=False)
    seconds: Array = numpy_of(micros) / 1e6
    return seconds


def parse_times(texts: Any, date_format: str = "") -> tuple[str, Array, Array] | None:
    """Read dates, or times of a day, that are written as ISO 8601 has them, or dates in another way.

    Args:
        texts: a pyarrow array without blanks around its cells.
        date_format: the other way, as ``datetime.strptime`` has it; empty for none.

    Returns:
        ``date`` or ``time``, the seconds, nan where there are none, and where there are some; None if there are none.
    """
    compute = arrow("compute")
    seconds = np.full(len(texts), np.nan)
    if date_format:
        seconds = np.array([in_format(text, date_format) for text in texts.to_pylist()], np.float64)
    for kind, pattern in (("date", _DATE), ("time", _TIME)):
        matches = compute.match_substring_regex(texts, pattern=pattern)
        found = matches.to_numpy(zero_copy_only=False).astype(bool)
        if found.any():
            chosen = texts.filter(matches)
            seconds[found] = _seconds_of_texts(chosen if kind == "date" else _joined("1970-01-01 ", chosen))
        if found.any() or not np.isnan(seconds).all():
            return kind, seconds, ~np.isnan(seconds)
    return None


def is_iso(text: str) -> bool:
    """Whether a text is a date or a time of a day that `parse_times` reads by itself."""
    return re.match(_DATE, text) is not None or re.match(_TIME, text) is not None


def seconds_of_packed(numbers: Array) -> Array:
    """Read numbers (rows,) as dates in the form of `PACKED`; nan for one that is none.

    >>> seconds_of_packed(np.array([19700102.0, 20230229.0, 5.5, np.nan])).tolist()
    [86400.0, nan, nan, nan]
    """
    seconds = np.full(len(numbers), np.nan)
    is_whole = (numbers >= 1800_01_01) & (numbers < 2200_01_01) & (numbers == np.floor(numbers))
    whole = numbers[is_whole].astype(np.int64)
    year, month, day = whole // 10_000, whole // 100 % 100, whole % 100
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    is_date = (month >= 1) & (month <= 12) & (days.astype("datetime64[M]") == months)
    seconds[is_whole] = np.where(is_date, days.astype("datetime64[s]").astype(np.float64), np.nan)
    return seconds


def _seconds_of_texts(texts: Any) -> Array:
    """Read texts all of which look like dates; nan for one that is none, such as February 30."""
    lib = arrow()
    for zone in (None, "UTC"):
        try:
            return seconds_of(texts.cast(lib.timestamp("us", zone)))
        except lib.ArrowInvalid:  # one has a zone and one has none, or is none
            continue
    return np.array([_second(text) for text in texts.to_pylist()])


def _second(text: str) -> float:
    if half := _HALF.fullmatch(text.removeprefix("1970-01-01 ")):
        hour = int(half[1]) % 12 + 12 * (half[3] in "pP") if 1 <= int(half[1]) <= 12 else 99
        text = f"1970-01-01 {hour:02}{half[2]}"
    text = _SHORT_HOUR.sub("0", text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return float("nan")
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def in_format(text: str | None, date_format: str) -> float:
    """Read a date that is written in a way of ``datetime.strptime``; nan for another text.

    >>> in_format("02.01.1970", "%d.%m.%Y"), in_format("30.02.1970", "%d.%m.%Y")
    (86400.0, nan)
    """
    if date_format == PACKED and len(text or "") != 8:  # strptime needs no zero before a month
        return float("nan")
    try:
        time = datetime.strptime(text or "", date_format)
    except ValueError:
        return float("nan")
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _joined(start: str, texts: Any) -> Any:
    return arrow("compute").binary_join_element_wise(start, texts, "")
