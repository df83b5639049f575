"""What becomes of raw data around a network, as plain functions of NumPy: for `minnet export --numpy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array, ModelHeader
from minnet_core.exporting import NumpyPreparation

from .data import Columns, Preparation
from .experiment import KEY, TrainingRecord


def standardized(x: Array, divisor: Array, fill: Array, offset: Array, spread: Array) -> Array:
    x = x / divisor
    x = np.where(np.isnan(x), fill, x)
    bad = np.argwhere(~(np.abs(x) <= np.finfo(np.float32).max))
    if len(bad):
        row, place = bad[0]
        raise ValueError(f"row {row}: expected finite numbers, none missing, received {x[row, place]} as input {place}")
    return (x - offset) / spread


def prepare_numbers(
    raw: Any,
    names: Array,
    divisor: Array,
    fill: Array,
    offset: Array,
    spread: Array,
    shape: tuple[int, ...],
    channels_last: bool,
    dtype: str,
) -> Array:
    x = np.asarray(np.stack([raw[name] for name in names], 1) if has_names(raw) else raw, np.float64)
    if x.size != len(x) * len(names):
        raise ValueError(
            f"expected {len(names)} numbers in each of {len(x)} rows, received an array of shape {x.shape}"
        )
    if channels_last:
        x = x.reshape(len(x), len(names) // shape[0], shape[0]).swapaxes(1, 2)
    x = x.reshape(len(x), len(names))
    x = standardized(x, divisor, fill, offset, spread)
    return x.astype(dtype).reshape(len(x), *shape)


def prepare_table(
    raw: Any,
    names: Array,
    categories: Array,
    counts: Array,
    strangers: Array,
    coded: Array,
    calendars: tuple[tuple[str, ...], ...],
    divisor: Array,
    fill: Array,
    offset: Array,
    spread: Array,
    dtype: str,
) -> Array:
    columns = [raw[name] for name in names] if has_names(raw) else list(zip(*raw, strict=True)) or [()] * len(names)
    parts = []
    for column, name, texts, stranger, is_coded, calendar in zip(
        columns, names, np.split(categories, np.cumsum(counts)[:-1]), strangers, coded, calendars, strict=True
    ):
        if calendar:
            parts.append(calendar_inputs(column, name, *calendar))
        elif len(texts):
            codes = codes_of(column, name, texts, stranger)
            one_hot = np.where(np.isnan(codes), np.nan, codes == np.arange(len(texts)))
            parts.append(np.nan_to_num(codes + 1) if is_coded else one_hot)
        else:
            parts.append(np.asarray(column, np.float64)[:, np.newaxis])
    return standardized(np.concatenate(parts, 1), divisor, fill, offset, spread).astype(dtype)


def has_names(raw: Any) -> bool:
    return isinstance(raw, dict) or any(isinstance(name, str) for name in getattr(raw, "columns", ()))


def codes_of(column: Any, name: str, texts: Array, stranger: float) -> Array:
    places = {str(text): float(place) for place, text in enumerate(texts)}
    codes = []
    for row, cell in enumerate(column):
        written = [] if is_missing(cell) else ways_to_write(cell, places)
        place = next((places[text] for text in written if text in places), stranger if written else np.nan)
        if written and np.isnan(place):
            some = ", ".join([*list(places)[:10], *["..."][: len(places) > 10]])
            raise ValueError(f"row {row}, {name}: expected one of {some}, received {cell}")
        codes.append(place)
    return np.array(codes, np.float64)[:, np.newaxis]


def is_missing(cell: Any) -> bool:
    return cell is None or cell != cell or not str(cell).strip()


def ways_to_write(cell: Any, places: Any) -> list[str]:
    text = str(cell).strip()
    whole, dot, zeros = text.partition(".")
    if text.lower() in ("true", "false"):  # the only category that is the same truth
        same = [each for each in places if each.lower() == text.lower()]
    elif dot and zeros and not zeros.strip("0"):  # 2.0, where the category is 2
        same = [whole]
    elif whole.lstrip("-").isdecimal():  # 2, where it is 2.0
        same = [f"{text}.0"]
    else:
        same = []
    return [text, *(same if len(same) == 1 else [])]


def calendar_inputs(column: Any, name: str, kind: str, *cycles: str) -> Array:
    seconds = np.array([seconds_of(cell, name, kind) for cell in column], np.float64)
    known = np.where(np.isnan(seconds), 0.0, seconds)
    days = np.floor(known / 86400).astype("datetime64[D]")
    years = days.astype("datetime64[Y]")
    first, last = years.astype("datetime64[D]"), (years + 1).astype("datetime64[D]")
    places = {
        "year": (days - first) / (last - first),
        "week": (days.astype(np.int64) + 3) % 7 / 7,
        "day": known % 86400 / 86400,
    }
    parts = [known / (365.2425 * 86400 if kind == "date" else 86400)]
    for cycle in cycles:
        parts += [np.sin(2 * np.pi * places[cycle]), np.cos(2 * np.pi * places[cycle])]
    return np.where(np.isnan(seconds), np.nan, np.stack(parts)).T


def seconds_of(cell: Any, name: str, kind: str) -> float:
    if is_missing(cell):
        return np.nan
    text = str(cell).strip()
    if kind == "time":
        text = f"1970-01-01T{text if text[1:2] != ':' else '0' + text}"
    if text[4:8:3] != "--":  # NumPy would take 20240131 for a year, and 2024-01 for its first day
        raise ValueError(f"{name}: expected a date such as 2024-01-31, received {text}")
    return (np.datetime64(text, "us") - np.datetime64(0, "us")) / np.timedelta64(1, "s")


def class_names(outputs: Array, classes: Array) -> Array:
    return classes[outputs.argmax(1)]


def values(outputs: Array, offset: Array, spread: Array) -> Array:
    y = np.asarray(outputs, np.float64) * spread + offset
    return y[:, 0] if y.shape[1] == 1 else y


def numpy_preparation(header: ModelHeader, path: str) -> NumpyPreparation | None:
    """Return the preparation of a model that ``minnet train`` wrote; None of another."""
    if KEY not in header.metadata:
        return None
    record = TrainingRecord.read(header, path)
    preparation, columns = record.preparation, record.preparation.columns
    arguments = _statistics(preparation)
    raw = f"raw is (rows, {columns.count}), or a dict or a data frame of columns by their names."
    if any(columns.calendars):
        raw += " Dates and times are as ISO 8601 has them, texts or objects of datetime or NumPy."
    if columns.are_numbers:
        arguments = {"names": _names(columns), **arguments, "shape": columns.shape}
        arguments["channels_last"] = bool(columns.image and columns.image.is_channels_last)
    else:
        arguments = {"names": _names(columns), **_categories(columns), **arguments}
    if columns.image is not None:
        raw = f"raw is (rows, {', '.join(map(str, columns.image.raw_shape))}): {columns.image}."
    elif columns.names is not None:
        raw += f"\nColumns: {', '.join(columns.names)}."
    function = prepare_numbers if columns.are_numbers else prepare_table
    answer, answer_arguments, answers = _answer(record)
    arguments["dtype"] = preparation.dtype
    return NumpyPreparation(function, arguments, answer, answer_arguments, raw, answers, columns.shape)


def _answer(record: TrainingRecord) -> tuple[Any, dict[str, Any], str]:
    if record.classes:
        names = record.classes
        is_small = all(isinstance(name, str) or -(2**63) <= name < 2**63 for name in names)
        classes = np.array(names if is_small else list(map(str, names)))
        return class_names, {"classes": classes}, f"A class for each row: {', '.join(map(str, names))}."
    of_targets = record.preparation.of_targets
    offset, spread = (0.0, 1.0) if of_targets is None else (of_targets.offset, of_targets.spread)
    each = 1 if of_targets is None else of_targets.each
    arguments = {"offset": np.repeat(np.atleast_1d(offset), each), "spread": np.repeat(np.atleast_1d(spread), each)}
    named = f": {', '.join(record.outputs)}" if record.outputs else ""
    return values, arguments, f"The values for each row, in the units of the training data{named}."


def _statistics(preparation: Preparation) -> dict[str, Any]:
    """What is done to each input, in arrays that have one number for all where these are the same."""
    mapping, is_number = preparation.of_inputs, preparation.columns.is_number
    divisor = np.where(is_number, preparation.scale, 1.0)
    fill = np.nan if preparation.fill is None else preparation.fill
    offset = 0.0 if mapping is None else np.repeat(mapping.offset, mapping.each)
    spread = 1.0 if mapping is None else np.repeat([each or np.inf for each in mapping.spread], mapping.each)
    given = {"divisor": divisor, "fill": fill, "offset": offset, "spread": spread}
    return {name: _shortened(np.atleast_1d(np.asarray(value, np.float64))) for name, value in given.items()}


def _shortened(array: Array) -> Array:
    return array[:1] if np.array_equal(array, np.broadcast_to(array[:1], array.shape), equal_nan=True) else array


def _names(columns: Columns) -> Array:
    return np.array(columns.names or tuple(map(str, range(columns.count))), str)


def _categories(columns: Columns) -> dict[str, Any]:
    texts = columns.categories or ((),) * columns.count
    calendars = columns.calendars or (None,) * columns.count
    strangers = [np.nan if (index := columns.stranger(each)) is None else index for each in texts]
    return {
        "categories": np.array([text for each in texts for text in each], str),
        "counts": np.array([len(each) for each in texts]),
        "strangers": np.array(strangers, np.float64),
        "coded": np.array([columns.is_coded(index) for index in range(columns.count)]),
        "calendars": tuple((each.kind, *each.cycles) if each else () for each in calendars),
    }
