"""What holds for every schedule: rates that can be trained with, the same when a training is taken up again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from minnet_core.testing import Trial, check, fail

from ..training import expect_scheduler
from .kinds import SCHEDULE

EPOCHS = 12
STEPS = 3
"""How many steps an epoch has, of the trainings that are tried."""

OWN = 0.1
"""The learning rate of the optimizer."""

LENGTHS = (1, 2, 3, 7, 40)


@check("schedules", of=[SCHEDULE], needs=["can_be_copied"])
def schedule_has_all_parts(trial: Trial) -> None:
    """It has ``per``, ``state``, ``lr_at`` and ``epoch_end``, which a training can call; a rate is a number."""
    try:
        expect_scheduler(trial.case.build())
    except TypeError as error:
        fail(str(error))
    for rate in _rates(trial.fresh(), _losses(trial)):
        if isinstance(rate, bool) or not isinstance(rate, (int, float)):
            fail(f"lr_at: expected a number, received {rate!r}")


@check("schedules", of=[SCHEDULE], needs=["schedule_has_all_parts"])
def rates_are_finite_and_positive(trial: Trial) -> None:
    """Every rate within a training, short or long, and after its end, is a finite number, and none is below 0.

    A rate of 0 within the training, with which nothing is learned, is a weakness.
    """
    for length in LENGTHS:
        schedule = trial.fresh()
        for time in range(length + 3):
            rate = schedule.lr_at(time, OWN, length)
            if not math.isfinite(rate) or rate < 0:
                fail(f"lr_at({time}, {OWN}, {length}): expected a finite rate of 0 or more, received {rate!r}")
            if rate == 0 and time < length:
                fail(f"lr_at({time}, {OWN}, {length}): expected a rate above 0, received 0", level="weakness")
    for number, rate in enumerate(_rates(trial.fresh(), _losses(trial)), 1):
        if not math.isfinite(rate) or rate < 0:
            fail(f"rate {number} of a training: expected a finite number of 0 or more, received {rate!r}")


@check("schedules", of=[SCHEDULE], needs=["schedule_has_all_parts"])
def asking_changes_no_rate(trial: Trial) -> None:
    """What ``lr_at`` returns depends on its arguments and on the epochs that it was told of, not on earlier calls."""
    length = 20
    expected = [trial.fresh().lr_at(time, OWN, length) for time in range(length)]
    schedule = trial.fresh()
    for time in [*range(length), *(int(each) for each in trial.rng.permutation(length))]:
        rate = schedule.lr_at(time, OWN, length)
        if rate != expected[time]:
            fail(f"lr_at({time}, {OWN}, {length}), after other calls: expected {expected[time]}, received {rate}")


@check("schedules", of=[SCHEDULE], needs=["schedule_has_all_parts"])
def state_is_plain(trial: Trial) -> None:
    """``state`` is what JSON can hold, so that a checkpoint brings it back as it was."""
    schedule, losses = trial.fresh(), _losses(trial)
    for epoch in range(EPOCHS):
        _run_epoch(schedule, epoch, losses[epoch])
        state = schedule.state
        try:
            again = json.loads(json.dumps(dict(state)))
        except (TypeError, ValueError) as error:
            fail(f"state after {epoch + 1} epochs: expected what JSON can hold, received {state!r}: {error}")
        if again != dict(state):
            fail(f"state after {epoch + 1} epochs: expected {state!r} to be the same after JSON, received {again!r}")


@check("schedules", of=[SCHEDULE], needs=["state_is_plain"])
def resumed_rates_are_the_same(trial: Trial) -> None:
    """A training that is taken up after any epoch, with the state of the schedule from then, has the same rates."""
    losses = _losses(trial)
    expected = list(_rates(trial.fresh(), losses))
    schedule = trial.fresh()
    for epoch in range(EPOCHS):
        resumed = trial.fresh()
        resumed.state = json.loads(json.dumps(dict(schedule.state)))
        rates = list(_rates(resumed, losses, first=epoch))
        if rates != expected[epoch * STEPS :]:
            at = next(index for index, rate in enumerate(rates) if rate != expected[epoch * STEPS + index])
            fail(
                f"rate of step {epoch * STEPS + at + 1}, taken up after {epoch} epochs: expected "
                f"{expected[epoch * STEPS + at]}, as without a break, received {rates[at]}"
            )
        _run_epoch(schedule, epoch, losses[epoch])


@check("schedules", of=[SCHEDULE], needs=["state_is_plain"])
def state_stays_as_it_was(trial: Trial) -> None:
    """What ``state`` returned does not change as the training goes on, and goes on in no other schedule."""
    losses = _losses(trial)
    schedule, resumed = trial.fresh(), trial.fresh()
    for epoch in range(EPOCHS):
        state = schedule.state
        before = json.dumps(dict(state))
        resumed.state = state
        _run_epoch(resumed, epoch, losses[epoch])
        _run_epoch(schedule, epoch, losses[epoch])
        if json.dumps(dict(state)) != before:
            fail(f"state after {epoch} epochs: expected {before} one epoch later too, received {dict(state)!r}")


@check("schedules", of=[SCHEDULE], needs=["schedule_has_all_parts"])
def schedules_share_nothing(trial: Trial) -> None:
    """Two schedules that are made by the same call, used by turns, have the rates that each has alone."""
    losses, others = _losses(trial), _losses(trial)
    one, other = trial.case.build(), trial.case.build()
    expected = list(_rates(trial.case.build(), losses))
    received = []
    for epoch in range(EPOCHS):
        received += _run_epoch(one, epoch, losses[epoch])
        _run_epoch(other, epoch, others[epoch])
    if received != expected:
        at = next(index for index, pair in enumerate(zip(received, expected, strict=True)) if pair[0] != pair[1])
        fail(f"rate of step {at + 1}, beside another schedule: expected {expected[at]}, received {received[at]}")


def _losses(trial: Trial) -> list[float]:
    """Losses of epochs: they fall, and then do not."""
    falling = np.exp(-np.arange(EPOCHS) / 2) + trial.rng.uniform(0, 0.05, EPOCHS)
    return [float(loss) for loss in np.maximum(falling, 0.2 + trial.rng.uniform(0, 0.05, EPOCHS))]


def _report(loss: float) -> Mapping[str, Any]:
    """What a schedule is told of an epoch."""
    numbers = {"loss": loss, "accuracy": 1 - loss / 2}
    return {**numbers, **{f"validation_{name}": value for name, value in numbers.items()}, "seconds": 1.0}


def _rates(schedule: Any, losses: list[float], first: int = 0) -> Iterator[float]:
    """The rate of every step of a training, from its ``first`` epoch on."""
    for epoch in range(first, EPOCHS):
        yield from _run_epoch(schedule, epoch, losses[epoch])


def _run_epoch(schedule: Any, epoch: int, loss: float) -> list[float]:
    """Ask for the rates of an epoch, as the trainer does, and tell of its end."""
    if schedule.per == "epoch":
        rates = [schedule.lr_at(epoch, OWN, EPOCHS)] * STEPS
    else:
        rates = [schedule.lr_at(epoch * STEPS + step, OWN, EPOCHS * STEPS) for step in range(STEPS)]
    schedule.epoch_end({"epoch": epoch + 1, **_report(loss)}, rates[-1])
    return rates
