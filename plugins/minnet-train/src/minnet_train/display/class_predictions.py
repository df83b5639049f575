"""`ClassPredictions`: what the model of a run predicts for samples of its experiment."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array, ModelFileError, Module, load, read_header

from ..data import Dataset, Samples
from ..errors import ExperimentError
from ..evaluation import as_probabilities, split_rows
from ..experiment import TrainingRecord, load_source
from ..plots import PlotError
from ..training import forward_chunks

MODELS = ("best.safetensors", "model.safetensors")
"""The files of a run directory that hold a model, the one to draw first."""


def model_file(run: str | os.PathLike[str]) -> Path:
    """Find the model of a run: of its best epoch, or else that at its end.

    Raises:
        PlotError: if a run directory has none yet.
    """
    path = Path(run)
    if not path.is_dir():
        return path
    found = [path / name for name in MODELS if (path / name).is_file()]
    if not found:
        raise PlotError(f"{path}: expected a run directory with {' or '.join(MODELS)}, received one with neither")
    return found[0]


def run_name(run: str | os.PathLike[str]) -> str:
    """Say what a title calls a run directory or a model file.

    >>> run_name("runs/digits-1"), run_name("digits.safetensors")
    ('digits-1', 'digits')
    """
    return Path(run).resolve().name.removesuffix(".safetensors")


@frozen(eq=False)
class ClassPredictions:
    """What a classifier predicts for samples.

    Attributes:
        dataset: the one that the samples are from.
        rows: their indices in it.
        actual: (rows,), the index of the true class.
        predicted: (rows,), the index of the class that the model predicts.
        scores: (rows,), the probability of that class; None if the outputs of the model are no probabilities.
        title: which samples they are.
    """

    dataset: Dataset = field(repr=False)
    rows: Array = field(repr=False)
    actual: Array = field(repr=False)
    predicted: Array = field(repr=False)
    scores: Array | None = field(repr=False)
    title: str

    @classmethod
    def of_run(cls, run: str | os.PathLike[str], *, split: str = "test", data: str | None = None) -> ClassPredictions:
        """Predict with the model of a run, chunk by chunk.

        Args:
            run: a run directory, or a model file.
            split: ``training``, ``validation``, ``test`` or ``all``.
            data: the path of the data that it was trained on, if they have moved.

        Raises:
            PlotError: if it is no classifier, or there is no such part.
            ModelFileError: if the data are others than those that it was trained on.
        """
        path = model_file(run)
        record = TrainingRecord.read(read_header(path), path)
        if record.task != "classification":
            raise PlotError(f"{path}: expected a classifier, received a model that predicts numbers")
        dataset = _same_data(record, path, data)
        rows = split_rows(record, dataset, split)
        if not len(rows):
            raise PlotError(f"{path}: expected an experiment with {split} samples, received one without")
        record.expect_outputs((len(dataset.classes),), path)
        predicted, scores = _classified(load(path), Samples.of(dataset, rows, record.preparation))
        title = f"{run_name(run)}: {split} samples of {dataset.name}"
        return cls(dataset, rows, np.asarray(dataset.targets[rows]), predicted, scores, title)


def _same_data(record: TrainingRecord, path: Path, data: str | None) -> Dataset:
    config = record.experiment.data
    try:
        dataset = load_source(evolve(config, source=data) if data else config)
    except ExperimentError as error:
        raise ModelFileError(f"{path}: {error}; --data names the data where they are now") from error
    if dataset.fingerprint() != record.fingerprint:
        raise ModelFileError(
            f"{path}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said"
        )
    return dataset


def _classified(model: Module, samples: Samples) -> tuple[Array, Array | None]:
    """Return for each sample the class of the largest output, and its probability if all outputs are such."""
    predicted: list[Array] = []
    scores: list[Array] = []
    for *_, outputs in forward_chunks(model, samples):
        predicted.append(outputs.argmax(axis=1))
        probabilities = as_probabilities(outputs)
        if probabilities is not None:
            scores.append(probabilities.max(axis=1))
    return np.concatenate(predicted), np.concatenate(scores) if len(scores) == len(predicted) else None
