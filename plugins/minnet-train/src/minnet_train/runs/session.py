"""`Session`: a run that a `Recorder` keeps in a directory while it trains, newly begun or resumed."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, evolve, field, frozen

from minnet_core import MinnetError, hookimpl
from minnet_core.support import printable

from ..errors import ExperimentError, RunError
from ..experiment import Experiment, changed_files
from ..ranks import ALONE, Ranks
from ..training import EpochReport, Trainer
from .directory import SOURCES, RunConfig, RunDirectory
from .own_file import is_own_file, own_file
from .run import Run


@define(eq=False)
class Recorder:
    """Writes the reports, checkpoints and best model of a run; only while its directory is locked.

    It is a callback of the trainer, for checkpoints within an epoch.

    Attributes:
        directory: what is kept up to date.
        trainer: what trains.
        save_model: writes the model as it is now to a file.
        every: steps between checkpoints within an epoch; 0 is none.
        damaged: what was wrong with the checkpoints that were skipped.
        saved: the step of the last checkpoint; None if there is none.
    """

    directory: RunDirectory
    trainer: Trainer
    save_model: Callable[[Path], None]
    every: int = 0
    damaged: list[str] = field(factory=list, init=False)
    saved: int | None = field(default=None, init=False)
    _best: float | None = field(default=None, init=False)

    def resume(self) -> int:
        """Put the trainer where the last whole checkpoint is, and forget what came later.

        Returns:
            The step; 0 without a checkpoint, where a run begins as it began.

        Raises:
            RunError: if the directory cannot be read or written to.
            MinnetError: if the trainer refuses the state, with a note that names the file.
        """
        with self._told("gone on with"):
            self.directory.remove_leftovers()
            latest = self.directory.checkpoints.latest()
            self.damaged = [str(error) for error in latest.damaged]
            if latest.checkpoint is not None:
                self.saved = latest.checkpoint.step
                try:
                    self.trainer.load_state_dict(latest.checkpoint.state.get("trainer", {}))
                except MinnetError as error:
                    error.add_note(f"in {self.directory.checkpoints.path(self.saved)}")
                    raise
            self.directory.checkpoints.rewind(self.saved or 0)
            reports = [report.as_dict() for report in self.trainer.history]
            self.directory.checkpoints.history.restore(reports)
            self.directory.journal.restore(reports)
            for report in reports:
                self._is_best(report)
        return self.saved or 0

    def record(self, reports: Iterator[EpochReport]) -> Iterator[EpochReport]:
        """Pass on the reports of a training, each when everything about it is on the disk.

        Raises:
            RunError: if the disk is full, say: what was saved before is still whole.
        """
        for report in reports:
            flat = report.as_dict()
            with self._told("written"):
                # In this order: what is done again after a kill writes the same once more.
                self.directory.journal.append(flat)
                if self._is_best(flat):
                    self.save_model(own_file(self.directory.best_model))
                self._checkpoint(self._metric(flat))
            yield report

    @hookimpl
    def minnet_step_end(self, trainer: Trainer) -> None:
        """Save a checkpoint every so many steps."""
        if self.every and trainer.step % self.every == 0:
            self.save()

    def save(self) -> None:
        """Save a checkpoint of this moment, unless there is one; raises `RunError` as `record` does."""
        if self.saved != self.trainer.step:
            with self._told("written"):
                self._checkpoint(None)

    def finish(self) -> None:
        """Save the model of a training that is over, and see to it that every epoch is reported."""
        with self._told("written"):
            self.save_model(own_file(self.directory.model))
            self.directory.journal.restore(report.as_dict() for report in self.trainer.history)

    def _checkpoint(self, metric: float | None) -> None:
        step, history = self.trainer.step, self.directory.checkpoints.history
        state = self.trainer.state_dict(history=False)
        for report in self.trainer.history[history.count :]:
            history.append(report.as_dict())
        state["history"] = history.mark()
        self.directory.checkpoints.save({"trainer": state}, step=step, metric=metric)
        self.saved = step

    def _metric(self, report: Mapping[str, Any]) -> float | None:
        name, _ = self.directory.config.experiment.judged_by
        value = report.get(name, report.get("loss"))
        return None if value is None or math.isnan(value) else float(value)

    def _is_best(self, report: Mapping[str, Any]) -> bool:
        """Whether an epoch is better than all before it, which it is then compared with."""
        metric = self._metric(report)
        sign = 1 if self.directory.checkpoints.mode == "min" else -1
        better = metric is not None and (self._best is None or sign * metric < sign * self._best)
        if better:
            self._best = metric
        return better

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Have an error of the disk say what it stopped, and what is left."""
        try:
            yield
        except OSError as error:
            saved = self.saved
            left = "there is no checkpoint yet" if saved is None else f"its checkpoint of step {saved} is kept"
            reason = error.strerror or str(error)
            raise RunError(f"{self.directory.path}: the run could not be {what}: {reason}; {left}") from error


@frozen(eq=False)
class Session:
    """A run with its directory, which no other process can work on meanwhile.

    >>> import tempfile
    >>> from minnet_train import ExperimentFile, Run, Session
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = Run.prepare(ExperimentFile.default().experiment())
    ...     with Session.begin(run, f"{folder}/digits") as session:
    ...         report = next(session.epochs())  # and then it is interrupted
    ...     with Session.resume(f"{folder}/digits") as session:
    ...         session.resumed_at == report.step
    True

    Attributes:
        run: what trains.
        directory: where it is recorded.
        resumed_at: the step that it was resumed at; 0 for the beginning.
        warnings: damaged checkpoints, and changes of the environment.
    """

    run: Run
    directory: RunDirectory
    resumed_at: int
    warnings: tuple[str, ...]
    _recorder: Recorder = field(repr=False)

    @classmethod
    @contextmanager
    def begin(cls, run: Run, path: str | os.PathLike[str]) -> Iterator[Session]:
        """Begin a run in a new or empty folder.

        Callbacks with a state must be in ``run.trainer.callbacks`` before.

        Raises:
            RunError: if there is something in it, or it cannot be written to.
        """
        config = RunConfig(
            experiment=run.experiment,
            folder=os.getcwd(),
            fingerprint=run.fingerprints,
            sources={file.name: file.sha256 for file in run.sources},
            threads=run.threads.count,
            executor=run.trainer.executor,
        )
        sources = {file.name: file.contents for file in run.sources}
        start = None if run.start is None else run.start.contents
        with RunDirectory.begun(path, config, sources, start) as directory:
            yield cls._of(run, directory)

    @classmethod
    @contextmanager
    def resume(
        cls,
        path: str | os.PathLike[str],
        *,
        epochs: int | None = None,
        callbacks: Sequence[object] = (),
        imports: Sequence[str] = (),
        ranks: Ranks = ALONE,
    ) -> Iterator[Session]:
        """Resume a run from its last whole checkpoint, bit for bit as if it had never stopped.

        Args:
            path: of its directory, from wherever this process runs.
            epochs: their new number; that of its experiment if not given.
            callbacks: for its trainer; those with a state must be the ones that it was begun with.
            imports: the Python files that it was begun with. They are run, and so are never taken from the run itself.
            ranks: that it is divided among, any number if it was begun with shards. This is rank 0; all others call
                `Run.follow`, and train what they get.

        Raises:
            RunError: if there is no run, another process works on it, or its data have changed.
            ExperimentError: if its data are not where they were.
        """
        with RunDirectory.open(path).lock():
            directory = RunDirectory.open(path)  # as whoever had the lock until now left it
            experiment = _located(directory, imports)
            if epochs is not None:
                experiment = evolve(experiment, epochs=epochs)
            run = _prepare(directory, experiment, ranks)
            run.trainer.callbacks.extend(callbacks)
            if epochs is not None:
                run = evolve(run, experiment=evolve(run.experiment, epochs=epochs))
                directory = directory.changed(run.experiment)
            yield cls._of(run, directory)

    @classmethod
    def _of(cls, run: Run, directory: RunDirectory) -> Session:
        every = run.experiment.checkpoint_every
        recorder = Recorder(directory, run.trainer, run.save, every=every)
        if every:  # else it would cost every step a call
            run.trainer.callbacks.append(recorder)  # after those whose state it saves
        step = recorder.resume()
        changes = directory.note_environment(step, run.threads.count)
        changes += changed_files(directory.config.sources, run.sources)
        warnings = [
            *(f"skipping a damaged checkpoint: {text}" for text in recorder.damaged),
            *(f"results may differ from an uninterrupted run: {change}" for change in changes),
        ]
        return cls(run, directory, step, tuple(map(printable, warnings)), recorder)

    @property
    def output(self) -> str:
        """Where the experiment wants its model, from wherever this process runs.

        Raises:
            RunError: if that is far from the run, as in one that was received.
        """
        return self.directory.output()

    def epochs(self) -> Iterator[EpochReport]:
        """Train, each report being given when it and a checkpoint are on the disk.

        Raises:
            DivergenceError: when the loss is no finite number any more; the last checkpoint is kept.
            CallbackError: when a callback fails; likewise.
            RunError: when the directory cannot be written to; likewise.
        """
        return self._recorder.record(self.run.epochs())

    def keep(self) -> None:
        """Save a checkpoint of where the training was stopped; raises `RunError` as `epochs` does."""
        self._recorder.save()

    def finish(self) -> None:
        """Save the model of a training that is over in the directory; raises `RunError` as `epochs` does."""
        self._recorder.finish()

    def where(self) -> str:
        """Say at which checkpoint a run is."""
        saved = self._recorder.saved
        where = "has no checkpoint yet" if saved is None else f"is at step {saved}"
        return f"{self.directory.path} {where}"


def _located(directory: RunDirectory, imports: Sequence[str]) -> Experiment:
    """Return the experiment of a run, with paths that lead somewhere from here, and the files that it imports."""
    config = directory.config
    missing = sorted(config.sources.keys() - set(map(os.path.basename, imports)))
    if missing:
        copy = directory.path / SOURCES / missing[0]
        raise RunError(
            f"{directory.path}: expected --import {printable(shlex.quote(missing[0]))} (Session.resume(..., "
            f"imports=[...])), the Python file with classes of this run, received none; {printable(str(copy))} is a "
            "copy of what it was; it is run, so read it first if the run is from somebody else"
        )
    return evolve(config.located(), imports=tuple(imports))


def _prepare(directory: RunDirectory, experiment: Experiment, ranks: Ranks) -> Run:
    """Build everything anew, and check that the data are still what they were."""
    config = directory.config
    try:
        start = directory.start if is_own_file(directory.start) else None
        run = Run.prepare(
            experiment,
            threads=config.threads or None,
            executor=config.executor,
            is_begun=True,
            start=start,
            ranks=ranks,
        )
        run = evolve(run, experiment=config.experiment)
        if config.threads and run.threads.count:
            run = evolve(run, threads=evolve(run.threads, reason="as the run was begun with"))
    except ExperimentError as error:
        error.add_note(f"{directory.path} was begun in {printable(config.folder)}, and its paths are relative to that")
        raise
    if run.fingerprints != config.fingerprint:
        raise RunError(
            f"{directory.path}: expected the data that the run was begun with, received {run.dataset.name} with other "
            "contents; what it has learned belongs to the old ones"
        )
    return run
