"""`Run`: an experiment with everything built and checked, ready to train."""

from __future__ import annotations

import os
from collections.abc import Iterator
from errno import EISDIR
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from attrs import frozen

from minnet_core import Criterion, MinnetError, Optimizer, Sequential, save
from minnet_core.arrays import describe

from .components import (
    build_criterion,
    build_metrics,
    build_model,
    build_optimizer,
    build_schedule,
    check_components,
    check_metric_names,
)
from .dataset import Dataset
from .epoch_report import EpochReport
from .errors import ExperimentError
from .experiment import Experiment
from .problem import KeyPath, Problem
from .record import TrainingRecord
from .samples import Samples
from .sources import load_source
from .split import stratified_split
from .trainer import Trainer


@frozen(eq=False)
class Run:
    """An experiment with everything that it names.

    >>> from minnet_train import ExperimentFile, Run
    >>> run = Run.prepare(ExperimentFile.default().experiment())
    >>> len(run.training), len(run.test)
    (1438, 359)
    """

    experiment: Experiment
    dataset: Dataset
    training: Samples
    test: Samples
    trainer: Trainer
    rng: np.random.Generator

    @classmethod
    def prepare(cls, experiment: Experiment) -> Run:
        """Load the data, build the components, and check that they fit each other.

        Raises:
            ExperimentError: naming the key whose value does not work.
            DataError: if the data cannot be used.
        """
        check_components(experiment)
        split_rng, model_rng, order_rng = generators(experiment.seed)
        criterion = build_criterion(experiment)
        model = build_model(experiment, model_rng)
        optimizer = build_optimizer(experiment, model)
        schedule = build_schedule(experiment)
        dataset = load_source(experiment.data)
        training, test = split(experiment, dataset, split_rng)
        _check_fit(model, criterion, training)
        metrics = build_metrics(experiment, training.task)
        check_metric_names(experiment, schedule, metrics)
        trainer = Trainer(
            model,
            criterion,
            optimizer,
            metrics=metrics,
            schedule=schedule,
            clip_norm=experiment.clip_norm,
            clip_value=experiment.clip_value,
            early_stopping=experiment.early_stopping,
        )
        return cls(experiment, dataset, training, test, trainer, order_rng)

    @property
    def model(self) -> Sequential:
        """What is trained."""
        return cast("Sequential", self.trainer.model)

    @property
    def criterion(self) -> Criterion:
        """The loss."""
        return self.trainer.criterion

    @property
    def optimizer(self) -> Optimizer:
        """What changes the weights."""
        return self.trainer.optimizer

    def epochs(self) -> Iterator[EpochReport]:
        """Train, an epoch each time the next report is asked for.

        Raises:
            DivergenceError: when the loss is no finite number any more.
        """
        return self.trainer.epochs(
            self.training,
            self.test,
            epochs=self.experiment.epochs,
            batch_size=self.experiment.batch_size,
            rng=self.rng,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, and what ``minnet evaluate`` and ``minnet predict`` need to know."""
        save(self.model, path, metadata=TrainingRecord.of(self.experiment, self.dataset).to_metadata())

    def try_saving(self, path: str | os.PathLike[str]) -> None:
        """Write the model beside ``path`` and remove it, so that what cannot be written is found before training.

        Raises:
            ExperimentError: if the folder cannot be written to, or ``path`` is a folder itself.
        """
        path = Path(path)
        try:
            if path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            with TemporaryDirectory(prefix=".minnet-", dir=path.parent) as folder:
                self.save(Path(folder, "trial.safetensors"))
        except OSError as error:
            message = f"expected a file that can be written, received {str(path)!r}: {error.strerror}"
            raise ExperimentError(Problem(("output",), message)) from error


def generators(seed: int) -> list[np.random.Generator]:
    """Return the independent generators of a run: for the split, the model, and the order of samples."""
    return np.random.default_rng(seed).spawn(3)


def split(experiment: Experiment, dataset: Dataset, rng: np.random.Generator) -> tuple[Samples, Samples]:
    """Divide a data set into training and held-out samples, as the experiment says."""
    data = experiment.data
    training, test = stratified_split(dataset.labels, data.test_fraction, rng)
    return Samples.of(dataset, training, data.scale), Samples.of(dataset, test, data.scale)


def _check_fit(model: Sequential, criterion: Criterion, samples: Samples) -> None:
    """Send two samples through a copy of everything, so that what does not fit is found before training."""
    output, targets = samples.inputs[:2], samples.targets[:2]
    trial = model.clone()
    trial.evaluate()
    path: KeyPath = ()
    try:
        for index, layer in enumerate(trial):
            path = ("model", index)
            output = layer.forward(output)
        if getattr(output, "shape", None) != targets.shape:
            raise ValueError(
                f"expected an output for each of the {targets.shape[1]} classes, (batch, {targets.shape[1]}), "
                f"received {describe(output)} for a batch of 2"
            )
        path = ("criterion",)
        criterion.forward(output, targets)
        criterion.backward(output, targets)
    except (MinnetError, ValueError, TypeError) as error:
        raise ExperimentError(Problem(path, str(error))) from error
