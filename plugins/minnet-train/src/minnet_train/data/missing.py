"""Values that are missing or cannot be used: found, and reported with their places, ten at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import DataError
from .dataset import Dataset
from .memory_map import chunks
from .stored_rows import StoredRows

SHOWN = 10
"""Places that a message names."""

HINT = '; missing = "mean" replaces missing values by the mean of the training rows'


def expect_usable(dataset: Dataset, *, may_be_missing: bool, hint: str = HINT) -> None:
    """Check that all features are finite numbers, or missing if they may be; and that weights and targets are.

    Args:
        dataset: what is checked.
        may_be_missing: whether a feature may be.
        hint: what can be done about missing ones.

    Raises:
        DataError: with the places of the first ten that are not, by row and column.
    """
    for what, array in (("targets", dataset.targets), ("weights", dataset.weights)):
        if array is not None and array.dtype.kind == "f":
            for chunk in chunks(array):
                if not np.isfinite(chunk).all():
                    raise DataError(f"{dataset.name}: expected {what} that are finite numbers, received nan or inf")
    if dataset.weights is not None and not ((dataset.weights >= 0).all() and dataset.weights.sum() > 0):
        raise DataError(f"{dataset.name}: expected weights of at least 0, not all 0, received {dataset.weights.min()}")
    if dataset.features.dtype.kind != "f":
        return
    known = dataset.features.missing if isinstance(dataset.features, StoredRows) else None
    if known is not None:  # whoever read them has looked
        if known.count and not may_be_missing:
            raise missing_values(dataset.name, [dataset.where(*cell) for cell in known.first], known.count, hint)
        return
    places: list[str] = []
    count = start = 0
    limit = np.finfo(np.float32).max
    for chunk in chunks(dataset.features):
        is_missing = np.isnan(chunk)
        infinite = np.argwhere(~is_missing & (np.abs(chunk) > limit))
        if infinite.size:
            row, column = map(int, infinite[0])
            raise DataError(
                f"{dataset.name}, {dataset.where(start + row, column)}: expected a number that float32 can hold, "
                f"received {chunk[row, column]}"
            )
        if not may_be_missing and is_missing.any():
            found = np.argwhere(is_missing)
            count += len(found)
            places += [dataset.where(start + int(row), int(column)) for row, column in found[: SHOWN - len(places)]]
        start += len(chunk)
    if count:
        raise missing_values(dataset.name, places, count, hint)


def missing_values(name: str, places: Sequence[str], count: int, hint: str = "") -> DataError:
    """Make an error that says where values are missing in the data ``name``: the first few of ``count`` places."""
    if count == 1:
        return DataError(f"{name}, {places[0]}: the value is missing{hint}")
    lines = [f"{name}: {count:,} values are missing{hint}", *(f"  {place}" for place in places[:SHOWN])]
    if count > SHOWN:
        lines.append(f"  and {count - SHOWN:,} more")
    return DataError("\n".join(lines))
