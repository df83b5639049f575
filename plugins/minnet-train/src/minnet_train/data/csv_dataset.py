"""`load_csv`: a data set from a CSV file."""

from __future__ import annotations

import os
from typing import Any

from .dataset import Dataset


def load_csv(path: str | os.PathLike[str], target: str | int | None = None, **options: Any) -> Dataset:
    """Load a CSV file in which one column is to be predicted from the others.

    Args:
        path: the file, comma-separated, in UTF-8, with a header or without.
        target: the column to predict, by name or by index from 0; negative ones count from the end, None is the last.
            Its values are all integers, or are taken as texts; numbers that are not all integers make a regression.
        options: the other arguments of the source ``Csv``.

    Raises:
        DataError: naming the line and column of a value that is missing or cannot be used.
    """
    from .sources import Csv

    return Csv(os.fspath(path), target=target, **options).load()
