"""`TrialTraining`: a trial carried out as ordinary runs, one for each seed, from wherever its last worker left it."""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import define, evolve, field

from minnet_core import MinnetError
from minnet_core.support import printable
from minnet_train import DivergenceError, Experiment, RunError, Session
from minnet_train.training import Interruption

from ..configuration import Values
from ..errors import SweepError
from ..study import State, Study, Trial
from .beginning import prepared
from .folder import SweepFolder
from .results import result_of

MOST_DEATHS = 3
"""How many workers may die in a trial, one after another and before an epoch is over, until it has failed."""


class Stopped(Exception):  # noqa: N818  # no error: somebody wants the worker to end
    """The worker was interrupted; what it had is saved."""


def later() -> None:
    """Be what a signal calls where nothing can be stopped at once: it is looked at after what is being done."""


class _Pruned(Exception):  # noqa: N818  # no error either
    """The trial is not worth going on with."""


@define(eq=False)
class TrialTraining:
    """One trial, by a worker that has claimed it.

    Attributes:
        folder: of the sweep.
        study: its trials.
        number: of the trial.
        worker: who does it.
        interruption: what asks it to stop.
        tell: is given a line now and then.
        on_epoch: is called after each epoch.
    """

    folder: SweepFolder
    study: Study
    number: int
    worker: str
    interruption: Interruption
    tell: Callable[[str], None]
    on_epoch: Callable[[], None] = lambda: None
    _spent: float = field(default=0.0, init=False)
    _deaths: int = field(default=0, init=False)
    _began: float = field(factory=time.monotonic, init=False)

    def carry_out(self) -> Trial:
        """Train with each seed, report, and say how it ended.

        Raises:
            Stopped: if it was interrupted; it is still running, and anybody can go on with it.
            RunError: if its folder cannot be written to: no fault of the point.
            SweepError: if the metric is in no report, or the journal is damaged.
        """
        before = self.study.trial(self.number).notes
        self._spent = float(before.get("seconds", 0.0))
        self._deaths = int(before.get("deaths", 0)) + bool(before.get("worker"))  # who did not say that it left
        if self._deaths >= MOST_DEATHS:
            return self._fail(f"its worker died {self._deaths} times, one after another")
        if self._deaths:
            self.study.note(self.number, "deaths", self._deaths)
        self.study.note(self.number, "worker", self.worker)
        try:
            return self._train()
        except (Stopped, SystemExit):  # the latter of a second signal
            self._note_seconds()
            self.study.note(self.number, "worker", None)
            raise
        finally:
            gc.collect()  # what a failed training leaves has frames that know each other

    def _train(self) -> Trial:
        results: list[float] = []
        try:
            values = self.study.values(self.number)
            for seed in range(self.folder.sweep.seeds):
                results.append(self._seed(values, seed, results))
        except _Pruned:
            return self._end("pruned")
        except DivergenceError as error:
            # Pruned, not failed: a sampler that learns takes it for a bad one, and learns nothing from a failure.
            self._note_failure(f"diverged: {error}")
            return self._end("pruned")
        except (RunError, SweepError, OSError, Stopped):
            raise
        except Exception as error:  # of a component, or of values that do not fit together
            name = "" if isinstance(error, MinnetError) else f"{type(error).__name__}: "
            return self._fail(f"{name}{error}")
        return self._end("complete", sum(results) / len(results))

    def _fail(self, reason: str) -> Trial:
        self._note_failure(reason)
        return self._end("failed")

    def _end(self, state: State, value: float | None = None) -> Trial:
        self._note_seconds()
        self.study.end(self.number, state, value)
        return self.study.trial(self.number)

    def _note_failure(self, reason: str) -> None:
        self.study.note(self.number, "failure", printable(reason, 500))

    def _note_seconds(self) -> None:
        self.study.note(self.number, "seconds", self._spent + time.monotonic() - self._began)

    def _seed(self, values: Values, seed: int, before: list[float]) -> float:
        """Train with a seed, unless that is done, and return what came out."""
        done = self.study.trial(self.number).notes.get("results", {})
        if str(seed) in done:
            return float(done[str(seed)])
        experiment = self.folder.experiment(values, seed)
        metric = str(self.folder.sweep.metric)
        path = self.folder.run(self.number, seed)
        with self._session(path, experiment) as session:
            history = session.run.trainer.history
            if self.interruption.received:
                raise Stopped
            self.interruption.stop = session.run.trainer.stop
            try:
                reports = [report.as_dict() for report in history]
                if seed == 0 and self._is_compared:
                    self._report_missed(reports, experiment, metric)
                for report in session.epochs():
                    reports.append(report.as_dict())
                    if self.interruption.received:
                        break
                    self._after_epoch(reports, experiment, metric, seed)
                if self.interruption.received:
                    session.keep()
                    raise Stopped
            finally:
                self.interruption.stop = later
            result = result_of(reports, experiment, metric)
            if not math.isfinite(result):
                raise DivergenceError(f"expected a finite {metric}, received {result}")
            session.finish()
        self.study.note(self.number, "results", {**done, str(seed): result})
        results = [*before, result]
        if seed:
            mean = sum(results) / len(results)
            self._compare((seed + 1) * experiment.epochs, mean, is_all=self._is_last_seed(seed))
        return result

    def _is_last_seed(self, seed: int) -> bool:
        return seed + 1 == self.folder.sweep.seeds

    @contextmanager
    def _session(self, path: Path, experiment: Experiment) -> Iterator[Session]:
        """Go on with a run, or begin it."""
        if (path / "config.json").is_file():
            with Session.resume(path, imports=experiment.imports) as session:
                self.tell(f"trial {self.number}, {path.name}: goes on from step {session.resumed_at}")
                for warning in session.warnings:
                    self.tell(f"warning: {warning}")
                yield session
        else:
            run = prepared(experiment)
            # Who goes on with it by minnet train --resume writes no model over that of the base experiment.
            output = os.path.abspath(path / "trained.safetensors")
            run = evolve(run, experiment=evolve(run.experiment, output=output))
            with Session.begin(run, path) as session:
                yield session

    def _report_missed(self, reports: list[dict[str, object]], experiment: Experiment, metric: str) -> None:
        """Report epochs that are saved, and whose worker was killed before it reported them."""
        reported = self.study.trial(self.number).reported
        for epoch in range(1, len(reports) + 1):
            if epoch not in reported:
                self.study.report(self.number, epoch, result_of(reports[:epoch], experiment, metric))

    def _after_epoch(self, reports: list[dict[str, object]], experiment: Experiment, metric: str, seed: int) -> None:
        self.on_epoch()
        if self._deaths:
            self._deaths = 0
            self.study.note(self.number, "deaths", 0)
        if seed == 0:
            is_all = self._is_last_seed(seed) and len(reports) >= experiment.epochs
            self._compare(len(reports), result_of(reports, experiment, metric), is_all=is_all)

    @property
    def _is_compared(self) -> bool:
        """Whether trials end early: else nobody wants to know in between, and each report is a wait for the disk."""
        return self.folder.sweep.pruning.kind != "none"

    def _compare(self, step: int, value: float, *, is_all: bool) -> None:
        """Report what came out, and end the trial if it is not worth going on with; at its end that saves nothing."""
        if not self._is_compared:
            return
        self.study.report(self.number, step, value)
        if self.study.should_prune(self.number) and not is_all:  # asked anyway: halving counts who came as far
            raise _Pruned
