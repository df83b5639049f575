"""The moving average of weights: what it is, what a training does with it, and that it goes on after a resume."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

from minnet_core import Sequential, hookimpl, load, read_header
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import (
    EarlyStopping,
    ExponentialMovingAverage,
    Run,
    Samples,
    Session,
    StateError,
    Trainer,
    measure,
    read_experiment,
)
from minnet_train.display import training_section

INPUTS = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
TARGETS = np.eye(2, dtype=np.float32)[(INPUTS[:, 0] > 0).astype(int)]
SAMPLES = Samples(INPUTS, TARGETS)


def trainer_of(decay=0.9, **options) -> Trainer:
    model = Sequential(Linear(3, 4, rng=0), BatchNormalization(0.9), Linear(4, 2, rng=1), LogSoftMax())
    average = None if decay is None else ExponentialMovingAverage(model, decay)
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.5), average=average, **options)


def test_is_the_sum_of_its_formula():
    layer = Linear(3, 2, rng=0, dtype="float64")
    average, drawn = ExponentialMovingAverage(layer, 0.8), np.random.default_rng(0).normal(size=(20, 2, 3))
    for W in drawn:
        layer.W[...] = W
        average.update()
    weights = 0.2 * 0.8 ** np.arange(19, -1, -1)
    weights[0] /= 0.2  # it begins with the first
    with average.applied():
        np.testing.assert_allclose(layer.W, np.tensordot(weights, drawn, 1), rtol=1e-12)
    np.testing.assert_array_equal(layer.W, drawn[-1])


def test_with_warm_up_the_first_updates_keep_less():
    layer = Linear(1, 1, bias=False, dtype="float64")
    average = ExponentialMovingAverage(layer, 0.25, warm_up=True)
    expected = 0.0
    for step in range(1, 8):
        layer.W[...] = step
        average.update()
        decay = min(0.25, step / (9 + step))
        expected = step if step == 1 else decay * expected + (1 - decay) * step
    with average.applied():
        assert layer.W.item() == pytest.approx(expected)


def test_before_an_update_and_after_an_error_the_parameters_are_their_own():
    layer = Linear(3, 2, rng=0)
    before, average = layer.W.copy(), ExponentialMovingAverage(layer)
    with average.applied():
        np.testing.assert_array_equal(layer.W, before)
    average.update()
    layer.W += 1
    with suppress(KeyError), average.applied():
        np.testing.assert_array_equal(layer.W, before)
        raise KeyError
    np.testing.assert_array_equal(layer.W, before + 1)


@pytest.mark.parametrize("decay", [-0.1, 1.0, float("nan"), "0.9"])
def test_a_decay_out_of_range_is_refused(decay):
    with pytest.raises(ValueError, match="expected decay to be a number in"):
        ExponentialMovingAverage(Linear(1, 1), decay)


def test_parameters_of_another_number_are_refused():
    model = Sequential(Linear(1, 1))
    average = ExponentialMovingAverage(model)
    average.update()
    model.add(Linear(1, 1))
    with pytest.raises(ValueError, match="expected the 2 parameters of the last update, received 4"):
        average.update()
    with pytest.raises(StateError, match="expected that of 4 parameters, received 2"):
        average.load_state_dict(average.state_dict())


def test_training_is_the_same_and_validation_is_by_the_average():
    plain, averaged = trainer_of(None), trainer_of()
    for trainer in (plain, averaged):
        trainer.fit(SAMPLES, SAMPLES, epochs=3, batch_size=8, rng=0)
    for name, array in plain.model.namedParameters().items():
        np.testing.assert_array_equal(averaged.model.namedParameters()[name], array)
    assert averaged.average.updates == averaged.step
    assert averaged.history[-1].loss == plain.history[-1].loss
    with averaged.averaged():
        loss = measure(averaged.model, averaged.criterion, SAMPLES).loss
    assert averaged.history[-1].validation_loss == loss != plain.history[-1].validation_loss
    with plain.averaged():
        assert measure(plain.model, plain.criterion, SAMPLES).loss == plain.history[-1].validation_loss


def test_early_stopping_restores_an_average_of_which_there_is_no_further_average():
    trainer = trainer_of(early_stopping=EarlyStopping(patience=50))
    trainer.fit(SAMPLES, SAMPLES, epochs=4, batch_size=8, rng=0)
    best = min(trainer.history.column("validation_loss"))
    assert measure(trainer.model, trainer.criterion, SAMPLES).loss == best
    with trainer.averaged():
        assert measure(trainer.model, trainer.criterion, SAMPLES).loss == best


@pytest.mark.parametrize("when", [1, 5, 7])
def test_a_training_that_is_interrupted_goes_on_bit_for_bit(when):
    class Stopping:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.step == when:
                trainer.stop()

    whole, first, then = trainer_of(), trainer_of(callbacks=[Stopping()]), trainer_of()
    whole.fit(SAMPLES, SAMPLES, epochs=2, batch_size=8, rng=0)
    first.fit(SAMPLES, SAMPLES, epochs=2, batch_size=8, rng=0)
    then.load_state_dict(first.state_dict())
    then.fit(SAMPLES, SAMPLES, epochs=2, batch_size=8, rng=9)
    np.testing.assert_array_equal(then.average.average, whole.average.average)
    assert then.average.updates == whole.average.updates
    assert then.history[-1].validation_loss == whole.history[-1].validation_loss


def test_a_state_with_an_average_is_for_a_training_with_one():
    for one, other, message in ((0.9, None, "without an average, received one with"), (None, 0.9, "with an average")):
        with pytest.raises(StateError, match=f"^average: expected the state of a training {message}"):
            trainer_of(other).load_state_dict(trainer_of(one).state_dict())


def test_an_average_of_something_else_is_refused():
    model = Sequential(Linear(3, 2))
    with pytest.raises(ValueError, match="^average: expected that of"):
        Trainer(model, ClassNLLCriterion(), SGD(model), average=ExponentialMovingAverage(Linear(3, 2)))


def test_an_experiment_saves_the_average_and_a_run_goes_on_with_both(edit):
    edit("batch_size = 8", "batch_size = 8\naverage_decay = 0.5")
    run = Run.prepare(read_experiment("small.toml"))
    list(run.epochs())
    run.save("whole.safetensors")
    own = {name: array.copy() for name, array in run.model.namedParameters().items()}
    with run.trainer.averaged():
        for name, array in load("whole.safetensors", prepared=True).namedParameters().items():
            np.testing.assert_array_equal(array, run.model.namedParameters()[name])
            assert (array != own[name]).any()
    with Session.begin(Run.prepare(read_experiment("small.toml")), "run") as session:
        next(session.epochs())
    with Session.resume("run") as session:
        list(session.epochs())
        session.finish()
    whole, resumed = (load(path, prepared=True) for path in ("whole.safetensors", session.directory.model))
    for name, array in whole.namedParameters().items():
        np.testing.assert_array_equal(resumed.namedParameters()[name], array)


def test_what_is_told_of_a_model_says_what_a_step_and_its_weights_were(edit):
    edit("batch_size = 8", "batch_size = 8\naccumulate = 2\naverage_decay = 0.5")
    Run.prepare(read_experiment("small.toml")).save("model.safetensors")
    rows = dict(training_section(read_header("model.safetensors"), "model.safetensors").rows)
    assert rows["optimizer"].endswith("steps of 2 batches of 8, 2 epochs at most, weights averaged with a decay of 0.5")
