"""`Run`: an experiment, built and checked, ready to train."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from errno import EISDIR
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from attrs import asdict, evolve, field, frozen

from minnet_core import Container, Criterion, MinnetError, Module, Optimizer, save

from ..data import Dataset, Preparation, Samples
from ..errors import ExperimentError, Problem
from ..experiment import (
    AllRows,
    Experiment,
    LearningData,
    StartModel,
    TrainingRecord,
    build_augmentations,
    build_criterion,
    build_metrics,
    build_model,
    build_optimizer,
    build_schedule,
    check_components,
    check_metric_names,
    check_not_judged,
    import_files,
    load_source,
    parted_columns,
    structure_experiment,
    unstructure_experiment,
)
from ..metrics import in_raw_units
from ..ranks import ALONE, Ranks
from ..training import (
    EpochReport,
    ExponentialMovingAverage,
    Threads,
    Trainer,
    executor_name,
    expect_same,
    trained_part,
)
from .card import BestEpoch, model_card
from .checks import check_augmentations, check_batches, check_fit, sharded
from .following import done_by_all, heard
from .output_file import expect_model, expect_own

if TYPE_CHECKING:
    from minnet_core.source_files import SourceFile


@frozen
class _Order:
    """What decides how a run is prepared, as rank 0 tells it to the others."""

    experiment: Experiment
    threads: int | None
    executor: str | None
    is_begun: bool
    start: str | None

    def to_plain(self) -> dict[str, Any]:
        return {**asdict(self, recurse=False), "experiment": unstructure_experiment(self.experiment)}

    @classmethod
    def of_plain(cls, data: dict[str, Any]) -> _Order:
        return cls(**{**data, "experiment": structure_experiment(data["experiment"])})


@frozen(eq=False)
class Run:
    """An experiment with everything that it names.

    >>> from minnet_train import ExperimentFile, Run
    >>> run = Run.prepare(ExperimentFile.default().experiment())
    >>> len(run.training), len(run.validation), len(run.test)
    (1295, 143, 359)

    Attributes:
        experiment: as it is run.
        dataset: what is learned from.
        preparation: of the data.
        training: what is trained on.
        validation: what is looked at after every epoch, and tells the best; None if there is nothing of that kind.
        test: what is held out.
        fingerprint: of the data that are learned from, as their source has them.
        validation_fingerprint: of the data to validate by, if they are others.
        trainer: trains the model.
        rng: draws the order of the samples.
        start: the model that it goes on from, if it does.
    """

    experiment: Experiment
    dataset: Dataset
    preparation: Preparation
    training: Samples
    validation: Samples | None
    test: Samples
    fingerprint: str
    validation_fingerprint: str | None
    trainer: Trainer
    rng: np.random.Generator
    threads: Threads
    sources: tuple[SourceFile, ...] = field(repr=False)
    start: StartModel | None = None
    best: BestEpoch = field(init=False, repr=False)

    @best.default
    def _judge(self) -> BestEpoch:
        return BestEpoch(*self.experiment.judged_by)

    @classmethod
    def prepare(
        cls,
        experiment: Experiment,
        *,
        threads: int | None = None,
        executor: str | None = None,
        is_begun: bool = False,
        start: str | os.PathLike[str] | None = None,
        ranks: Ranks = ALONE,
    ) -> Run:
        """Load the data, build the components, and check that they fit each other.

        Args:
            experiment: to run.
            threads: how many multiply matrices; None for as many as suit, see `Trainer`.
            executor: what executes a step; None for what the experiment says.
            is_begun: whether it is a run that goes on, which may have begun before what is held out was kept from
                telling when to stop.
            start: where a copy of the model is that it goes on from, if not where the experiment says.
            ranks: that it is divided among. Rank 0 prepares a run so, and all others call `follow` meanwhile.

        Raises:
            ExperimentError: naming the key whose value does not work.
            DataError: if the data cannot be used.
            RanksError: if another rank fails, or has other data.
        """
        order = _Order(experiment, threads, executor, is_begun, None if start is None else os.fspath(start))
        if ranks.size > 1:
            heard(ranks, order.to_plain())
        return cls._prepared_by_all(order, ranks)

    @classmethod
    def follow(cls, ranks: Ranks) -> Run | None:
        """Prepare what rank 0 prepares, on any other rank; None if that says, by `dismiss`, that there is nothing more.

        Raises:
            RanksError: if a rank fails, rank 0 for example, which raises its own error.
        """
        told = heard(ranks, None)
        if told is None:
            return None
        order = _Order.of_plain(told)
        np.random.seed(order.experiment.seed % 2**32)  # layers of notebooks draw from the global generator
        return cls._prepared_by_all(order, ranks)

    @staticmethod
    def dismiss(ranks: Ranks) -> None:
        """Tell the ranks that `follow` that there is nothing more."""
        if ranks.size > 1:
            heard(ranks, None)

    @classmethod
    def _prepared_by_all(cls, order: _Order, ranks: Ranks) -> Run:
        if ranks.size == 1:
            return cls._prepared(order, ranks)
        all_rows = AllRows(ranks)

        def prepare() -> Run:
            try:
                run = cls._prepared(order, ranks, all_rows)
            except (MinnetError, OSError):
                all_rows.tell()  # whoever waits for it hears of the error after that
                raise
            all_rows.tell()
            return run

        run = done_by_all(ranks, prepare)
        expect_same(ranks, "data", {"fingerprint": run.fingerprints, "outline": "+".join(all_rows.outlines)})
        return run

    @classmethod
    def _prepared(cls, order: _Order, ranks: Ranks, all_rows: AllRows | None = None) -> Run:
        experiment = order.experiment
        sources = import_files(experiment.imports)
        check_components(experiment)
        experiment, ranks = sharded(experiment, ranks, is_begun=order.is_begun)
        compile_with = _executor(experiment.compile if order.executor is None else order.executor)
        split_rng, model_rng, order_rng = generators(experiment.seed)
        criterion = build_criterion(experiment)
        begun = None if experiment.start is None else StartModel.read(experiment.start, order.start)
        has_parts = experiment.data.inputs is not None or (begun is not None and begun.has_parts)
        others = None if all_rows is None else all_rows.others
        dataset = load_source(experiment.data, others) if has_parts else None  # whose columns the model has to know
        parted = None if dataset is None else parted_columns(dataset, experiment.data, begun)
        model = build_model(experiment, model_rng, parted)
        part, frozen = _trained_part(experiment, model)
        optimizer = build_optimizer(experiment, model, part)
        schedule = build_schedule(experiment)
        data = LearningData.load(
            experiment.data, split_rng, begun, model, dtype=experiment.dtype, dataset=dataset, all_rows=all_rows
        )
        if begun is not None:
            begun.give_weights(model, with_head=data.keeps_head)
            taken = evolve(begun.start, head="keep" if data.keeps_head else "new")
            experiment, begun = evolve(experiment, start=taken), evolve(begun, start=taken)
        augmentations = build_augmentations(experiment)
        check_augmentations(augmentations, data.training)
        check_fit(model, criterion, data.training)
        check_batches(experiment, optimizer, data.training)
        if data.validation is None:
            experiment = evolve(experiment, data=evolve(experiment.data, validation_fraction=0.0))
        metrics = build_metrics(experiment, data.training.task)
        check_metric_names(experiment, schedule, metrics)
        if not (order.is_begun or experiment.data.is_validated):
            check_not_judged(experiment, schedule)
        columns = math.prod(data.training.inputs_shape)
        decay = experiment.average_decay
        is_sharded = experiment.shards is not None
        chosen = Threads.chosen(model, experiment.batch_size, columns, wanted=order.threads, is_sharded=is_sharded)
        trainer = Trainer(
            model,
            criterion,
            optimizer,
            metrics=in_raw_units(metrics, data.preparation),
            schedule=schedule,
            clip_norm=experiment.clip_norm,
            clip_value=experiment.clip_value,
            early_stopping=experiment.early_stopping,
            compile=compile_with,
            threads=chosen.count or None,
            frozen=frozen,
            accumulate=experiment.accumulate,
            average=None if decay is None else ExponentialMovingAverage(part, decay),
            augmentations=augmentations,
            shards=experiment.shards,
            batch_statistics=experiment.batch_statistics,
            ranks=ranks,
        )
        trainer.shuffler.go_through(data.training.blocks, experiment.batch_size * experiment.accumulate)
        return cls(
            experiment,
            data.dataset,
            data.preparation,
            data.training,
            data.validation,
            data.test,
            data.fingerprint,
            data.validation_fingerprint,
            trainer,
            order_rng,
            chosen,
            sources,
            begun,
        )

    @property
    def model(self) -> Container:
        """The model that is trained."""
        return cast("Container", self.trainer.model)

    @property
    def criterion(self) -> Criterion:
        """The loss."""
        return self.trainer.criterion

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer of the model."""
        return self.trainer.optimizer

    @property
    def fingerprints(self) -> str:
        """Of all data: those that are learned from, and those to validate by, if they are others."""
        return "+".join(filter(None, (self.fingerprint, self.validation_fingerprint)))

    @property
    def measured(self) -> Samples:
        """What every epoch is measured on: without a validation part what is held out, which decides nothing."""
        return self.test if self.validation is None else self.validation

    def epochs(self) -> Iterator[EpochReport]:
        """Train, an epoch each time the next report is asked for; other ranks begin when rank 0 does.

        Raises:
            DivergenceError: when the loss is no finite number any more.
            RanksError: if rank 0 has failed meanwhile.
        """
        if self.trainer.ranks.size > 1:
            heard(self.trainer.ranks, {})
        return self.trainer.epochs(
            self.training,
            self.measured,
            epochs=self.experiment.epochs,
            batch_size=self.experiment.batch_size,
            rng=self.rng,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model, and what ``minnet evaluate`` and ``minnet predict`` need to know."""
        with self.trainer.averaged():
            card = model_card(self)
            record = TrainingRecord.of(self.experiment, self.dataset, self.preparation, card, self.fingerprint)
            save(self.model, path, metadata=record.to_metadata())

    def try_saving(self, path: str | os.PathLike[str], *, replace: bool = True) -> None:
        """Write the model beside ``path`` and remove it, to find before training whether it can be written.

        Args:
            path: of the model.
            replace: whether the model of another run may be replaced.

        Raises:
            ExperimentError: if the folder cannot be written to, or ``path`` is a folder itself, or has something else
                than a model, which whoever wrote the experiment may not know of.
        """
        path = Path(path)
        try:
            if path.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
            expect_model(path)
            with TemporaryDirectory(prefix=".minnet-", dir=path.parent) as folder:
                self.save(Path(folder, "trial.safetensors"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            message = f"expected a file that can be written, received {str(path)!r}: {reason}"
            raise ExperimentError(Problem(("output",), message)) from error
        if not replace:
            expect_own(path, self.experiment, self.fingerprint)


def generators(seed: int) -> list[np.random.Generator]:
    """Return the independent generators of a run: for the split, the model, and the order of samples."""
    return np.random.default_rng(seed).spawn(3)


def _executor(compile: bool | str) -> str:
    try:
        return executor_name(compile)
    except ValueError as error:
        raise ExperimentError(Problem(("compile",), str(error))) from error


def _trained_part(experiment: Experiment, model: Container) -> tuple[Module, list[Module]]:
    """Find the layers that are trained, and those that are frozen."""
    try:
        return trained_part(model, () if experiment.start is None else experiment.start.freeze)
    except ValueError as error:
        raise ExperimentError(Problem(("start", "freeze"), str(error))) from error
