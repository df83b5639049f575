from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import EarlyStopping, Trainer
from minnet_train.metrics import Metric


class Script(Metric):
    """Says of each validation what it was told to, whatever the outputs are."""

    def __init__(self, *values: float) -> None:
        self.values = list(values)
        super().__init__()

    def reset(self):
        self.is_validation = False

    def update(self, outputs, targets):
        pass

    def compute(self):
        self.turn = getattr(self, "turn", 0) + 1
        return 0.0 if self.turn % 2 else self.values[self.turn // 2 - 1]


@pytest.fixture
def fit(samples):
    def run(values, epochs: int = 9, **rule):
        model = Sequential(BatchNormalization(0.9), Linear(3, 2, rng=0), LogSoftMax())
        rule = EarlyStopping(**{"metric": "validation_script", **rule})
        trainer = Trainer(model, ClassNLLCriterion(), SGD(model, 0.1), metrics=[Script(*values)], early_stopping=rule)
        models = []
        for _ in trainer.epochs(samples(10), samples(4), epochs=epochs, rng=0):
            models.append(model.clone())
        return trainer, models

    return run


def test_training_ends_after_so_many_epochs_without_a_new_best(fit):
    trainer, _ = fit([3, 2, 2, 2.5, 1, 1, 1, 1, 0], patience=3)
    assert len(trainer.history) == 8
    assert trainer.stopped == (
        "early stopping: validation_script has not got better for 3 epochs; 1 in epoch 5 is best"
    )


def test_training_that_gets_better_goes_to_its_end(fit):
    trainer, _ = fit([9, 8, 7, 6, 5, 4, 3, 2, 1], patience=1)
    assert (len(trainer.history), trainer.stopped) == (9, None)


def test_a_large_number_may_be_good(fit):
    assert len(fit([1, 2, 3, 3, 3, 9, 9, 9, 9], patience=2, mode="max")[0].history) == 5


def test_a_new_best_must_be_better_by_the_least_difference(fit):
    assert len(fit([3, 2.9, 2.8, 2.7, 2, 2, 2, 2, 2], patience=2, min_delta=0.5)[0].history) == 3


def test_a_number_that_is_none_is_no_best(fit):
    trainer, _ = fit([np.nan] * 9, patience=2)
    assert trainer.stopped == "early stopping: validation_script has not got better for 2 epochs; no epoch had a number"


@pytest.mark.parametrize("values", [[3, 1, 2, 2, 2], [3, 1, 2]])
def test_the_model_of_the_best_epoch_is_restored_however_training_ended(fit, values):
    trainer, models = fit(values, epochs=len(values), patience=3)
    best, last = models[1], models[-1]
    assert np.array_equal(trainer.model[1].W, best[1].W)
    assert np.array_equal(trainer.model[0].moving_mean, best[0].moving_mean)
    assert not np.array_equal(best[1].W, last[1].W)


def test_the_last_model_may_be_kept(fit):
    trainer, models = fit([3, 1, 2, 2, 2], patience=3, restore_best=False)
    assert np.array_equal(trainer.model[1].W, models[-1][1].W)


def test_training_that_has_ended_so_does_not_go_on(fit, samples):
    trainer, _ = fit([3, 1, 2, 2, 2], patience=2)
    before = trainer.model[1].W.copy()
    trainer.fit(samples(10), samples(4), epochs=50)
    assert len(trainer.history) == 4
    assert np.array_equal(trainer.model[1].W, before)
    assert trainer.stopped is not None


def test_nothing_is_restored_when_training_is_stopped_in_between(samples):
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, 0.1), early_stopping=EarlyStopping(metric="loss"))
    for _ in trainer.epochs(samples(10), epochs=3, rng=0):
        if trainer.epoch == 2:
            trainer.early_stopping.model["parameters"]["0.W"][:] = 7
            trainer.stop()
    assert not (model[0].W == 7).any()


def test_a_metric_that_no_report_has_is_named_with_those_that_there_are(samples):
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, 0.1), early_stopping=EarlyStopping())
    message = r"^early_stopping: expected metric to be a number of every report \(epoch, step, loss, .*\), received "
    with pytest.raises(ValueError, match=message + "'validation_loss'$"):
        trainer.fit(samples(10), epochs=2)


@pytest.mark.parametrize(
    "arguments", [{"patience": 0}, {"mode": "best"}, {"min_delta": -1}, {"min_delta": float("inf")}, {"metric": ""}]
)
def test_rules_that_make_no_sense_are_refused(arguments):
    with pytest.raises(ValueError, match="expected"):
        EarlyStopping(**arguments)


@pytest.mark.parametrize(
    ("metric", "mode"),
    [
        ("validation_accuracy", "max"),
        ("accuracy", "max"),
        ("validation_top5", "max"),
        ("validation_r2", "max"),
        ("validation_loss", "min"),
        ("validation_mae", "min"),
        ("validation_script", "min"),
    ],
)
def test_which_values_are_good_follows_from_the_metric_unless_it_is_said(metric, mode):
    assert EarlyStopping(metric=metric).mode == mode
    assert EarlyStopping(metric=metric, mode="min").mode == "min"
