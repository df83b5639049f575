"""The trainer against a loop in PyTorch: weights of samples, clipping and schedules, in float64 to 1e-9."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from minnet_core import Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD, Adam, OneCycle
from minnet_test_support.array_samples import ArraySamples
from minnet_train import Trainer

SEEDS = range(20)
ROWS, BATCH, EPOCHS = 23, 8, 3


class Losses:
    """Keeps the loss of every step."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    @hookimpl
    def minnet_step_end(self, loss: float) -> None:
        self.seen.append(loss)


class Course:
    """One seed's network and samples, as ours and as torch's."""

    def __init__(self, seed: int, is_classifier: bool, weighted: bool = True) -> None:
        rng = np.random.default_rng(seed)
        self.seed, self.is_classifier = seed, is_classifier
        targets = np.eye(3)[rng.integers(0, 3, ROWS)] if is_classifier else rng.normal(size=(ROWS, 3))
        weights = rng.uniform(0, 3, ROWS) * (rng.random(ROWS) > 0.1) if weighted else None
        self.samples = ArraySamples(rng.normal(size=(ROWS, 4)), targets, weights)
        self.model = Sequential(Linear(4, 5, rng=seed), ReLU(), Linear(5, 3, rng=seed + 1)).astype(np.float64)
        if is_classifier:
            self.model.add(LogSoftMax())
        self.theirs = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3)).double()
        for index in (0, 2):
            self.theirs[index].weight.data = torch.tensor(self.model[index].W)
            self.theirs[index].bias.data = torch.tensor(self.model[index].b.ravel())

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
        rng = np.random.default_rng(self.seed)
        weights = np.ones(ROWS) if self.samples.weights is None else self.samples.weights
        for _ in range(EPOCHS):
            order = rng.permutation(ROWS)
            for start in range(0, ROWS, BATCH):
                rows = order[start : start + BATCH]
                parts = self.samples.inputs[rows], self.samples.targets[rows], weights[rows]
                yield tuple(map(torch.tensor, parts))

    def loss(self, inputs: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        outputs = self.theirs(inputs)
        if self.is_classifier:
            losses = torch.nn.functional.cross_entropy(outputs, targets.argmax(1), reduction="none")
        else:
            losses = ((outputs - targets) ** 2).sum(1)
        return (weights * losses).sum() / weights.sum()

    def run(self, trainer: Trainer, optimizer: Any, each_step: Any = lambda: None, after: Any = lambda: None) -> None:
        trainer.callbacks.append(losses := Losses())
        trainer.fit(self.samples, epochs=EPOCHS, batch_size=BATCH, rng=self.seed)
        for number, batch in enumerate(self.batches()):
            optimizer.zero_grad()
            loss = self.loss(*batch)
            loss.backward()
            each_step()
            optimizer.step()
            after()
            assert losses.seen[number] == pytest.approx(loss.item(), rel=1e-9)
        for index in (0, 2):
            theirs = self.theirs[index]
            np.testing.assert_allclose(self.model[index].W, theirs.weight.detach().numpy(), rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(self.model[index].b.ravel(), theirs.bias.detach().numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("is_classifier", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_weights_of_samples(seed: int, is_classifier: bool) -> None:
    course = Course(seed, is_classifier)
    criterion = ClassNLLCriterion() if is_classifier else MSECriterion()
    trainer = Trainer(course.model, criterion, SGD(course.model, 0.05, 0.9))
    course.run(trainer, torch.optim.SGD(course.theirs.parameters(), 0.05, 0.9))


@pytest.mark.parametrize("seed", SEEDS)
def test_clipping_by_norm(seed: int) -> None:
    course = Course(seed, False)
    limit = 10.0 ** np.random.default_rng(seed).uniform(-2, 1)
    trainer = Trainer(course.model, MSECriterion(), SGD(course.model, 0.05), clip_norm=limit)
    parameters = list(course.theirs.parameters())
    course.run(trainer, torch.optim.SGD(parameters, 0.05), lambda: clip_grad_norm_(parameters, limit))


@pytest.mark.parametrize("seed", SEEDS)
def test_clipping_by_value(seed: int) -> None:
    course = Course(seed, False, weighted=False)
    trainer = Trainer(course.model, MSECriterion(), SGD(course.model, 0.05), clip_value=0.1)
    parameters = list(course.theirs.parameters())
    course.run(trainer, torch.optim.SGD(parameters, 0.05), lambda: clip_grad_value_(parameters, 0.1))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_schedule_in_a_training(seed: int) -> None:
    course = Course(seed, True, weighted=False)
    trainer = Trainer(course.model, ClassNLLCriterion(), Adam(course.model, 0.05), schedule=OneCycle())
    optimizer = torch.optim.Adam(course.theirs.parameters(), 0.05)
    steps = EPOCHS * 3
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, steps, cycle_momentum=False)
    course.run(trainer, optimizer, after=lambda: schedule.last_epoch < steps - 1 and schedule.step())
