"""`Worker`: tries one point after another until none is left, beside any number of others that share the folder."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

from attrs import define, field

from minnet_train.training import Interruption

from ..study import Study, Trial
from .claim import claimed
from .folder import SweepFolder
from .trial_training import Stopped, TrialTraining, later


@define(eq=False)
class Worker:
    """One process that works on a sweep.

    Attributes:
        folder: of the sweep.
        interruption: what asks it to stop.
        tell: is given a line for each trial.
        most: how many trials it takes; None for as many as there are.
        study: the trials.
        name: of this process, for all who share the folder.
    """

    folder: SweepFolder
    interruption: Interruption = field(factory=Interruption)
    tell: Callable[[str], None] = lambda text: None
    most: int | None = None
    study: Study = field(init=False)
    name: str = field(init=False)
    _begun: float = field(factory=time.time, init=False)
    _counted_from: float = field(factory=time.monotonic, init=False)
    _key: str = field(factory=lambda: uuid4().hex[:12], init=False)

    def __attrs_post_init__(self) -> None:
        self.study = self.folder.study()
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def work(self) -> int:
        """Carry out trials, those that a worker left behind first, until there is nothing left to begin.

        Returns:
            How many were ended here.

        Raises:
            Stopped: if it was interrupted.
            RunError: if a run cannot be written, as on a full disk.
            SweepError: if the metric is in no report, say.
        """
        ended = 0
        self.interruption.stop = later
        while self.most is None or ended < self.most:
            if self.interruption.received:
                raise Stopped
            with ExitStack() as stack:
                number = self._claimed(stack)
                if number is None:
                    break
                training = TrialTraining(
                    self.folder, self.study, number, self.name, self.interruption, self.tell, self._note_work
                )
                self._note_work()
                try:
                    trial = training.carry_out()
                finally:
                    self._note_work()
                ended += 1
                self.tell(told(trial, str(self.folder.sweep.metric)))
        return ended

    def _claimed(self, stack: ExitStack) -> int | None:
        """Lock the next trial to work on: one that was left behind, or one that waits, or a new one."""
        while True:
            trials = self.study.trials()
            for state in ("running", "waiting"):
                if state == "waiting" and self._is_out_of_time():
                    continue
                for number in [each.number for each in trials if each.state == state]:
                    if self._claim(number, stack):
                        return number
            # What a new point is depends on its number: it waits like the others, and whoever is first takes it.
            if self.folder.sweep.trials is not None or self.folder.sweep.sampler == "grid" or self._is_out_of_time():
                return None
            self.study.add()

    def _claim(self, number: int, stack: ExitStack) -> bool:
        with ExitStack() as attempt:
            if not attempt.enter_context(claimed(self.folder.trial(number))):
                return False
            now = self.study.trial(number)  # as who had it until now has left it
            if now.state == "running" or (now.state == "waiting" and self.study.begin(number)):
                stack.push(attempt.pop_all())
                return True
        return False

    def _is_out_of_time(self) -> bool:
        limit = self.folder.sweep.seconds
        return limit is not None and self.study.seconds() >= limit

    def _note_work(self) -> None:
        if self.folder.sweep.seconds is not None:
            took = time.monotonic() - self._counted_from  # whatever somebody sets the clock to meanwhile
            self.study.note_work(self._key, self._begun, self._begun + took)


def told(trial: Trial, metric: str) -> str:
    """Say in a line how a trial ended.

    >>> told(Trial(3, "complete", {"optimizer.lr": 0.01}, 0.25, {}, {}, None, None), "validation_loss")
    'trial 3: validation_loss 0.25; optimizer.lr=0.01'
    """
    values = ", ".join(f"{name}={shown(value)}" for name, value in trial.values.items())
    if trial.failure is not None:
        return f"trial {trial.number}: failed: {trial.failure}; {values}"
    if trial.state == "pruned":
        return f"trial {trial.number}: pruned after step {max(trial.reported, default=0)}; {values}"
    return f"trial {trial.number}: {metric} {shown(trial.value)}; {values}"


def shown(value: object) -> str:
    """Write a value of a parameter, or a result, for a table.

    >>> shown(0.000123456), shown(3), shown("ReLU")
    ('0.0001235', '3', 'ReLU')
    """
    return f"{value:.4g}" if isinstance(value, float) else str(value)
