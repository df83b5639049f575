"""`load_split`: the samples that a trained model is evaluated on, and what is typical of those of its training."""

from __future__ import annotations

import math

import numpy as np
from attrs import evolve, frozen

from minnet_core import Array, ModelFileError

from ..data import Dataset, Preparation, Samples, expect_usable, is_table, written_out
from ..errors import DataError, ExperimentError
from ..experiment import DataConfig, TrainingRecord, data_of_text, drawn_split, load_source
from ..runs import generators
from .align import aligned


@frozen(eq=False)
class EvaluatedData:
    """The samples that a trained model is evaluated on.

    Attributes:
        name: of the data, for messages.
        samples: to evaluate on.
        typical: how often each class is, or the mean of each target as the network learns it.
        is_known: whether that is of the samples that it was trained on; if the data are others, it is of these.
        notes: what was decided about the data.
    """

    name: str
    samples: Samples
    typical: Array
    is_known: bool
    notes: tuple[str, ...] = ()


def load_split(record: TrainingRecord, model: str, data: str | None, split: str) -> EvaluatedData:
    """Load data and select the part of them to evaluate on.

    Args:
        record: of the model.
        model: its path, for messages.
        data: a source that takes the place of that of the experiment, or None.
        split: ``train``, ``validation``, ``test`` or ``all``.

    Returns:
        The samples, with what was decided about the data.

    Raises:
        ModelFileError: if there are no such data, or it cannot be said which rows were trained on.
        DataError: if they cannot be used.
    """
    config = record.experiment.data if data is None else other_source(record.experiment.data, data)
    try:
        dataset = load_source(config)
    except ExperimentError as error:
        hint = "" if data else "; --data names the file where it is now"
        raise ModelFileError(f"{model}: {error}{hint}") from error
    is_known = dataset.fingerprint() == record.fingerprint
    if not is_known and split != "all":
        raise ModelFileError(
            f"{model}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said; --split all measures all of them"
        )
    dataset = dataset if is_known else aligned(dataset, record)
    if not len(record.classes) and not dataset.classes and not dataset.targets.shape[1] and not config.autoencode:
        raise DataError(f"{dataset.name}: expected a target, received none")
    expect_usable(dataset, may_be_missing=record.preparation.fill is not None)
    rows = split_rows(record, dataset, split)
    if not len(rows):
        raise ModelFileError(
            f"{model}: expected samples to measure, received none: it was trained without a {split} part"
        )
    weights = None if dataset.weights is None else np.asarray(dataset.weights[rows], np.float64)
    samples = Samples.of(dataset, rows, record.preparation, weights, autoencode=config.autoencode)
    known = split_rows(record, dataset, "train") if is_known else rows
    typical = _typical(dataset, known, record.preparation, autoencode=config.autoencode)
    return EvaluatedData(dataset.name, samples, typical, is_known, dataset.notes)


def _typical(dataset: Dataset, rows: Array, preparation: Preparation, *, autoencode: bool) -> Array:
    """Return how often each class is, or the mean of each target as the network learns it."""
    if autoencode:
        parts = np.array_split(rows, math.ceil(len(rows) / 1024))
        sums = [preparation.inputs(dataset.features[part]).sum(axis=0, dtype=np.float64) for part in parts]
        return np.asarray(np.sum(sums, axis=0) / len(rows))
    if dataset.classes:
        return np.bincount(dataset.targets[rows], minlength=len(dataset.classes)) / len(rows)
    mean = np.asarray(dataset.targets[rows].mean(axis=0, dtype=np.float64))
    typical: Array = preparation.targets(mean[None])[0]
    return typical


def split_rows(record: TrainingRecord, dataset: Dataset, split: str) -> Array:
    """Draw a part of the data of a model again: the indices of its rows.

    Args:
        record: of the model.
        dataset: that the model was trained on.
        split: ``training`` or ``train``, ``validation``, ``test`` or ``all``.
    """
    if split == "all":
        return np.arange(len(dataset))
    parts = drawn_split(dataset, record.experiment.data, generators(record.experiment.seed)[0])
    rows: Array = getattr(parts, "training" if split == "train" else split)
    return rows


def other_source(config: DataConfig, data: str) -> DataConfig:
    """Replace the source by a path, ``digits``, or a source as a TOML table.

    Another table keeps the target and the other options of the columns.
    """
    if data.lstrip().startswith("{"):
        return evolve(data_of_text(data), autoencode=config.autoencode)
    try:
        cls = written_out(data)["class"]
    except FileNotFoundError:
        cls = ""
    if isinstance(config.source, dict):
        name = config.source["class"]
        if "path" in config.source and cls == (name if ":" in name else f"minnet-train:{name}"):
            return evolve(config, source={**config.source, "path": data})
    elif is_table(cls):
        return evolve(config, source=data)
    return evolve(config, source=data, target=None, weights=None)
