"""Gradients of several batches are added up for one step: the step of one batch of all their samples."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD, CosineDecay
from minnet_train import Samples, StateError, Trainer
from minnet_train.augmentations import Noise
from minnet_train.metrics import Accuracy

ROWS = 43
INPUTS = np.random.default_rng(0).normal(size=(ROWS, 3))
TARGETS = np.eye(2)[(INPUTS[:, 0] > 0).astype(int)]
WEIGHTS = np.random.default_rng(1).uniform(0, 2, ROWS)


def trainer_of(**options) -> Trainer:
    model = Sequential(Linear(3, 5, rng=0, dtype="float64"), ReLU(), Linear(5, 2, rng=1, dtype="float64"), LogSoftMax())
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1, momentum=0.9), metrics=[Accuracy()], **options)


def samples(weights=None) -> Samples:
    return Samples(INPUTS, TARGETS, weights=weights)


@pytest.mark.parametrize("compile", [False, "numpy"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.05}, {"augmentations": [Noise(0.1)]}], ids=str)
def test_it_is_the_training_with_batches_of_all_their_samples(compile, weights, options):
    """43 rows are 3 steps of 14, of which the last takes the single row that is left, or two of 20 and one of 3."""
    for size, accumulate in ((7, 2), (4, 5)):
        ours, theirs = (
            trainer_of(compile=compile, accumulate=accumulate, **options),
            trainer_of(compile=compile, **options),
        )
        ours.fit(samples(weights), epochs=3, batch_size=size, rng=0)
        theirs.fit(samples(weights), epochs=3, batch_size=size * accumulate, rng=0)
        assert ours.step == theirs.step == 3 * 3
        for name, array in theirs.model.namedParameters().items():
            np.testing.assert_allclose(ours.model.namedParameters()[name], array, rtol=1e-9, atol=1e-12)
        for one, other in zip(ours.history, theirs.history, strict=True):
            assert one.loss == pytest.approx(other.loss, rel=1e-9)
            assert one.metrics == other.metrics


def test_schedules_and_hooks_count_steps():
    class Counting:
        steps, norms = 0, 0

        @hookimpl
        def minnet_step_end(self):
            self.steps += 1

        @hookimpl
        def minnet_gradients_ready(self, gradients):
            self.norms += 1

    counting = Counting()
    trainer = trainer_of(accumulate=3, callbacks=[counting], schedule=CosineDecay(per="step"))
    trainer.fit(samples(), epochs=2, batch_size=5, rng=0)
    assert trainer.plan.steps == trainer.step == counting.steps == counting.norms == 6
    assert trainer.learning_rate.now == pytest.approx(CosineDecay(per="step").lr_at(5, 0.1, 6))


@pytest.mark.parametrize("when", [1, 3, 5])
def test_a_training_that_is_interrupted_goes_on_bit_for_bit(when):
    class Stopping:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.step == when:
                trainer.stop()

    whole, first, then = (
        trainer_of(accumulate=4),
        trainer_of(accumulate=4, callbacks=[Stopping()]),
        trainer_of(accumulate=4),
    )
    whole.fit(samples(), epochs=2, batch_size=4, rng=0)
    first.fit(samples(), epochs=2, batch_size=4, rng=0)
    then.load_state_dict(first.state_dict())
    then.fit(samples(), epochs=2, batch_size=4, rng=9)
    for name, array in whole.model.namedParameters().items():
        np.testing.assert_array_equal(then.model.namedParameters()[name], array)
    assert then.history[-1].loss == whole.history[-1].loss


def test_an_epoch_does_not_go_on_with_steps_of_another_size():
    class Stopping:
        @hookimpl
        def minnet_step_end(self, trainer):
            trainer.stop()

    first, then = trainer_of(accumulate=2, callbacks=[Stopping()]), trainer_of(accumulate=3)
    first.fit(samples(), epochs=1, batch_size=4, rng=0)
    then.load_state_dict(first.state_dict())
    with pytest.raises(StateError, match="'accumulate': 2.*received .*'accumulate': 3"):
        then.fit(samples(), epochs=1, batch_size=4, rng=0)


@pytest.mark.parametrize("accumulate", [0, -1, 1.5, True, None])
def test_a_number_of_batches_that_makes_no_sense_is_refused(accumulate):
    with pytest.raises(ValueError, match="^accumulate: expected a whole number of at least 1, received"):
        trainer_of(accumulate=accumulate)


def test_frozen_groups_have_no_part_in_the_norm_that_is_limited():
    trainer = trainer_of(clip_norm=1e-3)
    trainer.optimizer.groups = [{"names": "0", "frozen": True}]
    before = trainer.model[0].W.copy()
    trainer.fit(samples(), epochs=1, batch_size=ROWS, rng=0)
    np.testing.assert_array_equal(trainer.model[0].W, before)
    assert not trainer.model[0].gradW.any()
    assert np.linalg.norm(trainer.model.flattenParameters()[1]) == pytest.approx(1e-3, rel=1e-2)
