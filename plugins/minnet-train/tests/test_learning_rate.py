from __future__ import annotations

import pytest

from minnet_core import Optimizer, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD, CosineDecay, Schedule, StepDecay, WarmUp
from minnet_train import Trainer


class Rates(SGD):
    """Lists the learning rate of every step."""

    def step(self):
        vars(self).setdefault("seen", []).append(self.lr)
        super().step()


@pytest.fixture
def fit(samples):
    def run(schedule, epochs: int = 3) -> Trainer:
        model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
        trainer = Trainer(model, ClassNLLCriterion(), Rates(model, 0.1), schedule=schedule)
        trainer.fit(samples(10), samples(4, 1), epochs=epochs, batch_size=4, rng=0)
        return trainer

    return run


def test_a_schedule_of_steps_sets_the_rate_of_each_step(fit):
    schedule = CosineDecay(per="step")
    trainer = fit(schedule)
    assert trainer.optimizer.seen == [schedule.lr_at(step, 0.1, 9) for step in range(9)]
    assert [report.lr for report in trainer.history] == trainer.optimizer.seen[2::3]


def test_a_schedule_of_epochs_sets_the_rate_of_each_epoch(fit):
    schedule = StepDecay(1, 0.5)
    assert fit(schedule).optimizer.seen == [schedule.lr_at(epoch, 0.1, 3) for epoch in range(3) for _ in range(3)]


def test_a_schedule_sees_the_report_of_each_epoch_and_its_rate(fit):
    class Looking(Schedule):
        seen: list = []

        def lr_at(self, time, lr, length):
            return lr / (1 + time)

        def epoch_end(self, report, lr):
            self.seen.append((report["epoch"], lr, "validation_loss" in report))

    fit(looking := Looking())
    assert looking.seen == [(1, 0.1, True), (2, 0.05, True), (3, 0.1 / 3, True)]


def test_without_a_schedule_the_rate_is_what_it_is_set_to(fit, samples):
    trainer = fit(None)
    trainer.optimizer.lr = 0.5
    trainer.fit(samples(10), epochs=4)
    assert [report.lr for report in trainer.history] == [0.1, 0.1, 0.1, 0.5]


def test_an_optimizer_without_a_rate_cannot_be_scheduled(samples):
    class Fixed(Optimizer):
        def update(self, parameters, gradients, *state):
            parameters -= 0.1 * gradients

    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    with pytest.raises(TypeError, match="expected an optimizer with a number lr, which a schedule sets, received"):
        Trainer(model, ClassNLLCriterion(), Fixed(model), schedule=WarmUp(2))
    (report,) = Trainer(model, ClassNLLCriterion(), Fixed(model)).fit(samples(10), epochs=1)
    assert report.lr is None
    assert "lr" not in report.as_dict()


@pytest.mark.parametrize("schedule", [WarmUp, "OneCycle", SGD])
def test_what_is_no_schedule_is_refused(schedule):
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    with pytest.raises(TypeError, match="expected a schedule, with per"):
        Trainer(model, ClassNLLCriterion(), SGD(model), schedule=schedule)
