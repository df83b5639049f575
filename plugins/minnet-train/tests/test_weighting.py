from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Sequential
from minnet_criterions import ClassNLLCriterion, ClassNLLCriterionUnstable, MSECriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_test_support.array_samples import ArraySamples
from minnet_train import Trainer
from minnet_train.data.sample_weights import weighted_gradient, weighted_loss


class Cubed(Criterion):
    """The mean of cubes, of which nobody has the losses of the samples."""

    def updateOutput(self, input, target):
        self.output = float((np.abs(input - target) ** 3).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        difference = input - target
        self.gradInput = 3 * difference * np.abs(difference) / len(input)
        return self.gradInput


class Remembering(Criterion):
    """A mean of squares as in a notebook, whose backward pass uses what the forward pass left."""

    def updateOutput(self, input, target):
        self.difference = input - target
        self.output = float((self.difference**2).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = 2 * self.difference / len(input)
        return self.gradInput


class Doubled(MSECriterion):
    """Another loss than that of which it inherits the losses of the samples."""

    def updateOutput(self, input, target):
        self.output = 2 * super().updateOutput(input, target)
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = 2 * super().updateGradInput(input, target)
        return self.gradInput


CRITERIONS = [
    *(ClassNLLCriterion(), ClassNLLCriterionUnstable(), MSECriterion()),
    *(Cubed(), Remembering(), Doubled()),
]
each = pytest.mark.parametrize("criterion", CRITERIONS, ids=repr)


def batch(rows: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    outputs = rng.uniform(0.1, 0.9, (rows, 3))
    return outputs, np.eye(3)[rng.integers(0, 3, rows)], rng.uniform(0, 3, rows)


@each
def test_the_loss_is_the_weighted_mean_of_the_losses(criterion):
    outputs, targets, weights = batch()
    losses = [criterion.forward(outputs[i : i + 1], targets[i : i + 1]) for i in range(6)]
    assert weighted_loss(criterion, outputs, targets, weights) == pytest.approx(
        np.average(losses, weights=weights), rel=1e-12
    )


@each
def test_the_gradient_is_that_of_the_weighted_loss(criterion):
    outputs, targets, weights = batch()
    weighted_loss(criterion, outputs, targets, weights)  # the trainer computes it first
    gradient = weighted_gradient(criterion, outputs, targets, weights)
    if isinstance(criterion, ClassNLLCriterionUnstable):
        outputs = outputs.clip(0.05, 0.95)
    for place in np.ndindex(outputs.shape):
        moved = [outputs.copy() for _ in range(2)]
        moved[0][place] += 1e-6
        moved[1][place] -= 1e-6
        above, below = (weighted_loss(criterion, each, targets, weights) for each in moved)
        assert gradient[place] == pytest.approx((above - below) / 2e-6, abs=1e-6)


@each
def test_equal_weights_are_no_weights(criterion):
    outputs, targets, _ = batch()
    weights = np.full(6, 0.3)
    assert weighted_loss(criterion, outputs, targets, weights) == pytest.approx(criterion.forward(outputs, targets))
    assert weighted_gradient(criterion, outputs, targets, weights) == pytest.approx(
        criterion.backward(outputs, targets)
    )


@each
def test_a_weight_of_2_is_a_sample_that_is_there_twice(criterion):
    outputs, targets, _ = batch()
    twice = np.array([0, 1, 1, 2, 3, 4, 5])
    weights = np.array([1.0, 2, 1, 1, 1, 1])
    loss = weighted_loss(criterion, outputs, targets, weights)
    assert loss == pytest.approx(criterion.forward(outputs[twice], targets[twice]))


@each
def test_weights_of_0_give_0(criterion):
    outputs, targets, _ = batch()
    assert weighted_loss(criterion, outputs, targets, np.zeros(6)) == 0
    assert not weighted_gradient(criterion, outputs, targets, np.zeros(6)).any()


def test_float32_stays_float32():
    outputs, targets, weights = batch()
    gradient = weighted_gradient(MSECriterion(), outputs.astype(np.float32), targets.astype(np.float32), weights)
    assert gradient.dtype == np.float32


def trainer(lr: float = 0.1) -> Trainer:
    model = Sequential(Linear(3, 2, rng=0), LogSoftMax())
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr))


def test_samples_of_weight_0_teach_nothing(samples):
    part, all_of = samples(8), samples(8)
    noisy = ArraySamples(
        np.concatenate([all_of.inputs, 9 * all_of.inputs]),
        np.concatenate([all_of.targets, 1 - all_of.targets]),
        np.repeat([1.0, 0.0], 8),
    )
    first, second = trainer(), trainer()
    first.fit(part, epochs=3, batch_size=8)
    second.fit(noisy, epochs=3, batch_size=16)
    assert pytest.approx(first.model[0].W, abs=1e-6) == second.model[0].W
    assert second.history[-1].loss == pytest.approx(first.history[-1].loss, rel=1e-5)


def test_the_loss_of_an_epoch_is_the_weighted_mean_over_all_its_samples(samples):
    weights = np.random.default_rng(1).uniform(0, 2, 10)
    training, validation = samples(10, weights=weights), samples(2000, 1, np.linspace(0, 1, 2000))
    still = trainer(lr=0.0)
    (report,) = still.fit(training, validation, epochs=1, batch_size=4)
    outputs = still.model.forward(training.inputs)
    assert report.loss == pytest.approx(weighted_loss(still.criterion, outputs, training.targets, weights), rel=1e-5)
    outputs = still.model.forward(validation.inputs)
    assert report.validation_loss == pytest.approx(
        weighted_loss(still.criterion, outputs, validation.targets, validation.weights), rel=1e-5
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(9), r"expected a weight for each of the 10 training samples, received \(9,\)"),
        (np.array([1.0] * 9 + [-1.0]), "weights of 0 or more for the training samples, received -1.0 for sample 9"),
        (np.array([np.nan] * 10), "finite weights of 0 or more for the training samples, received nan for sample 0"),
        (np.zeros(10), "expected a training sample with a weight above 0, received only zeros"),
    ],
)
def test_weights_that_make_no_sense_are_refused_before_training(samples, weights, message):
    with pytest.raises(ValueError, match=message):
        trainer().fit(samples(10, weights=weights), epochs=1)
