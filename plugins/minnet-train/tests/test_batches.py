"""Which batches a trainer sends through the model, in which mode."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import BatchNormalization, Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_train import Trainer


def trainer_of(model: Module, lr: float = 0.1) -> Trainer:
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr))


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


@pytest.fixture
def recorded(samples):
    def record(epochs: int, batch_size: int) -> list[tuple[bool, np.ndarray]]:
        recorder = Recorder()
        model = Sequential(recorder, Linear(3, 2, rng=0), LogSoftMax())
        trainer_of(model, 0.01).fit(samples(10), samples(4, 1), epochs=epochs, batch_size=batch_size, rng=0)
        return recorder.seen

    return record


def test_each_epoch_sees_every_sample_once_and_the_last_batch_takes_the_rest(recorded, samples):
    seen = [input for training, input in recorded(epochs=2, batch_size=4) if training]
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    expected = np.sort(samples(10).inputs, axis=0)
    for epoch in (seen[:3], seen[3:]):
        assert np.array_equal(np.sort(np.concatenate(epoch), axis=0), expected)


@pytest.mark.parametrize(
    ("batch_size", "lengths"), [(3, [3, 3, 4]), (9, [10]), (1, [1] * 10), (10, [10]), (4, [4, 4, 2])]
)
def test_a_single_sample_that_is_left_joins_the_batch_before(recorded, batch_size, lengths):
    assert [len(batch) for training, batch in recorded(epochs=1, batch_size=batch_size) if training] == lengths


@pytest.mark.parametrize("rows", [64, 65])
def test_a_sample_more_than_whole_batches_does_not_spoil_the_statistics_of_batches(samples, rows):
    model = Sequential(Linear(3, 8, rng=0), BatchNormalization(), Linear(8, 2, rng=1), LogSoftMax())
    history = trainer_of(model).fit(samples(rows), samples(200, 1), epochs=20, batch_size=64, rng=0)
    assert history[-1].validation_loss < 0.7


def test_a_batch_may_be_larger_than_the_data(recorded):
    assert [len(batch) for training, batch in recorded(epochs=1, batch_size=100) if training] == [10]


def test_samples_are_shuffled_anew_in_every_epoch(recorded):
    first, second = (input for training, input in recorded(epochs=2, batch_size=10) if training)
    assert not np.array_equal(first, second)


def test_validation_samples_are_measured_in_evaluation_mode_after_each_epoch(recorded, samples):
    seen = recorded(epochs=2, batch_size=5)
    assert [training for training, _ in seen] == [True, True, False] * 2
    assert np.array_equal(seen[2][1], samples(4, 1).inputs)
