"""`TrialTraining`: a trial carried out as ordinary runs, one for each seed, from wherever its last worker left it."""

from __future__ import annotations

import gc
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from attrs import define, evolve, field

from minnet_core import MinnetError
from minnet_core.support import printable
from minnet_train import DataError, DivergenceError, Experiment, ExperimentError, Run, RunError, Session, StateError
from minnet_train.experiment import changed_files
from minnet_train.runs import Checkpoints, names
from minnet_train.training import Interruption

from ..configuration import Values
from ..errors import SweepError
from ..study import State, Study, Trial
from .beginning import prepared
from .folder import SweepFolder
from .results import NoMetricError, result_of

MOST_DEATHS = 3
"""How many workers may die in a trial, one after another and before anything more is saved, until it has failed."""


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
    _began: float = field(factory=time.monotonic, init=False)

    def carry_out(self) -> Trial:
        """Train with each seed, report, and say how it ended.

        Raises:
            Stopped: if it was interrupted; it is still running, and anybody can go on with it.
            RunError: if its folder cannot be written to: no fault of the point.
            SweepError: if the journal is damaged, or the fault is that of this machine, and not of the point.
        """
        before = self.study.trial(self.number).notes
        self._spent = float(before.get("seconds", 0.0))
        if before.get("worker"):  # who did not say that it left
            deaths, saved = before.get("died", (0, None))
            now = self._saved_steps()
            deaths = 1 if now != saved else deaths + 1
            if deaths >= MOST_DEATHS:
                return self._fail(f"its worker died {deaths} times, one after another")
            self.study.note(self.number, "died", [deaths, now])
        self.study.note(self.number, "worker", self.worker)
        try:
            return self._train()
        except BaseException:  # a signal, a full disk, a machine without the data: what is told is no death
            with suppress(SweepError, OSError):
                self._note_seconds()
                self.study.note(self.number, "worker", None)
            raise
        finally:
            gc.collect()  # what a failed training leaves has frames that know each other

    def _saved_steps(self) -> list[int]:
        """Return the step of the last checkpoint of each seed: the same as at a death if nothing was saved since."""
        runs = [self.folder.run(self.number, seed) for seed in range(self.folder.sweep.seeds)]
        return [max(Checkpoints(run / names.CHECKPOINTS).steps(), default=0) for run in runs]

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
        except NoMetricError as error:
            return self._fail(str(error))
        except (RunError, SweepError, OSError, Stopped):
            raise
        except Exception as error:  # of a component, or of values that do not fit together
            name = "" if isinstance(error, MinnetError) else f"{type(error).__name__}: "
            self._expect_base_works(f"{name}{error}")
            return self._fail(f"{name}{error}")
        return self._end("complete", sum(results) / len(results))

    def _expect_base_works(self, reason: str) -> None:
        """Refuse to blame a point where nothing works: on a machine that does not see the data, say, all would fail."""
        try:
            prepared(self.folder.base.experiment())
        except Exception as error:
            raise SweepError(
                f"trial {self.number} could not be tried here: {printable(reason, 500)}; that is no failure of its "
                "values, for the base experiment, which worked when the sweep was begun, does not work here either"
            ) from error

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
        with self._session(path, experiment, values) as session:
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
                    stopping = session.run.trainer.early_stopping
                    is_over = len(reports) >= experiment.epochs or (
                        stopping is not None and stopping.reason is not None
                    )
                    self._after_epoch(reports, experiment, metric, seed, is_over=is_over)
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
    def _session(self, path: Path, experiment: Experiment, values: Values) -> Iterator[Session]:
        """Go on with a run, or begin it."""
        if (path / "config.json").is_file():
            with ExitStack() as stack:
                try:
                    session = stack.enter_context(Session.resume(path, imports=experiment.imports))
                except (RunError, ExperimentError, DataError, StateError) as error:
                    raise SweepError(
                        f"trial {self.number} cannot be gone on with: {error}; if that cannot be mended, "
                        f"remove {path}, and it begins anew"
                    ) from error
                self.tell(f"trial {self.number}, {path.name}: goes on from step {session.resumed_at}")
                for warning in session.warnings:
                    self.tell(f"warning: {warning}")
                yield session
        else:
            run = prepared(experiment)
            self._expect_unchanged(run, values)
            self._tell_changed_files(run)
            # Who goes on with it by minnet train --resume writes no model over that of the base experiment.
            output = os.path.abspath(path / "trained.safetensors")
            run = evolve(run, experiment=evolve(run.experiment, output=output))
            with Session.begin(run, path) as session:
                yield session

    def _expect_unchanged(self, run: Run, values: Values) -> None:
        """Refuse data, or a model to go on from, that are not those of trials with the same settings of them."""
        settings = self.folder.experiment_file(values).settings
        found = {"data": (run.dataset.name, run.fingerprints, "data", "learned from, received others")}
        if run.start is not None:
            start = run.start.start
            found["start"] = (start.model, str(start.sha256), "model", "gone on from, received another")
        for part, (name, now, what, received) in found.items():
            key = f"{part} " + "; ".join(each.text for each in settings if each.path[0] == part)
            known = self.study.noted(key)
            if known is None:
                self.study.note_for_all(key, now)
            elif known != now:
                raise SweepError(
                    f"{name}: expected the {what} that the trials before have {received}, whose results cannot be "
                    "compared; minnet sweep run with the file of the sweep begins another one"
                )

    def _tell_changed_files(self, run: Run) -> None:
        """Say it if Python files are not what they were in the trials before, which may be to mend a mistake."""
        before = self.study.noted("files") or {}
        for change in changed_files(before, run.sources):
            self.tell(f"warning: trials before this one may have had other results: {change}")
        now = {**before, **{file.name: file.sha256 for file in run.sources}}
        if now != before:
            self.study.note_for_all("files", now)

    def _report_missed(self, reports: list[dict[str, object]], experiment: Experiment, metric: str) -> None:
        """Report epochs that are saved, and whose worker was killed before it reported them."""
        reported = self.study.trial(self.number).reported
        for epoch in range(1, len(reports) + 1):
            if epoch not in reported:
                with suppress(NoMetricError):
                    self.study.report(self.number, epoch, result_of(reports[:epoch], experiment, metric))

    def _after_epoch(
        self, reports: list[dict[str, object]], experiment: Experiment, metric: str, seed: int, *, is_over: bool
    ) -> None:
        self.on_epoch()
        if seed == 0:
            with suppress(NoMetricError):  # of an epoch that is not the last one
                value = result_of(reports, experiment, metric)
                self._compare(len(reports), value, is_all=is_over and self._is_last_seed(seed))

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
