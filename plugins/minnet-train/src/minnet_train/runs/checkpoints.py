"""`Checkpoints`: the checkpoints of one run: the last few, and the best."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, Literal

from attrs import Factory, define, field, frozen, validators

from ..errors import CheckpointError
from .checkpoint_file import Checkpoint, read_metric
from .history_file import HistoryFile
from .own_file import is_own_file, own_file

_NAME = re.compile(r"step-(\d{8,})\.safetensors")


@frozen(eq=False)
class Latest:
    """What was found when the latest checkpoint was looked for.

    Attributes:
        checkpoint: the latest one that is whole; None if there is none.
        damaged: what is wrong with later ones, the latest first.
    """

    checkpoint: Checkpoint | None
    damaged: tuple[CheckpointError, ...] = ()


@define
class Checkpoints:
    """The checkpoint files in a folder.

    Attributes:
        folder: where they are; need not exist until one is saved.
        keep: how many of the last ones are kept; the best is kept besides.
        mode: whether the smallest or the largest metric is the best.
        run_id: of the run whose checkpoints they are; others are passed over like damaged ones.
        history: the reports of all epochs: the state of a trainer in a checkpoint has a mark in it in their place.
    """

    folder: Path = field(converter=Path)
    keep: int = field(default=3, validator=validators.ge(1))
    mode: Literal["min", "max"] = field(default="min", validator=validators.in_(("min", "max")))
    run_id: str | None = None
    history: HistoryFile = Factory(
        lambda self: HistoryFile(self.folder / "history.jsonl", self.folder / "history.jsonl"), takes_self=True
    )
    _metrics: dict[int, float | None] = field(factory=dict, init=False, eq=False, repr=False)

    def save(self, state: Mapping[str, Any], *, step: int, metric: float | None = None) -> Path:
        """Write a checkpoint, and remove those that are neither among the last ones nor the best.

        The old ones go only when the new one is on the disk.

        Raises:
            CheckpointError: if the state holds what a file cannot.
            OSError: if the file cannot be written; all the old ones are then still there.
        """
        self.folder.mkdir(exist_ok=True)
        metric = None if metric is None or math.isnan(metric) else float(metric)
        path = Checkpoint(state, step, metric, self.run_id).write(own_file(self.path(step)))
        self._metrics[step] = metric
        self._prune()
        return path

    def path(self, step: int) -> Path:
        """Return the file of a step."""
        return self.folder / f"step-{step:08}.safetensors"

    def steps(self) -> list[int]:
        """List the steps that have a checkpoint, whole or damaged, ascending."""
        if not self.folder.is_dir():
            return []
        return sorted(int(found[1]) for name in os.listdir(self.folder) if (found := _NAME.fullmatch(name)))

    def latest(self) -> Latest:
        """Read the latest checkpoint that is whole and of this run, with the reports in it; nothing is changed.

        Raises:
            OSError: if a file cannot be read, though it may be whole.
        """
        damaged: list[CheckpointError] = []
        for step in reversed(self.steps()):
            try:
                return Latest(self._read(step), tuple(damaged))
            except CheckpointError as error:
                damaged.append(error)
        return Latest(None, tuple(damaged))

    def best(self) -> int | None:
        """Find the step with the best metric, the first of several; None if none has a metric."""
        measured = [(metric, step) for step in self.steps() if (metric := self._metric(step)) is not None]
        sign = 1 if self.mode == "min" else -1
        return min(measured, key=lambda pair: (sign * pair[0], pair[1]))[1] if measured else None

    def rewind(self, step: int) -> None:
        """Go on from a step: every later checkpoint is renamed to ``*.damaged``, so that it counts no more.

        So is one that is no file but a folder, say. What a kill kept from being removed is removed.
        """
        for each in self.steps():
            path = self.path(each)
            if each > step or not is_own_file(path):
                os.replace(path, _damaged(path))
                self._metrics.pop(each, None)
        self._prune()

    def _read(self, step: int) -> Checkpoint:
        path = self.path(step)
        if path.is_symlink():
            raise CheckpointError(f"{path}: expected a file, received a symbolic link")
        checkpoint = Checkpoint.read(path)
        if checkpoint.run_id != self.run_id:
            ours, theirs = map(_named, (self.run_id, checkpoint.run_id))
            raise CheckpointError(f"{path}: expected a checkpoint of {ours}, received one of {theirs}")
        if checkpoint.step != step:
            raise CheckpointError(f"{path}: expected the checkpoint of step {step}, received {checkpoint.step}")
        trainer = checkpoint.state.get("trainer", {})
        if not isinstance(trainer, dict):
            raise CheckpointError(f"{path}: expected the state of a trainer, received {type(trainer).__name__}")
        if isinstance(mark := trainer.get("history"), Mapping):  # in format 1 the reports themselves
            try:
                trainer["history"] = self.history.read(mark)
            except (CheckpointError, KeyError, TypeError, ValueError, OverflowError) as error:
                raise CheckpointError(f"{path}: {error}") from error
        return checkpoint

    def _metric(self, step: int) -> float | None:
        if step not in self._metrics:
            self._metrics[step] = None
            with suppress(CheckpointError):
                if is_own_file(self.path(step)):
                    self._metrics[step] = read_metric(self.path(step), self.run_id)
        return self._metrics[step]

    def _prune(self) -> None:
        steps = self.steps()
        kept = {*steps[-self.keep :], self.best()}
        for step in steps:
            if step not in kept:
                self.path(step).unlink(missing_ok=True)
                self._metrics.pop(step, None)


def _damaged(path: Path) -> Path:
    """Choose a name for a damaged checkpoint; what is damaged already keeps its own."""
    renamed = path.with_suffix(".damaged")
    numbers = count(2)
    while os.path.lexists(renamed):
        renamed = path.with_name(f"{path.stem}-{next(numbers)}.damaged")
    return renamed


def _named(run_id: object) -> str:
    """Name a run; what a stranger's file calls it is quoted, and cut."""
    return "a run without an identity" if run_id is None else f"run {str(run_id)[:40]!r}"
