"""What ``minnet plot`` asks the model of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from attrs import field, frozen

from minnet_core import Array, ModelFileError, Module, load, read_header

from ..data import Dataset, Samples
from ..errors import DataError, ExperimentError
from ..evaluation import CHUNK, as_probabilities, in_form_of_model, split_rows
from ..experiment import TrainingRecord, is_lost, load_other, load_source, other_source
from ..plots import PlotError
from ..training import Threads, forward_chunks

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


def model_name(run: str | os.PathLike[str], record: TrainingRecord) -> str:
    """Say what a title calls the model of a run: with the epoch that its weights are of."""
    epoch = None if record.card is None or record.card.epoch is None else record.card.epoch.get("epoch")
    return run_name(run) if epoch is None else f"{run_name(run)}, epoch {epoch}"


@frozen(eq=False)
class PlottedModel:
    """The model of a run, and the samples to ask it about.

    Attributes:
        path: of the model file.
        record: of its training.
        model: in evaluation mode.
        dataset: that it was trained on.
        rows: the indices of the samples in it.
        title: which samples they are.
    """

    path: Path
    record: TrainingRecord = field(repr=False)
    model: Module = field(repr=False)
    dataset: Dataset = field(repr=False)
    rows: Array = field(repr=False)
    title: str
    _threads: Threads = field(init=False, repr=False)

    @_threads.default
    def _choose_threads(self) -> Threads:
        return Threads.chosen(self.model, CHUNK, self.record.preparation.width)

    @classmethod
    def of_run(
        cls, run: str | os.PathLike[str], *, split: str = "test", data: str | None = None, task: str | None = None
    ) -> PlottedModel:
        """Load the model of a run, and find the samples.

        Args:
            run: a run directory, or a model file.
            split: ``training``, ``validation``, ``test`` or ``all``.
            data: the path of the data that it was trained on, if they have moved.
            task: what it must be for, ``classification`` or ``regression``; None for either.

        Raises:
            PlotError: if it is for another task, or there is no such part.
            ModelFileError: if the data are others than those that it was trained on.
        """
        path = model_file(run)
        record = TrainingRecord.read(read_header(path), path)
        if task == "classification" != record.task:
            raise PlotError(f"{path}: expected a classifier, received a model that predicts numbers")
        if task == "regression" != record.task:
            raise PlotError(f"{path}: expected a model that predicts numbers, received a classifier")
        dataset, rows = split_rows(record, _same_data(record, path, data), split)
        if not len(rows):
            raise PlotError(f"{path}: expected an experiment with {split} samples, received one without")
        model = load(path, prepared=True)
        model.evaluate()
        title = f"{model_name(run, record)}: {split} samples of {dataset.name}"
        return cls(path, record, model, dataset, rows, title)

    def answers(self) -> tuple[Array, Array]:
        """Return the targets and the outputs of all samples: (rows, outputs), of a regression in the data's units."""
        samples = Samples.of(
            self.dataset, self.rows, self.record.preparation, autoencode=self.record.experiment.data.autoencode
        )
        with self._threads.limit():
            parts = [(targets, outputs) for _, _, targets, outputs in forward_chunks(self.model, samples)]
        targets, outputs = (np.concatenate(each) for each in zip(*parts, strict=True))
        self.record.expect_outputs(outputs.shape[1:], self.path)
        if self.record.classes:
            return targets, outputs
        return self.record.preparation.answers(targets), self.record.preparation.answers(outputs)

    def probabilities(self) -> tuple[Array, Array]:
        """Return the index of the class and the probabilities of each sample: (rows,) and (rows, classes).

        Raises:
            PlotError: if the outputs of the model are no probabilities.
        """
        targets, outputs = self.answers()
        found = as_probabilities(outputs)
        if found is None:
            raise PlotError(f"{self.path}: expected a model whose outputs are probabilities, or their logarithms")
        return targets.argmax(axis=1), np.asarray(found, np.float64)

    def predict(self, raw: Array) -> Array:
        """Predict from raw features (rows, columns): probabilities if there are any, of a regression the values."""
        with self._threads.limit():
            outputs = self.model.forward(self.record.preparation.inputs(raw))
        if not self.record.classes:
            return self.record.preparation.answers(outputs)
        found = as_probabilities(outputs)
        return outputs if found is None else found

    def classified(self) -> tuple[Array, Array | None]:
        """Return for each sample the class of the largest output, and its probability if all outputs are such."""
        predicted: list[Array] = []
        scores: list[Array] = []
        with self._threads.limit():
            samples = Samples.of(self.dataset, self.rows, self.record.preparation)
            for *_, outputs in forward_chunks(self.model, samples):
                predicted.append(outputs.argmax(axis=1))
                probabilities = as_probabilities(outputs)
                if probabilities is not None:
                    scores.append(probabilities.max(axis=1))
        return np.concatenate(predicted), np.concatenate(scores) if len(scores) == len(predicted) else None

    def some(self, count: int) -> tuple[Array, Array]:
        """Return the raw features and the prepared inputs of the first samples."""
        raw = np.asarray(self.dataset.features[self.rows[:count]])
        return raw, self.record.preparation.inputs(raw)

    @property
    def output_names(self) -> tuple[Any, ...]:
        """The classes, or the names of the outputs of a regression."""
        if self.record.classes:
            return self.record.classes
        return self.record.output_names(self.model.forward(self.record.preparation.inputs(self._first())).shape[1])

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns, or their numbers."""
        return self.dataset.columns or tuple(map(str, range(self.dataset.features.shape[1])))

    def _first(self) -> Array:
        return np.asarray(self.dataset.features[self.rows[:1]])


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
        asked = PlottedModel.of_run(run, split=split, data=data, task="classification")
        asked.record.expect_outputs((len(asked.dataset.classes),), asked.path)
        predicted, scores = asked.classified()
        actual = np.asarray(asked.dataset.targets[asked.rows])
        return cls(asked.dataset, asked.rows, actual, predicted, scores, asked.title)


def _same_data(record: TrainingRecord, path: Path, data: str | None) -> Dataset:
    config = other_source(record.experiment.data, data) if data else record.experiment.data
    try:
        dataset = load_source(config)
    except (ExperimentError, DataError) as error:
        if isinstance(error, DataError) and not is_lost(config):
            raise
        raise ModelFileError(f"{path}: {error}; --data names the data where they are now") from error
    if dataset.fingerprint() != record.fingerprint:
        raise ModelFileError(
            f"{path}: expected the data that it was trained on, received {dataset.name} with other contents; "
            "which samples were held out can no longer be said"
        )
    return in_form_of_model(load_other(config, dataset), record) if record.reforms_data else dataset
