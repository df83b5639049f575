from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Module, Sequential, ShapeError
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax
from minnet_optimizers import SGD, Adam
from minnet_train import DivergenceError, StateError, Trainer
from minnet_train.metrics import Accuracy, Metric


def network(seed: int = 0) -> Sequential:
    first, second = np.random.default_rng(seed).spawn(2)
    return Sequential(BatchNormalization(0.9), Dropout(0.1, rng=first), Linear(3, 2, rng=second), LogSoftMax())


def linear() -> Sequential:
    return Sequential(Linear(3, 2, rng=0), LogSoftMax())


def trainer_of(model: Module, lr: float = 0.1, **options) -> Trainer:
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr), **options)


@pytest.fixture
def train(samples):
    def run(seed: int = 0, **options) -> Trainer:
        model = network()
        trainer = Trainer(model, ClassNLLCriterion(), Adam(model, 0.05), metrics=[Accuracy()])
        trainer.fit(samples(50), samples(20, 1), **{"epochs": 3, "batch_size": 7, "rng": seed, **options})
        return trainer

    return run


def test_inputs_and_targets_are_shuffled_alike(train):
    assert train(epochs=40).history[-1].metrics["validation_accuracy"] > 0.9


@pytest.mark.parametrize("validated", [True, False])
def test_between_reports_the_model_is_in_evaluation_mode(samples, validated):
    model = network()
    for _ in trainer_of(model).epochs(samples(9), samples(4) if validated else None, epochs=2):
        assert not any(layer.training for layer in model)


def test_the_same_seed_gives_the_same_weights_bit_for_bit(train):
    first, second = train().model, train().model
    for name, array in first.namedParameters().items():
        assert array.tobytes() == second.namedParameters()[name].tobytes()
    for name, array in first.namedBuffers().items():
        assert array.tobytes() == second.namedBuffers()[name].tobytes()


def test_another_order_gives_other_weights(train):
    assert not np.array_equal(train(seed=0).model[2].W, train(seed=1).model[2].W)


def test_a_report_tells_the_losses_and_metrics_as_they_are_defined(samples):
    model, criterion = linear(), ClassNLLCriterion()
    training, validation = samples(10), samples(4, 1)
    before = model.clone()
    trainer = Trainer(model, criterion, SGD(model, 0.0), metrics=[Accuracy()])
    (report,) = trainer.fit(training, validation, epochs=1, batch_size=3, rng=0)
    expected = {}
    for prefix, part in (("", training), ("validation_", validation)):
        outputs = before.forward(part.inputs)
        expected[f"{prefix}loss"] = criterion.forward(outputs, part.targets)
        expected[f"{prefix}accuracy"] = np.mean(outputs.argmax(1) == part.targets.argmax(1))
    told = report.as_dict()
    assert {name: told[name] for name in expected} == pytest.approx(expected, rel=1e-5)
    assert (report.epoch, report.step, report.lr) == (1, 3, 0.0)
    assert report.samples_per_second == pytest.approx(10 / report.seconds)


def test_metrics_of_training_are_of_the_batches_as_they_were_trained_on(samples):
    seen = []

    class Seen(Metric):
        def reset(self):
            seen.append([])

        def update(self, outputs, targets):
            seen[-1].append(outputs.copy())

        def compute(self):
            return 0.0

    class Watched(LogSoftMax):
        def __init__(self):
            super().__init__()
            self.outputs = []

        def updateOutput(self, input):
            if self.training:
                self.outputs.append(super().updateOutput(input).copy())
            return super().updateOutput(input)

    watched = Watched()
    model = Sequential(Linear(3, 2, rng=0), watched)
    trainer_of(model, metrics=[Seen()]).fit(samples(20), epochs=1, batch_size=6, rng=0)
    (updates,) = [each for each in seen if each]
    assert np.array_equal(np.concatenate(updates), np.concatenate(watched.outputs))


def test_an_interrupted_validation_is_done_again_with_what_was_counted_before(samples):
    class Interrupting(LogSoftMax):
        is_due = False

        def updateOutput(self, input):
            if self.is_due and not self.training:
                self.is_due = False
                raise KeyboardInterrupt
            return super().updateOutput(input)

    def make():
        return trainer_of(Sequential(Linear(3, 2, rng=0), Interrupting()), metrics=[Accuracy()])

    def fit(trainer):
        return trainer.fit(samples(20), samples(8, 1), epochs=1, batch_size=6, rng=0)

    interrupted = make()
    interrupted.model[1].is_due = True
    with pytest.raises(KeyboardInterrupt):
        fit(interrupted)
    assert fit(interrupted)[0].metrics == fit(make())[0].metrics


def test_training_is_float32_throughout(train):
    model = train().model
    assert {array.dtype for array in model.namedParameters().values()} == {np.dtype(np.float32)}
    assert model.output.dtype == np.float32


def test_samples_are_not_changed(samples):
    training, validation = samples(10), samples(4, 1)
    for part in (training, validation):
        part.inputs.flags.writeable = part.targets.flags.writeable = False
    trainer_of(network()).fit(training, validation, epochs=2, batch_size=4, rng=0)
    assert np.array_equal(training.inputs, samples(10).inputs)


def test_the_first_epoch_begins_when_its_report_is_asked_for(samples):
    model = network()
    before = model[2].W.copy()
    epochs = trainer_of(model).epochs(samples(9), epochs=1, batch_size=3, rng=0)
    assert np.array_equal(model[2].W, before)
    next(epochs)
    assert not np.array_equal(model[2].W, before)


def test_a_second_call_goes_on_where_the_first_ended(train, samples):
    parts = train(epochs=1)
    parts.fit(samples(50), samples(20, 1), epochs=3, batch_size=7, rng=99)
    whole = train(epochs=3)
    assert [report.epoch for report in parts.history] == [1, 2, 3]
    assert np.array_equal(parts.model[2].W, whole.model[2].W)


def test_what_was_trained_already_is_not_trained_again(train, samples):
    trainer = train(epochs=3)
    assert trainer.fit(samples(50), epochs=2) is trainer.history
    assert trainer.step == 21


def test_the_plan_counts_batches_and_steps(train):
    plan = train(epochs=3).plan
    assert (plan.epochs, plan.batch_size, plan.batches, plan.steps) == (3, 7, 7, 21)


@pytest.mark.parametrize("options", [{"epochs": 0}, {"epochs": 1, "batch_size": 0}])
def test_a_plan_of_nothing_is_an_error(samples, options):
    with pytest.raises(ValueError, match="expected an integer of at least 1, received 0"):
        trainer_of(network()).fit(samples(9), **options)


def test_stop_ends_after_the_step_and_the_next_call_goes_on_bit_for_bit(samples):
    def run(stops: tuple[int, ...]) -> Trainer:
        class Stopping(LogSoftMax):
            def updateOutput(self, input):
                if self.training and trainer.step + 1 in stops:
                    trainer.stop()
                return super().updateOutput(input)

        model = network()
        model.modules[-1] = Stopping()
        trainer = trainer_of(model)
        for stop in (*stops, 12):
            trainer.fit(samples(10), samples(4, 1), epochs=4, batch_size=4, rng=0)
            assert trainer.step == stop
            assert trainer.stopped == (f"stopped after step {stop}" if stop < 12 else None)
        return trainer

    assert np.array_equal(run(()).model[2].W, run((1, 3, 5)).model[2].W)


def test_a_trainer_that_is_stopped_before_it_begins_takes_no_step(samples):
    trainer = trainer_of(network())
    trainer.stop()
    assert trainer.fit(samples(9), epochs=1) == []
    assert trainer.step == 0
    assert len(trainer.fit(samples(9), epochs=1)) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_stops_before_the_step_and_names_epoch_and_batch(samples, value):
    class Diverging(ClassNLLCriterion):
        calls = 0

        def updateOutput(self, input, target):
            self.calls += 1
            # Three batches and one measurement an epoch, so call 6 is batch 2 of epoch 2.
            return value if self.calls == 6 else super().updateOutput(input, target)

    model = network()
    trainer = Trainer(model, Diverging(), SGD(model, 0.1))
    epochs = trainer.epochs(samples(9), samples(4, 1), epochs=5, batch_size=3, rng=0)
    next(epochs)
    message = rf"^epoch 2, batch 2: expected a finite loss, received {value}; the outputs of all layers are finite, so "
    with pytest.raises(DivergenceError, match=message + "it is the criterion, Diverging; a smaller learning rate"):
        next(epochs)
    assert trainer.step == 4
    assert all(np.isfinite(array).all() for array in model.namedParameters().values())
    with pytest.raises(StateError, match=r"^epoch 2, batch 2: expected a trainer between two steps, received one in"):
        trainer.state_dict()


def test_after_an_error_training_may_go_on_with_other_options(samples):
    training = samples(9)
    training.inputs[4] = np.nan
    trainer = trainer_of(linear())
    with pytest.raises(DivergenceError):
        trainer.fit(training, epochs=2, batch_size=3, rng=0)
    training.inputs[4] = 1
    trainer.optimizer.lr = 0.01
    trainer.fit(training, epochs=2, batch_size=3)
    assert trainer.step == 6
    trainer.state_dict()


@pytest.mark.parametrize("before", [0, 1])
def test_after_a_first_batch_that_failed_training_goes_on_with_corrected_data_of_another_size(samples, before):
    trainer = trainer_of(linear())
    if before:
        trainer.fit(samples(9), epochs=before, batch_size=3)
    wrong = samples(9)
    wrong.inputs[:] = np.nan
    with pytest.raises(DivergenceError):
        trainer.fit(wrong, epochs=before + 1, batch_size=3)
    history = trainer.fit(samples(20), epochs=before + 1, batch_size=4)
    assert history[-1].step == 3 * before + 5


def test_weights_that_diverge_in_the_last_step_are_noticed(samples):
    message = r"^epoch 1, after its last batch: expected finite parameters, received others in 0.W; a smaller learning"
    with pytest.raises(DivergenceError, match=message):
        trainer_of(linear(), 1e39).fit(samples(9), epochs=1, batch_size=9)


def test_a_state_with_weights_that_are_not_finite_cannot_be_taken(samples):
    trainer = trainer_of(linear())
    trainer.fit(samples(9), epochs=1)
    trainer.model[0].b[1] = np.nan
    with pytest.raises(DivergenceError, match=r"^epoch 1, batch 1: expected finite parameters, received others in 0.b"):
        trainer.state_dict()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"metrics": ["Accuracy"]}, TypeError, "expected a Metric, received 'Accuracy'"),
        ({"metrics": [Accuracy(), Accuracy()]}, ValueError, "expected metrics of different names"),
        ({"clip_norm": 0}, ValueError, "expected a positive finite number, received 0"),
        ({"clip_value": -1.0}, ValueError, "expected a positive finite number, received -1.0"),
        (
            {"early_stopping": {"patience": 2}},
            TypeError,
            r"early_stopping: expected EarlyStopping\(patience=...\) or None, received {'patience': 2}",
        ),
    ],
)
def test_options_that_make_no_sense_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        trainer_of(linear(), **options)


def test_a_metric_may_not_have_the_name_of_something_else_in_a_report():
    class Loss(Accuracy):
        @property
        def name(self):
            return "loss"

    with pytest.raises(ValueError, match=r"expected metrics of different names, and none of \['epoch', 'loss', 'lr'"):
        trainer_of(linear(), metrics=[Loss()])


@pytest.mark.parametrize("arrays", [{"training": (np.zeros((2, 3)), np.zeros(2))}, {"validation": np.zeros((2, 3))}])
def test_arrays_in_the_place_of_samples_are_refused_with_how_to_make_samples(samples, arrays):
    with pytest.raises(
        TypeError, match=r"expected Samples, .*Samples.of_arrays\(inputs, targets\) .* received .*\(2, 3\)"
    ):
        trainer_of(linear()).fit(**{"training": samples(9), **arrays}, epochs=1)


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(
        ValueError, match="expected an optimizer of the model that is trained, received SGD.* of another"
    ):
        Trainer(linear(), ClassNLLCriterion(), SGD(linear(), 0.1))


def test_an_optimizer_may_train_a_part_of_the_model(samples):
    model = Sequential(Linear(3, 3, rng=1), Linear(3, 2, rng=0), LogSoftMax())
    before = model[0].W.copy(), model[1].W.copy()
    Trainer(model, ClassNLLCriterion(), SGD(model[1], 0.1)).fit(samples(9), epochs=1)
    assert np.array_equal(model[0].W, before[0])
    assert not np.array_equal(model[1].W, before[1])


def test_a_column_of_the_history_that_no_report_has_is_an_error(samples):
    history = trainer_of(linear(), metrics=[Accuracy()]).fit(samples(9), epochs=1)
    assert history.column("validation_loss") == [None]
    with pytest.raises(KeyError, match="one of epoch, step, loss, accuracy, .* received 'acuracy'"):
        history.column("acuracy")


def test_a_trainer_says_where_it_is():
    model = Sequential(Linear(2, 2, rng=0), LogSoftMax())
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1))
    assert repr(trainer) == "<Trainer SGD lr=0.1, ClassNLLCriterion, step 0, epoch 0>"


@pytest.mark.parametrize("rows", [40, 30])
def test_after_a_first_batch_that_failed_other_data_are_taken(samples, rows):
    trainer = trainer_of(linear())
    wrong = samples(40)
    with pytest.raises(ShapeError):
        trainer.fit(evolve(wrong, inputs=wrong.inputs[:, :2]), epochs=2, batch_size=8, rng=0)
    trainer.fit(samples(rows), epochs=2, batch_size=8, rng=0)
    assert trainer.step == 2 * rows // 8 + (rows == 30)
