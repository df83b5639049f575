from __future__ import annotations

import threading

import numpy as np
import pytest

from minnet_core import Container, Module, Sequential
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import Dropout, Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD
from minnet_train import DivergenceError, Trainer


class Spoiling(Module):
    """Passes its input on, with a nan in it from the nth training batch on."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self.left = nth

    def updateOutput(self, input):
        self.left -= self.training
        self.output = input.copy()
        if self.left <= 0:
            self.output[0, 0] = np.nan
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


def trainer_of(*modules: Module, lr: float = 0.1, **options) -> Trainer:
    model = Sequential(*modules)
    return Trainer(model, ClassNLLCriterion(), SGD(model, lr), **options)


def message_of(trainer: Trainer, training, validation=None, epochs: int = 3) -> str:
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(training, validation, epochs=epochs, batch_size=4, rng=0)
    return str(caught.value)


def test_the_first_layer_with_such_an_output_is_named(samples):
    trainer = trainer_of(Linear(3, 2, rng=0), Spoiling(5), ReLU(), LogSoftMax())
    assert message_of(trainer, samples(12)).startswith(
        "epoch 2, batch 2: expected a finite loss, received nan; the first layer whose output is not finite is "
        "1: Spoiling; a smaller learning rate, clip_norm or scaled features often help"
    )


def test_a_layer_inside_a_container_is_named_by_its_path(samples):
    trainer = trainer_of(Linear(3, 2, rng=0), Sequential(ReLU(), Sequential(Spoiling(1), ReLU())), LogSoftMax())
    assert "is 1.1.0: Spoiling; " in message_of(trainer, samples(12))


class Backwards(Container):
    """Goes through its modules from the last to the first."""

    def updateOutput(self, input):
        self.output = input
        for module in reversed(self.modules):
            self.output = module.forward(self.output)
        return self.output


@pytest.mark.parametrize("can_be_copied", [True, False])
def test_the_first_layer_is_the_first_in_time_whatever_the_order_in_which_modules_are_listed(samples, can_be_copied):
    inner = Backwards(ReLU(), Spoiling(1), Dropout(0.5, rng=0))
    if not can_be_copied:
        inner.lock = threading.Lock()
    trainer = trainer_of(Linear(3, 2, rng=0), inner, LogSoftMax())
    before = np.random.get_state()[1].tobytes()
    assert f"is {'1.1: Spoiling' if can_be_copied else '1.0: ReLU'}; " in message_of(trainer, samples(12))
    assert np.random.get_state()[1].tobytes() == before


def test_the_pass_that_diverged_is_looked_at_not_another_one(samples):
    """So no random number is drawn, and what depends on one is found."""
    dropout = Dropout(0.5, rng=0)
    trainer = trainer_of(dropout, Linear(3, 2, rng=0), Spoiling(1), LogSoftMax())
    twin = Dropout(0.5, rng=0)
    twin.forward(np.zeros((4, 3), np.float32))
    assert "is 2: Spoiling" in message_of(trainer, samples(12))
    assert dropout.rng.random() == twin.rng.random()


def test_weights_that_have_become_nan_are_named(samples):
    trainer = trainer_of(Linear(3, 2, rng=0), LogSoftMax(), lr=1e39)
    assert "first layer whose output is not finite is 0: Linear 3 -> 2, whose W is not finite itself; " in message_of(
        trainer, samples(12)
    )


def test_a_sample_that_is_not_finite_is_named(samples):
    training = samples(12)
    training.inputs[3, 1] = np.inf
    message = message_of(trainer_of(Linear(3, 2, rng=0), LogSoftMax()), training)
    assert "the inputs of the batch are not finite, first in its row " in message


def test_a_target_that_is_not_finite_is_named(samples):
    training = samples(4)
    training.targets[2, 1] = np.nan
    model = Sequential(Linear(3, 2, rng=0))
    trainer = Trainer(model, MSECriterion(), SGD(model))
    assert "the targets of the batch are not finite, first in its row " in message_of(trainer, training)


def test_validation_samples_are_said_to_be_such(samples):
    validation = samples(5)
    validation.inputs[2] = np.nan
    message = message_of(trainer_of(Linear(3, 2, rng=0), LogSoftMax()), samples(12), validation)
    assert message.startswith("epoch 1, validation samples: expected a finite loss, received nan; the inputs of the ")


def test_gradients_that_cannot_be_clipped_are_named_and_the_step_is_not_taken(samples):
    class Exploding(LogSoftMax):
        def updateGradInput(self, input, gradOutput):
            self.gradInput = super().updateGradInput(input, gradOutput) * np.inf
            return self.gradInput

    trainer = trainer_of(Linear(3, 2, rng=0), Exploding(), clip_norm=1.0)
    before = trainer.model[0].W.copy()
    message = message_of(trainer, samples(12))
    assert message.startswith("epoch 1, batch 1: expected finite gradients, received others for 0.W; a smaller")
    assert np.array_equal(trainer.model[0].W, before)
