"""`Session`: a run that is recorded in a directory while it trains, newly begun or resumed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import evolve, field, frozen

from ..errors import ExperimentError, RunError
from ..training import EpochReport
from .config import RunConfig
from .directory import RunDirectory
from .recorder import Recorder
from .run import Run


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
        config = RunConfig(experiment=run.experiment, folder=os.getcwd(), fingerprint=run.dataset.fingerprint())
        directory = RunDirectory.create(path, config)
        with directory.lock():
            yield cls._of(run, directory)

    @classmethod
    @contextmanager
    def resume(
        cls, path: str | os.PathLike[str], *, epochs: int | None = None, callbacks: Sequence[object] = ()
    ) -> Iterator[Session]:
        """Resume a run from its last whole checkpoint, bit for bit as if it had never stopped.

        Args:
            path: of its directory, from wherever this process runs.
            epochs: their new number; that of its experiment if not given.
            callbacks: for its trainer; those with a state must be the ones that it was begun with.

        Raises:
            RunError: if there is no run, another process works on it, or its data have changed.
            ExperimentError: if its data are not where they were.
        """
        directory = RunDirectory.open(path)
        with directory.lock():
            directory = RunDirectory.open(path)  # as whoever had the lock until now left it
            run = _prepare(directory)
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
        changes = directory.note_environment(step)
        warnings = [
            *(f"skipping a damaged checkpoint: {text}" for text in recorder.damaged),
            *(f"results may differ from an uninterrupted run: {change}" for change in changes),
        ]
        return cls(run, directory, step, tuple(warnings), recorder)

    @property
    def output(self) -> str:
        """Where the experiment wants its model, from wherever this process runs."""
        return self.directory.config.located().output

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


def _prepare(directory: RunDirectory) -> Run:
    """Build everything anew, and check that the data are still what they were."""
    config = directory.config
    try:
        run = evolve(Run.prepare(config.located()), experiment=config.experiment)
    except ExperimentError as error:
        error.add_note(f"{directory.path} was begun in {config.folder}, and its paths are relative to that")
        raise
    if run.dataset.fingerprint() != config.fingerprint:
        raise RunError(
            f"{directory.path}: expected the data that the run was begun with, received {run.dataset.name} with other "
            "contents; what it has learned belongs to the old ones"
        )
    return run
