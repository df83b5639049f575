"""`load_source`: the data set that an experiment names."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from .csv_dataset import load_csv
from .data_config import DIGITS, DataConfig
from .dataset import Dataset
from .digits import load_digits
from .errors import ExperimentError
from .problem import Problem


def load_source(data: DataConfig) -> Dataset:
    """Load the embedded digits or a CSV file.

    Raises:
        ExperimentError: if there is no such source.
        DataError: if the file cannot be used.
    """
    if data.source == DIGITS:
        if data.target is not None:
            raise ExperimentError(
                Problem(("data", "target"), f"expected no target: the digits have one, received {data.target!r}")
            )
        return load_digits()
    path = Path(data.source)
    if not path.is_file():
        hint = f"; did you mean {DIGITS!r}?" if get_close_matches(path.name, [DIGITS]) else ""
        message = f"expected {DIGITS!r} or the path of a CSV file, received {data.source!r}, which is no file{hint}"
        raise ExperimentError(Problem(("data", "source"), message))
    return load_csv(path, data.target)
