"""`Recorder`: keeps a run directory up to date while a trainer trains."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from attrs import define, field

from minnet_core import MinnetError, hookimpl

from .directory import RunDirectory
from .errors import RunError


class Reported(Protocol):
    """What is asked of the report of an epoch."""

    def as_dict(self) -> dict[str, Any]:
        """Return one flat dict."""


class Recordable(Protocol):
    """What is asked of a trainer: that all that decides how it goes on can be taken out of it, and put back."""

    @property
    def step(self) -> int:
        """How many steps have been taken."""

    @property
    def history(self) -> Sequence[Reported]:
        """The reports of all epochs that are over; it is part of the state."""

    def state_dict(self) -> dict[str, Any]:
        """Return nested dicts and lists of plain values and arrays."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned."""


R = TypeVar("R", bound=Reported)


@define(eq=False)
class Recorder(Generic[R]):
    """Writes the reports, checkpoints and best model of a run; only while its directory is locked.

    It is a callback of the trainer, for checkpoints within an epoch.

    Attributes:
        directory: what is kept up to date.
        trainer: what trains.
        save_model: writes the model as it is now to a file.
        every: steps between checkpoints within an epoch; 0 is none.
        damaged: what was wrong with the checkpoints that were passed over.
    """

    directory: RunDirectory
    trainer: Recordable
    save_model: Callable[[Path], None]
    every: int = 0
    damaged: list[str] = field(factory=list, init=False)
    _saved: int | None = field(default=None, init=False)
    _best: float | None = field(default=None, init=False)

    @property
    def saved(self) -> int | None:
        """The step of the last checkpoint; None if there is none."""
        return self._saved

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
                self._saved = latest.checkpoint.step
                try:
                    self.trainer.load_state_dict(latest.checkpoint.state["trainer"])
                except MinnetError as error:
                    error.add_note(f"in {self.directory.checkpoints.path(self._saved)}")
                    raise
            self.directory.checkpoints.rewind(self._saved or 0)
            reports = [report.as_dict() for report in self.trainer.history]
            self.directory.journal.restore(reports)
            for report in reports:
                self._is_best(report)
        return self._saved or 0

    def record(self, reports: Iterator[R]) -> Iterator[R]:
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
    def minnet_step_end(self, trainer: Recordable) -> None:
        """Save a checkpoint every so many steps."""
        if self.every and trainer.step % self.every == 0:
            self.save()

    def save(self) -> None:
        """Save a checkpoint of this moment, unless there is one.

        Raises:
            RunError: as `record` does.
        """
        if self._saved != self.trainer.step:
            with self._told("written"):
                self._checkpoint(None)

    def finish(self) -> None:
        """Save the model of a training that is over, and see to it that every epoch is reported.

        Raises:
            RunError: as `record` does.
        """
        with self._told("written"):
            self.save_model(self.directory.model)
            self.directory.journal.restore(report.as_dict() for report in self.trainer.history)

    def _checkpoint(self, metric: float | None) -> None:
        step = self.trainer.step
        self.directory.checkpoints.save({"trainer": self.trainer.state_dict()}, step=step, metric=metric)
        self._saved = step

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
            left = (
                "there is no checkpoint yet" if self._saved is None else f"its checkpoint of step {self._saved} is kept"
            )
            reason = error.strerror or str(error)
            raise RunError(f"{self.directory.path}: the run could not be {what}: {reason}; {left}") from error
