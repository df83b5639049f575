"""The checks of schedules: each kills the mutants that name it and nothing else does, and right schedules pass them."""

import math

import pytest

from minnet_core import Example
from minnet_core.nn import Component
from minnet_core.testing import cases_of, check_component, examine
from minnet_train import schedules
from minnet_train.conformance import CHECKS, SCHEDULE

Base = schedules["StepDecay"].__mro__[1]


class Polynomial(Base):
    EXAMPLES = (Example(), Example(arguments={"power": 2.0, "per": "step"}, rejected_arguments=[{"per": "hour"}]))

    def __init__(self, power=1.0, per="epoch"):
        super().__init__(per)
        self.power = power

    def lr_at(self, time, lr, length):
        return lr * (1 - min(time, length) / (length + 1)) ** self.power


class Halving(Base):
    """Halves the rate after each epoch that is no better than the one before."""

    STATE = ("factor", "last")

    def __init__(self):
        super().__init__("step")
        self.factor, self.last = 1.0, None

    def lr_at(self, time, lr, length):
        return lr * self.factor

    def epoch_end(self, report, lr):
        if self.last is not None and report["loss"] >= self.last:
            self.factor /= 2
        self.last = report["loss"]


class OfNobody(Component):
    """Derives from no schedule, and remembers a list."""

    per = "epoch"

    def __init__(self):
        self.losses = []

    def lr_at(self, time, lr, length):
        return lr / (1 + len(self.losses) // 3)

    def epoch_end(self, report, lr):
        self.losses.append(report["validation_loss"])

    @property
    def state(self):
        return {"losses": list(self.losses)}

    @state.setter
    def state(self, state):
        self.losses = list(state["losses"])


RIGHT = (Polynomial, Halving, OfNobody)


class HasNoUnit(OfNobody):
    per = "minute"


class GivesAList(Polynomial):
    def lr_at(self, time, lr, length):
        return [super().lr_at(time, lr, length)]


class ReachesBelowZero(Polynomial):
    EXAMPLES = ()

    def lr_at(self, time, lr, length):
        return lr * (1 - time / length)


class DividesByTheLength(Polynomial):
    EXAMPLES = ()

    def lr_at(self, time, lr, length):
        return lr * time / (length - 1) if length > 1 else math.nan


class StartsAtZero(Polynomial):
    def lr_at(self, time, lr, length):
        return lr * min(time / (length + 1), 1)


class CountsCalls(Polynomial):
    EXAMPLES = ()
    STATE = ("calls",)

    def __init__(self):
        super().__init__()
        self.calls = 0

    def lr_at(self, time, lr, length):
        self.calls += 1
        return lr / self.calls


class RemembersASet(OfNobody):
    @property
    def state(self):
        return {"losses": set(self.losses)}

    @state.setter
    def state(self, state):
        self.losses = list(state["losses"])


class KeysAreNumbers(OfNobody):
    @property
    def state(self):
        return {"losses": dict(enumerate(self.losses))}

    @state.setter
    def state(self, state):
        self.losses = list(state["losses"].values())


class ForgetsTheLast(Halving):
    STATE = ("factor",)


class RemembersNothing(Halving):
    STATE = ()


class StateIsItsOwn(OfNobody):
    @property
    def state(self):
        return {"losses": self.losses}

    @state.setter
    def state(self, state):
        self.losses = list(state["losses"])


class TakesTheStateItself(OfNobody):
    @property
    def state(self):
        return {"losses": list(self.losses)}

    @state.setter
    def state(self, state):
        self.losses = state["losses"]


class OneForAll(OfNobody):
    all_losses = []

    def __init__(self):
        self.losses = self.all_losses
        self.losses.clear()


WRONG = [
    (HasNoUnit, "schedule_has_all_parts"),
    (GivesAList, "schedule_has_all_parts"),
    (ReachesBelowZero, "rates_are_finite_and_positive"),
    (DividesByTheLength, "rates_are_finite_and_positive"),
    (StartsAtZero, "rates_are_finite_and_positive"),
    (CountsCalls, "asking_changes_no_rate"),
    (RemembersASet, "state_is_plain"),
    (KeysAreNumbers, "state_is_plain"),
    (ForgetsTheLast, "resumed_rates_are_the_same"),
    (RemembersNothing, "resumed_rates_are_the_same"),
    (StateIsItsOwn, "state_stays_as_it_was"),
    (TakesTheStateItself, "state_stays_as_it_was"),
    (OneForAll, "schedules_share_nothing"),
]


@pytest.mark.parametrize("cls", RIGHT)
@pytest.mark.parametrize("seed", range(5))
def test_a_right_schedule_is_not_blamed(cls, seed):
    for report in check_component(cls, strict=True, seed=seed):
        assert report.count("passed") > 8


@pytest.mark.parametrize(("cls", "killer"), WRONG)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_schedule_is_killed_by_its_check_and_by_no_other(cls, killer, seed):
    findings = [result for case in cases_of(cls, seed=seed) for result in examine(case).findings]
    assert {result.check for result in findings} == {killer}
    assert {result.outcome for result in findings} == {"weakness" if cls is StartsAtZero else "failed"}


def test_every_check_of_schedules_kills_one():
    assert {check.name for check in CHECKS if SCHEDULE.name in check.of} == {killer for _, killer in WRONG}


@pytest.mark.parametrize("name", list(schedules))
def test_ours_pass(name):
    for report in check_component(f"minnet-optimizers:{name}", strict=True):
        assert report.count("passed") > 8, report


def test_of_a_schedule_no_reference_is_missed():
    (report,) = check_component(Halving)
    assert repr(report) == f"<Halving: {report.count('passed')} passed, 1 skipped>"
