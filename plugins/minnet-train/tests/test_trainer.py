from __future__ import annotations

import attrs
import numpy as np
import pytest

from minnet_core import Module, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Dropout, Linear, LogSoftMax
from minnet_optimizers import SGD, Adam
from minnet_train import DivergenceError, Samples, fit


def samples(count: int, seed: int = 0) -> Samples:
    """Two classes, told apart by the sign of the first of three features."""
    inputs = np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)
    return Samples.of_arrays(inputs, (inputs[:, 0] >= 0).astype(int))


def network(seed: int = 0) -> Sequential:
    first, second = np.random.default_rng(seed).spawn(2)
    return Sequential(BatchNormalization(0.9), Dropout(0.1, rng=first), Linear(3, 2, rng=second), LogSoftMax())


class Recorder(Module):
    """Remembers the mode and the input of every forward pass, and passes the input on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[bool, np.ndarray]] = []

    def updateOutput(self, input):
        self.seen.append((self.training, input.copy()))
        self.output = input.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def recorded(epochs: int, batch_size: int, seed: int = 0) -> list[tuple[bool, np.ndarray]]:
    recorder = Recorder()
    model = Sequential(recorder, Linear(3, 2, rng=0), LogSoftMax())
    for _ in fit(
        model,
        ClassNLLCriterion(),
        SGD(model, 0.01),
        samples(10),
        samples(4, 1),
        epochs=epochs,
        batch_size=batch_size,
        rng=seed,
    ):
        pass
    return recorder.seen


def train(seed: int = 0, **options):
    model = network(options.pop("weights", 0))
    arguments = {"epochs": 3, "batch_size": 7, "rng": seed, **options}
    reports = list(fit(model, ClassNLLCriterion(), Adam(model, 0.05), samples(50), samples(20, 1), **arguments))
    return model, reports


def test_each_epoch_sees_every_sample_once_and_the_last_batch_takes_the_rest():
    seen = [input for training, input in recorded(epochs=2, batch_size=4) if training]
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    expected = np.sort(samples(10).inputs, axis=0)
    for epoch in (seen[:3], seen[3:]):
        assert np.array_equal(np.sort(np.concatenate(epoch), axis=0), expected)


def test_a_batch_may_be_larger_than_the_data():
    assert [len(batch) for training, batch in recorded(epochs=1, batch_size=100) if training] == [10]


def test_samples_are_shuffled_anew_in_every_epoch():
    first, second = (input for training, input in recorded(epochs=2, batch_size=10) if training)
    assert not np.array_equal(first, second)


def test_inputs_and_targets_are_shuffled_alike():
    _, reports = train(epochs=20)
    assert reports[-1].test_accuracy > 0.9


def test_held_out_samples_are_measured_in_evaluation_mode_after_each_epoch():
    seen = recorded(epochs=2, batch_size=5)
    assert [training for training, _ in seen] == [True, True, False] * 2
    assert np.array_equal(seen[2][1], samples(4, 1).inputs)


def test_between_reports_the_model_is_in_evaluation_mode():
    model, _ = train()
    assert not any(layer.training for layer in model)


def test_the_same_seed_gives_the_same_weights_bit_for_bit():
    (first, _), (second, _) = train(), train()
    for name, array in first.namedParameters().items():
        assert array.tobytes() == second.namedParameters()[name].tobytes()
    for name, array in first.namedBuffers().items():
        assert array.tobytes() == second.namedBuffers()[name].tobytes()


def test_another_order_gives_other_weights():
    assert not np.array_equal(train(seed=0)[0][2].W, train(seed=1)[0][2].W)


def test_a_report_tells_the_losses_as_they_are_defined():
    model, criterion = Sequential(Linear(3, 2, rng=0), LogSoftMax()), ClassNLLCriterion()
    training, test = samples(10), samples(4, 1)
    before = model.clone()
    (report,) = fit(model, criterion, SGD(model, 0.0), training, test, epochs=1, batch_size=3, rng=0)
    answers = before.forward(test.inputs)
    assert report.epoch == 1
    assert report.loss == pytest.approx(criterion.forward(before.forward(training.inputs), training.targets), rel=1e-5)
    assert report.test_loss == pytest.approx(criterion.forward(answers, test.targets), rel=1e-5)
    assert report.test_accuracy == np.mean(answers.argmax(1) == test.targets.argmax(1))
    assert report.samples_per_second == pytest.approx(10 / report.seconds)


def test_a_report_cannot_be_changed():
    _, reports = train(epochs=1)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        reports[0].loss = 0.0


def test_training_is_float32_throughout():
    model, _ = train()
    assert {array.dtype for array in model.namedParameters().values()} == {np.dtype(np.float32)}
    assert model.output.dtype == np.float32


def test_samples_are_not_changed():
    training, test = samples(10), samples(4, 1)
    for part in (training, test):
        part.inputs.flags.writeable = part.targets.flags.writeable = False
    model = network()
    list(fit(model, ClassNLLCriterion(), Adam(model, 0.1), training, test, epochs=2, batch_size=4, rng=0))
    assert np.array_equal(training.inputs, samples(10).inputs)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_stops_before_the_step_and_names_epoch_and_batch(value):
    class Diverging(ClassNLLCriterion):
        calls = 0

        def updateOutput(self, input, target):
            self.calls += 1
            # Three batches and one measurement an epoch, so call 6 is batch 2 of epoch 2.
            return value if self.calls == 6 else super().updateOutput(input, target)

    model = network()
    epochs = fit(model, Diverging(), SGD(model, 0.1), samples(9), samples(4, 1), epochs=5, batch_size=3, rng=0)
    next(epochs)
    with pytest.raises(DivergenceError, match=rf"epoch 2, batch 2: expected a finite loss, received {value}"):
        next(epochs)
    assert all(np.isfinite(array).all() for array in model.namedParameters().values())


def test_weights_that_diverge_in_the_last_step_are_noticed():
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    epochs = fit(model, ClassNLLCriterion(), SGD(model, 1e39), samples(9), samples(4, 1), epochs=1, batch_size=9, rng=0)
    with pytest.raises(DivergenceError, match="epoch 1, held-out samples: expected a finite loss, received nan"):
        next(epochs)


def test_the_first_epoch_begins_when_its_report_is_asked_for():
    model = network()
    before = model[2].W.copy()
    epochs = fit(model, ClassNLLCriterion(), SGD(model, 0.1), samples(9), samples(4, 1), epochs=1, batch_size=3, rng=0)
    assert np.array_equal(model[2].W, before)
    next(epochs)
    assert not np.array_equal(model[2].W, before)
