"""`load_source`: the data set that an experiment names."""

from __future__ import annotations

import os
from typing import Any

from attrs import evolve

from minnet_core import MinnetError, build
from minnet_core.support import printable

from ..data import WILD, Dataset, Option, TableSource, is_table, written_out
from ..errors import DataError, ExperimentError, KeyPath, Problem
from ..ranks import Conversation
from ..registries import datasets
from .build import unknown_names
from .experiment import DataConfig

_SOURCE: KeyPath = ("data", "source")

_LIMITS = ("max_categories", "min_frequency")

_COLUMNS = ("target", "weights", "group", "order")
"""What can stand beside the path of a table."""


def load_source(data: DataConfig, others: Conversation | None = None) -> Dataset:
    """Load the data set.

    Args:
        data: names the source.
        others: the other ranks, if several load the same data at the same time.

    Raises:
        ExperimentError: if there is no such source, or it does not take these arguments.
        DataError: if the data cannot be used.
    """
    config, source = _built(data)
    try:
        dataset = source.load() if others is None else source.load_together(others)
    except MinnetError:
        raise
    except Exception as error:
        raise DataError(f"{printable(config['class'])}: load() raised {printable(repr(error))}") from error
    if not isinstance(dataset, Dataset):
        raise DataError(f"{config['class']}: expected a Dataset from load(), received {type(dataset).__name__}")
    return dataset


def load_other(data: DataConfig, dataset: Dataset | None = None, others: Conversation | None = None) -> Dataset:
    """Load data that a model meets that was trained on others, whose texts decided what its categories are.

    Limits such as ``max_categories`` would count the texts of these data, and call some of them all others that the
    model knows.

    Args:
        data: names the source.
        dataset: what `load_source` returns for it, if that is known, which is enough where nothing is limited.
        others: as of `load_source`.

    Raises:
        ExperimentError, DataError: as `load_source`.
    """
    if isinstance(data.source, dict) and not {*_LIMITS}.isdisjoint(data.source):
        kept = {key: value for key, value in data.source.items() if key not in _LIMITS}
        return load_source(evolve(data, source={**kept, "min_frequency": 1}), others)
    return load_source(data, others) if dataset is None else dataset


def is_lost(data: DataConfig) -> bool:
    """Whether the file that a source names is not there."""
    path = data.source.get("path", data.source.get("folder")) if isinstance(data.source, dict) else data.source
    return isinstance(path, str) and not WILD & set(path) and not os.path.exists(path)


def fit_table(data: DataConfig) -> tuple[Dataset, tuple[Option, ...]]:
    """Load a table as `minnet init` does: also return what was chosen for its columns.

    Raises:
        ExperimentError, DataError: as `load_source`.
    """
    source: TableSource = _built(data)[1]
    return source.fit()


def _built(data: DataConfig) -> tuple[dict[str, Any], Any]:
    """Make the source, and its config."""
    config = _source_config(data)
    try:
        return config, build(config, datasets)
    except DataError:
        raise
    except MinnetError as error:
        raise ExperimentError(Problem(_SOURCE, str(error))) from error


def load_validation(data: DataConfig, others: Conversation | None = None) -> Dataset | None:
    """Load the data to validate by, if they are given, as `load_source` does; errors name that key."""
    if data.validation is None:
        return None
    if isinstance(data.validation, str):
        other = other_source(data, data.validation)
    else:
        other = _without_columns(evolve(data, source=data.validation))
    try:
        return load_other(evolve(other, validation=None), others=others)
    except ExperimentError as error:
        problems = [evolve(each, path=("data", "validation", *each.path[2:])) for each in error.problems]
        raise ExperimentError(*problems) from error


def other_source(config: DataConfig, path: str) -> DataConfig:
    """Replace the source by a path, or ``digits``; another table keeps the target and the other options of columns."""
    try:
        cls = written_out(path)["class"]
    except FileNotFoundError:
        cls = ""
    if isinstance(config.source, dict):
        name = config.source["class"]
        key = "folder" if "folder" in config.source else "path"
        if key in config.source and cls == (name if ":" in name else f"minnet-train:{name}"):
            return evolve(config, source={**config.source, key: path})
    elif is_table(cls):
        return evolve(config, source=path)
    return _without_columns(evolve(config, source=path))


def _without_columns(config: DataConfig) -> DataConfig:
    return evolve(config, target=None, weights=None, group=None, order=None)


def _source_config(data: DataConfig) -> dict[str, Any]:
    """Write the source out, with the columns that stand beside a short form; all mistakes are reported at once."""
    columns = {key: getattr(data, key) for key in _COLUMNS if getattr(data, key) is not None}
    if isinstance(data.source, str):
        try:
            config = written_out(data.source)
        except FileNotFoundError as error:
            raise ExperimentError(Problem(_SOURCE, str(error))) from None
        mistaken = {} if is_table(config["class"]) else columns
        what = config["class"].partition(":")[2]
        message = "expected no {}: only a table has columns, received {!r} for {}"
        problems = [Problem(("data", key), message.format(key, value, what)) for key, value in mistaken.items()]
        config |= {key: list(value) if isinstance(value, tuple) else value for key, value in columns.items()}
    else:
        config = dict(data.source)
        message = "expected no {} beside a source that is a table; write it into that, if it takes one"
        problems = [Problem(("data", key), message.format(key)) for key in columns]
        problems += unknown_names(config, datasets, _SOURCE)
    if problems:
        raise ExperimentError(*problems)
    return config
