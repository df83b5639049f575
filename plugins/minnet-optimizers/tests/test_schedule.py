from __future__ import annotations

import json
from importlib.metadata import entry_points

import pytest

import minnet_optimizers
from minnet_optimizers import CosineDecay, OneCycle, ReduceOnPlateau, Schedule, StepDecay, WarmUp, schedules

EVERY = [
    StepDecay(2),
    StepDecay(3, per="step"),
    CosineDecay(),
    CosineDecay(5, 0.01, per="step"),
    WarmUp(3),
    WarmUp(2, CosineDecay()),
    OneCycle(),
    OneCycle(7, per="epoch"),
    ReduceOnPlateau("loss"),
]
each = pytest.mark.parametrize("schedule", EVERY, ids=repr)


@each
def test_the_rate_is_a_float_of_the_arguments_alone(schedule):
    rates = [schedule.lr_at(time, 0.1, 20) for time in range(30)]
    assert {type(rate) for rate in rates} == {float}
    assert [schedule.lr_at(time, 0.1, 20) for time in reversed(range(30))] == rates[::-1]
    assert all(rate >= 0 for rate in rates)


@each
def test_the_rate_is_proportional_to_the_own_rate(schedule):
    if getattr(schedule, "min_lr", 0) == 0:
        for time in range(10):
            assert schedule.lr_at(time, 0.2, 10) == pytest.approx(2 * schedule.lr_at(time, 0.1, 10))


@each
def test_a_time_beyond_the_length_is_no_error(schedule):
    assert schedule.lr_at(1000, 0.1, 10) >= 0


@each
def test_the_state_survives_json(schedule):
    schedule.epoch_end({"loss": 1.0}, 0.1)
    state = json.loads(json.dumps(schedule.state))
    schedule.state = state
    assert schedule.state == state


@each
def test_another_state_is_refused(schedule):
    with pytest.raises(ValueError, match="expected a state of "):
        schedule.state = {"velocity": 1}


def test_a_schedule_says_what_it_is():
    assert list(map(repr, EVERY[:2])) == ["StepDecay every 2 epochs by 0.1", "StepDecay every 3 steps by 0.1"]
    assert repr(WarmUp(2, CosineDecay())) == "WarmUp 2 epochs, then CosineDecay to 0"
    assert repr(EVERY[3]) == "CosineDecay to 0.01 in 5 steps"
    assert list(map(repr, EVERY[6:])) == ["OneCycle", "OneCycle in 7 epochs", "ReduceOnPlateau loss by 0.1"]


def test_a_unit_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"^StepDecay: expected per to be 'step' or 'epoch', received 'steps'$"):
        StepDecay(2, per="steps")


def test_lr_at_must_be_defined():
    class Mine(Schedule):
        pass

    with pytest.raises(NotImplementedError, match=r"Mine must define lr_at\(time, lr, length\)"):
        Mine().lr_at(0, 0.1, 1)


def test_every_schedule_that_is_exported_is_tested_and_registered():
    points = [entry for entry in entry_points(group="minnet.schedules") if entry.dist.name == "minnet-optimizers"]
    assert {entry.name for entry in points} == set(schedules.__all__) - {"Schedule"}
    assert {entry.load() for entry in points} == {type(schedule) for schedule in EVERY}
    assert set(schedules.__all__) < set(minnet_optimizers.__all__)
