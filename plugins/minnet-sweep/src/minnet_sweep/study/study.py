"""`Study` and `Trial`: the points of a sweep, who has tried them, and what came out, in a journal that all write to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from attrs import field, frozen

from ..configuration import Sweep, Values
from ..errors import SweepError
from .journal_file import JournalFile
from .package import JournalStorage, optuna
from .points import all_points
from .pruner import pruner_of
from .sampler import SeededSampler
from .suggesting import suggested

_NAME = "sweep"
_STATES = optuna.trial.TrialState

State: TypeAlias = Literal["waiting", "running", "complete", "pruned", "failed"]
_NAMES: Mapping[Any, State] = {
    _STATES.WAITING: "waiting",
    _STATES.RUNNING: "running",
    _STATES.COMPLETE: "complete",
    _STATES.PRUNED: "pruned",
    _STATES.FAIL: "failed",
}


@frozen
class Trial:
    """A point, and what is known of it.

    Attributes:
        number: from 0.
        state: ``waiting``, ``running`` (or interrupted), ``complete``, ``pruned`` or ``failed``.
        values: of the parameters; empty while it is waiting.
        value: what it is compared by; None before it is complete.
        reported: step -> what was reported there.
        notes: what workers have noted: ``failure``, ``seconds``, ``worker``, ``results``, ``died``.
        started: when it began; None before.
        ended: when it ended; None before.
    """

    number: int
    state: State
    values: Values
    value: float | None
    reported: Mapping[int, float]
    notes: Mapping[str, Any]
    started: datetime | None
    ended: datetime | None

    @property
    def failure(self) -> str | None:
        """Why there is no result; None if that is not so."""
        found = self.notes.get("failure")
        return None if found is None else str(found)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in ("complete", "pruned", "failed")


@frozen(eq=False)
class Study:
    """The trials of a sweep in an Optuna journal, a file that processes on several machines may append to at a time.

    The lock of the journal is a file beside it, so that it works on network file systems; a process that was killed in
    the moment in which it had it keeps others waiting for ten seconds.

    Attributes:
        sweep: whose trials they are.
        optuna: the study itself.
    """

    sweep: Sweep
    optuna: optuna.Study
    _storage: JournalStorage = field(repr=False)

    @classmethod
    def create(cls, path: Path, sweep: Sweep) -> Self:
        """Begin a journal, in which every point waits to be tried.

        Raises:
            SweepError: if a grid is too large, or a library is missing.
        """
        points = all_points(sweep)
        file = JournalFile(str(path))
        with file.private():
            study = cls._of(file, sweep, 1, create=True)
            for values in [{}] * (sweep.trials or 0) if points is None else points:
                study.optuna.enqueue_trial(values)
        return study

    @classmethod
    def open(cls, path: Path, sweep: Sweep, most_epochs: int = 1) -> Self:
        """Open a journal.

        Args:
            path: of the file.
            sweep: whose it is.
            most_epochs: of a trial, over all seeds, for the pruner.

        Raises:
            SweepError: if there is none, or it is damaged.
        """
        if not path.is_file():
            raise SweepError(f"{path}: expected the journal of a sweep, received nothing")
        try:
            return cls._of(JournalFile(str(path)), sweep, most_epochs, create=False)
        except (ValueError, KeyError, AssertionError, TypeError, AttributeError) as error:  # as Optuna meets it
            raise SweepError(f"{path}: expected the journal of a sweep: {error}") from error

    @classmethod
    def _of(cls, file: JournalFile, sweep: Sweep, most_epochs: int, *, create: bool) -> Self:
        storage = JournalStorage(file)
        sampler, pruner = SeededSampler(sweep), pruner_of(sweep.pruning, most_epochs)
        if create:
            direction: Literal["maximize", "minimize"] = "maximize" if sweep.direction == "max" else "minimize"
            made = optuna.create_study(
                study_name=_NAME, storage=storage, sampler=sampler, pruner=pruner, direction=direction
            )
        else:
            made = optuna.load_study(study_name=_NAME, storage=storage, sampler=sampler, pruner=pruner)
        return cls(sweep, made, storage)

    def trials(self) -> list[Trial]:
        """List all trials as they are now."""
        return [_trial(each) for each in self.optuna.get_trials(deepcopy=False)]

    def trial(self, number: int) -> Trial:
        """Return one as it is now."""
        return _trial(self._storage.get_trial(self._id(number)))

    def complete(self) -> list[Trial]:
        """List the trials that have a result."""
        return [each for each in self.trials() if each.state == "complete"]

    def best(self) -> Trial | None:
        """Return the trial with the best result, of several the first; None without one."""
        sign = -1 if self.sweep.direction == "max" else 1
        return min(self.complete(), key=lambda each: sign * (each.value or 0.0), default=None)

    def add(self) -> None:
        """Add a point that waits, of a sweep that has no number of them."""
        self.optuna.enqueue_trial({})

    def begin(self, number: int) -> bool:
        """Have a trial that waits run; False if another process was faster."""
        try:
            return self._storage.set_trial_state_values(self._id(number), state=_STATES.RUNNING)
        except SweepError:  # which the journal raises
            raise
        except (RuntimeError, optuna.exceptions.OptunaError):  # it is over by now
            return False

    def values(self, number: int) -> Values:
        """Return the point of a trial that runs, which is drawn now if it was not."""
        return suggested(optuna.Trial(self.optuna, self._id(number)), self.sweep.parameters)

    def report(self, number: int, step: int, value: float) -> None:
        """Note an intermediate value; again if it was noted before.

        One that is infinite is no number: as the best of all it would end every other trial.
        """
        value = value if math.isfinite(value) else math.nan
        self._storage.set_trial_intermediate_value(self._id(number), step, value)

    def should_prune(self, number: int) -> bool:
        """Ask whether a trial ends now, by what it reported last."""
        return self.optuna.pruner.prune(self.optuna, self._storage.get_trial(self._id(number)))

    def note(self, number: int, key: str, value: Any) -> None:
        """Note something of a trial."""
        self._storage.set_trial_user_attr(self._id(number), key, value)

    def end(self, number: int, state: State, value: float | None = None) -> None:
        """Say how a trial ended."""
        kind = {"complete": _STATES.COMPLETE, "pruned": _STATES.PRUNED, "failed": _STATES.FAIL}[state]
        self.optuna.tell(number, value, state=kind)

    def noted(self, key: str) -> Any:
        """Return what `note_for_all` has noted; None if nothing."""
        return self.optuna.user_attrs.get(key)

    def note_for_all(self, key: str, value: Any) -> None:
        """Note something of all trials."""
        self.optuna.set_user_attr(key, value)

    def note_work(self, worker: str, begun: float, until: float) -> None:
        """Note from when to when a worker has been at work."""
        self.optuna.set_user_attr(f"worker {worker}", [begun, until])

    def seconds(self) -> float:
        """Return for how long at least one worker has been at work."""
        return covered([tuple(value) for key, value in self.optuna.user_attrs.items() if key.startswith("worker ")])

    def _id(self, number: int) -> int:
        study_id = self._storage.get_study_id_from_name(_NAME)
        return self._storage.get_trial_id_from_study_id_trial_number(study_id, number)


def covered(intervals: Sequence[Any]) -> float:
    """Return the length of what intervals cover together.

    >>> covered([(0, 2), (1, 3), (10, 11)])
    4.0
    """
    total, until = 0.0, -math.inf
    for first, last in sorted(intervals):
        total += max(0.0, last - max(first, until))
        until = max(until, last)
    return total


def _trial(each: optuna.trial.FrozenTrial) -> Trial:
    is_complete = each.state == _STATES.COMPLETE
    return Trial(
        number=each.number,
        state=_NAMES[each.state],
        values=dict(each.params),
        value=float(each.values[0]) if is_complete and each.values else None,
        reported=dict(each.intermediate_values),
        notes=dict(each.user_attrs),
        started=each.datetime_start,
        ended=each.datetime_complete,
    )
