"""`load_source`: the data set that an experiment names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from minnet_core import MinnetError, build

from ..data import Dataset, is_table, written_out
from ..errors import DataError, ExperimentError
from ..registries import datasets
from .data_config import DataConfig
from .problem import KeyPath, Problem, unknown_key

_SOURCE: KeyPath = ("data", "source")


def load_source(data: DataConfig) -> Dataset:
    """Load the data set.

    Raises:
        ExperimentError: if there is no such source, or it does not take these arguments.
        DataError: if the data cannot be used.
    """
    problems = list(source_problems(data))
    if problems:
        raise ExperimentError(*problems)
    config = _with_columns(data)
    try:
        source = build(config, datasets)
    except DataError:
        raise
    except MinnetError as error:
        raise ExperimentError(Problem(_SOURCE, str(error))) from error
    dataset = source.load()
    if not isinstance(dataset, Dataset):
        raise DataError(f"{config['class']}: expected a Dataset from load(), received {type(dataset).__name__}")
    return dataset


def source_problems(data: DataConfig) -> Iterator[Problem]:
    """Yield what is wrong with the name of a source and its arguments; nothing is loaded."""
    if isinstance(data.source, str):
        try:
            config = written_out(data.source)
        except FileNotFoundError as error:
            yield Problem(_SOURCE, str(error))
            return
        for key in ("target", "weights"):
            value = getattr(data, key)
            if value is not None and not is_table(config["class"]):
                what = config["class"].partition(":")[2]
                yield Problem(
                    ("data", key), f"expected no {key}: only a table has columns, received {value!r} for {what}"
                )
        return
    for key in ("target", "weights"):
        if getattr(data, key) is not None:
            message = f"expected no {key} beside a source that is a table; write it into that, if it takes one"
            yield Problem(("data", key), message)
    name = data.source["class"]
    try:
        cls = datasets[name]
    except MinnetError as error:
        yield Problem((*_SOURCE, "class"), str(error))
        return
    parameters = inspect.signature(cls).parameters.values()
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        known = {parameter.name for parameter in parameters}
        for key in data.source:
            if key != "class" and key not in known:
                yield unknown_key(_SOURCE, key, known, f"argument of {name}")


def _with_columns(data: DataConfig) -> dict[str, Any]:
    """The config of the source, with what stands beside a short form."""
    if not isinstance(data.source, str):
        return dict(data.source)
    config = written_out(data.source)
    beside = {"target": data.target, "weights": data.weights}
    return config | {
        key: list(value) if isinstance(value, tuple) else value for key, value in beside.items() if value is not None
    }
