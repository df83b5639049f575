"""`load_split`: the samples that a trained model is evaluated on, and what is typical of those of its training."""

from __future__ import annotations

import math

import numpy as np
from attrs import evolve, frozen

from minnet_core import Array, ModelFileError

from ..data import Dataset, Preparation, Samples, expect_usable
from ..errors import DataError, ExperimentError
from ..experiment import (
    DataConfig,
    TrainingRecord,
    aligned,
    data_of_text,
    drawn_split,
    is_lost,
    load_other,
    load_source,
    load_validation,
    other_source,
    with_columns,
)
from ..runs import generators


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
    config = record.experiment.data if data is None else _asked_for(record.experiment.data, data)
    try:
        dataset = load_source(config)
    except (ExperimentError, DataError) as error:
        if isinstance(error, DataError) and not is_lost(config):
            raise
        hint = "" if data else "; --data names the file where it is now"
        raise ModelFileError(f"{model}: {error}{hint}") from error
    is_known = dataset.fingerprint() == record.fingerprint
    if not is_known and split != "all":
        raise ModelFileError(
            f"{model}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said; --split all measures all of them"
        )
    if not is_known or record.reforms_data:
        dataset = in_form_of_model(load_other(config, dataset), record)
    if not len(record.classes) and not dataset.classes and not dataset.targets.shape[1] and not config.autoencode:
        raise DataError(f"{dataset.name}: expected a target, received none")
    expect_usable(dataset, may_be_missing=record.preparation.fill is not None)
    part, rows = split_rows(record, dataset, split)
    if not len(rows):
        raise ModelFileError(
            f"{model}: expected samples to measure, received none: it was trained without a {split} part"
        )
    weights = None if part.weights is None else np.asarray(part.weights[rows], np.float64)
    samples = Samples.of(part, rows, record.preparation, weights, autoencode=config.autoencode)
    known = split_rows(record, dataset, "train")[1] if is_known else rows
    typical = _typical(dataset, known, record.preparation, autoencode=config.autoencode)
    return EvaluatedData(part.name, samples, typical, is_known, dataset.notes)


def _typical(dataset: Dataset, rows: Array, preparation: Preparation, *, autoencode: bool) -> Array:
    """Return how often each class is, or the mean of each target as the network learns it."""
    if autoencode:
        parts = np.array_split(rows, math.ceil(len(rows) / 1024))
        sums = [preparation.inputs(dataset.features[part]).sum(axis=0, dtype=np.float64) for part in parts]
        return np.asarray(np.sum(sums, axis=0) / len(rows)).reshape(-1)
    if dataset.classes:
        return np.bincount(dataset.targets[rows], minlength=len(dataset.classes)) / len(rows)
    mean = np.asarray(dataset.targets[rows].mean(axis=0, dtype=np.float64))
    typical: Array = preparation.targets(mean[None])[0]
    return typical


def in_form_of_model(dataset: Dataset, record: TrainingRecord) -> Dataset:
    """Give a data set the columns and classes of a model, unless it has them.

    Raises:
        DataError: if it has others.
    """
    if record.experiment.data.autoencode:
        return with_columns(dataset, record.preparation.columns)
    return aligned(dataset, record.preparation.columns, record.classes, record.outputs)


def split_rows(record: TrainingRecord, dataset: Dataset, split: str) -> tuple[Dataset, Array]:
    """Draw a part of the data of a model again: the data that it is of, and the indices of its rows.

    Args:
        record: of the model.
        dataset: that the model was trained on, in its form.
        split: ``training`` or ``train``, ``validation``, ``test`` or ``all``.

    Raises:
        ExperimentError: if the data to validate by were given, and are not where they were.
    """
    if split == "all":
        return dataset, np.arange(len(dataset))
    if split == "validation" and (given := load_validation(record.experiment.data)) is not None:
        return in_form_of_model(given, record), np.arange(len(given))
    parts = drawn_split(dataset, record.experiment.data, generators(record.experiment.seed)[0])
    rows: Array = getattr(parts, "training" if split == "train" else split)
    return dataset, rows


def _asked_for(config: DataConfig, data: str) -> DataConfig:
    """Replace the source by a path, ``digits``, or a source as a TOML table."""
    if data.lstrip().startswith("{"):
        return evolve(data_of_text(data), autoencode=config.autoencode)
    return other_source(config, data)
