"""`Summary`: how far a sweep is, as plain data."""

from __future__ import annotations

import time
from collections.abc import Sequence

from attrs import field, frozen

from ..study import Study, Trial
from ..trials import SweepFolder


@frozen
class Summary:
    """How far a sweep is.

    Attributes:
        trials: all there are, by their numbers.
        best: the one with the best result; None without any.
        running: trials that a worker has begun and not ended.
        seconds_left: about how long the rest takes with the workers there are now; None if that cannot be told.
        is_out_of_time: whether no trial begins any more.
        begins_more: whether there is no number of trials, so that new ones are begun until then.
        left_out: parameter -> what its registry has besides -> why it is not tried.
    """

    trials: tuple[Trial, ...]
    best: Trial | None
    seconds_left: float | None
    is_out_of_time: bool = False
    begins_more: bool = False
    left_out: dict[str, dict[str, str]] = field(factory=dict)

    @classmethod
    def of(cls, folder: SweepFolder, study: Study | None = None) -> Summary:
        """Look at a sweep as it is now."""
        study = study or folder.study()
        trials = tuple(study.trials())
        limit = folder.sweep.seconds
        return cls(
            trials,
            study.best(),
            _seconds_left(folder, study, trials),
            limit is not None and study.seconds() >= limit,
            folder.sweep.trials is None and folder.sweep.sampler != "grid",
            folder.left_out,
        )

    def count(self, state: str) -> int:
        """Count the trials in a state."""
        return sum(trial.state == state for trial in self.trials)

    @property
    def failures(self) -> list[Trial]:
        """The trials that ended without a result, and not because others are better."""
        return [trial for trial in self.trials if trial.failure is not None]

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        if self.is_out_of_time:
            return not self.count("running")
        return not self.begins_more and all(trial.is_over for trial in self.trials)

    @property
    def has_failed(self) -> bool:
        """Whether every trial that is over has failed."""
        ended = [trial for trial in self.trials if trial.is_over]
        return bool(ended) and len(self.failures) == len(ended)


def _seconds_left(folder: SweepFolder, study: Study, trials: Sequence[Trial]) -> float | None:
    limit = folder.sweep.seconds
    until_limit = None if limit is None else max(0.0, limit - study.seconds())
    taken = [float(trial.notes["seconds"]) for trial in trials if trial.is_over and "seconds" in trial.notes]
    left = sum(not trial.is_over for trial in trials)
    if folder.sweep.trials is None and folder.sweep.sampler != "grid":
        return until_limit
    if not left:
        return 0.0
    workers = sum(trial.state == "running" for trial in trials)
    if not taken or not workers:
        return until_limit
    now = time.time()
    begun = sum(
        min(now - trial.started.timestamp(), sum(taken) / len(taken))
        for trial in trials
        if trial.state == "running" and trial.started is not None
    )
    by_trials = max(0.0, left * sum(taken) / len(taken) - begun) / workers
    return by_trials if until_limit is None else min(by_trials, until_limit)
