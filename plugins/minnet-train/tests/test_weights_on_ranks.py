"""Ranks whose weights come to differ, which nothing that is computed together tells of."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential, criterions, hookimpl, layers, optimizers
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import ThreadRanks, together
from minnet_train import RanksError, Trainer

rng = np.random.default_rng(0)
SAMPLES = ArraySamples(rng.normal(size=(40, 2)).astype(np.float32), rng.normal(size=(40, 1)).astype(np.float32))


def train(ranks: ThreadRanks, drift: float) -> int:
    """Train; after the third step, one weight of rank 1 is another."""

    class Drifting(optimizers["SGD"]):
        steps = 0

        def step(self, closure=None):
            super().step(closure)
            self.steps += 1
            if ranks.rank == 1 and self.steps == 3:
                model[1].b += np.float32(drift)

    model = Sequential(layers["Linear"](2, 3, rng=0), layers["Linear"](3, 1, rng=1))
    trainer = Trainer(model, criterions["MSECriterion"](), Drifting(model, lr=0.01), compile=False, ranks=ranks)
    trainer.fit(SAMPLES, SAMPLES, epochs=2, batch_size=20, rng=0)
    return trainer.step


def test_weights_that_come_to_differ_are_found_when_the_epoch_ends():
    assert together(3, lambda ranks: train(ranks, 0.0)) == [4, 4, 4]
    expected = (
        r"^rank 1 of 3: expected the same weights after epoch 2 as on rank 0, 1\.b of checksum [0-9a-f]{8}, "
        r"received 1\.b of checksum [0-9a-f]{8}$"
    )
    with pytest.raises(RanksError, match=expected):
        together(3, lambda ranks: train(ranks, 1e-6))


@pytest.mark.parametrize("value", [np.ones(3, np.float32), None])
def test_so_are_moving_statistics_that_a_callback_of_one_rank_changes(value):
    class Changing:
        @hookimpl
        def minnet_step_end(self, trainer):
            if trainer.ranks.rank == 1 and trainer.step == 2:
                trainer.model[1].moving_mean = value

    def work(ranks):
        model = Sequential(layers["Linear"](2, 3, rng=0), layers["BatchNormalization"](), layers["Linear"](3, 1, rng=1))
        trainer = Trainer(
            *(model, criterions["MSECriterion"](), optimizers["SGD"](model, lr=0.01)),
            **{"compile": False, "ranks": ranks, "callbacks": [Changing()]},
        )
        trainer.fit(SAMPLES, SAMPLES, epochs=2, batch_size=20, rng=0)

    with pytest.raises(RanksError, match=r"expected the same weights after epoch 1 as on rank 0, 1\.moving_mean of "):
        together(2, work)
