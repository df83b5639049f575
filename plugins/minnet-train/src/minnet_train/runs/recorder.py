"""`Recorder`: keeps a run directory up to date while a trainer trains."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field

from minnet_core import MinnetError, hookimpl

from ..errors import RunError
from ..training import EpochReport, Trainer
from .directory import RunDirectory


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
                    self.trainer.load_state_dict(latest.checkpoint.state["trainer"])
                except MinnetError as error:
                    error.add_note(f"in {self.directory.checkpoints.path(self.saved)}")
                    raise
            self.directory.checkpoints.rewind(self.saved or 0)
            reports = [report.as_dict() for report in self.trainer.history]
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
                    self.save_model(self.directory.best_model)
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
            self.save_model(self.directory.model)
            self.directory.journal.restore(report.as_dict() for report in self.trainer.history)

    def _checkpoint(self, metric: float | None) -> None:
        step = self.trainer.step
        self.directory.checkpoints.save({"trainer": self.trainer.state_dict()}, step=step, metric=metric)
        self.saved = step

    def _metric(self, report: Mapping[str, Any]) -> float | None:
        name, _ = self.directory.config.best
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
