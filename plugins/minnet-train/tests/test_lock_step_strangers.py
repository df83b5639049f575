"""Lock step with layers of strangers: that keep things anywhere, fail, gather themselves, or gather unequally."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest

from minnet_core import Module, Sequential
from minnet_core.nn import parts_of_batch
from minnet_core.state import generator_states
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import BatchNormalization, Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import Trainer

ROWS, FEATURES, CLASSES = 75, 6, 3
SIZES = (1, 2, 3, 4)


def drawn(dtype=np.float64) -> ArraySamples:
    rng = np.random.default_rng(0)
    inputs = rng.normal(3, 2, (ROWS, FEATURES)).astype(dtype)
    return ArraySamples(inputs, np.eye(CLASSES, dtype=dtype)[rng.integers(0, CLASSES, ROWS)])


def trained(ranks, model, *, samples=None, batch_size=16, epochs=3):
    trainer = Trainer(
        *(model, ClassNLLCriterion(), SGD(model, lr=0.1)), shards=4, ranks=ranks, batch_statistics="batch"
    )
    trainer.fit(drawn() if samples is None else samples, epochs=epochs, batch_size=batch_size, rng=0)
    return trainer


def arrays(trainer) -> dict[str, np.ndarray]:
    return {**trainer.model.namedParameters(), **trainer.model.namedBuffers()}


class Failing(Module):
    """Fails in the shard that has a number far from all others, forwards or backwards."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def updateOutput(self, input):
        if self.where == "forward" and (abs(input) > 5).any():
            raise ArithmeticError("a layer that cannot do this")
        self.output = input
        return self.output

    def updateGradInput(self, input, gradOutput):
        if self.where == "backward" and (abs(input) > 5).any():
            raise ArithmeticError("a layer that cannot do this")
        self.gradInput = gradOutput
        return self.gradInput


@pytest.mark.parametrize("where", ["forward", "backward"])
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("bad", [0, 40, 74])
def test_an_error_in_one_shard_ends_all_at_once(where, size, bad):
    samples = drawn()
    samples.inputs[bad] = 1e7

    def work(ranks):
        # The others wait for it in the normalization before, or behind.
        model = Sequential(
            *(Linear(FEATURES, 5, rng=0), BatchNormalization(), Failing(where), Linear(5, CLASSES, rng=1)),
            *(BatchNormalization(), LogSoftMax()),
        )
        trained(ranks, model, samples=samples, batch_size=ROWS)

    begun, threads = time.monotonic(), threading.active_count()
    with pytest.raises(ArithmeticError, match="a layer that cannot do this"):
        together(size, work)
    assert time.monotonic() - begun < 10
    assert threading.active_count() == threads


def test_layers_that_gather_unequally_are_refused_on_all_ranks():
    class Choosing(BatchNormalization):
        def updateOutput(self, input):
            return super().updateOutput(input) if len(input) != 18 else input

    messages = []

    def work(ranks):
        try:
            trained(ranks, Sequential(Choosing(), Linear(FEATURES, CLASSES, rng=0), LogSoftMax()), batch_size=ROWS)
        except RuntimeError as error:
            messages.append(str(error))

    together(2, work)
    assert len(messages) == 2
    assert messages[0] == messages[1]
    assert "expected the layers to gather batch statistics as often in each shard, received " in messages[0]


def test_a_stranger_gathers_too():
    class Centered(Module):
        """Subtracts the mean of the batch."""

        def mean(self, x):
            parts = parts_of_batch()
            told = [(len(x), x.mean(0))] if parts is None else parts.gather((len(x), x.mean(0)))
            total = sum(count for count, _ in told)
            return sum(count / total * mean for count, mean in told)

        def updateOutput(self, input):
            self.output = input - self.mean(input)
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput - self.mean(gradOutput)
            return self.gradInput

    def fitted(shards):
        model = Sequential(Linear(FEATURES, 4, rng=0), Centered(), ReLU(), Linear(4, CLASSES, rng=1))
        model.astype(np.float64)
        trainer = Trainer(model, MSECriterion(), SGD(model, lr=0.05), shards=shards, batch_statistics="batch")
        trainer.fit(drawn(), epochs=2, batch_size=16, rng=0)
        return model.flattenParameters()[0]

    np.testing.assert_allclose(fitted(4), fitted(None), rtol=0, atol=1e-12)


class Hoarding(Module):
    """Keeps things of all kinds in all places, and computes with them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.table, self.count = [], {"sums": np.zeros(2)}, 0
        self.rng, self.python, self.old = np.random.default_rng(3), random.Random(4), np.random.RandomState(5)

    def updateOutput(self, input):
        self.count += 1
        self.seen.append(len(input))
        self.table["sums"] += input.mean()
        self.made = self.count + len(self.seen)  # an attribute that there was not
        drawn = self.rng.normal() + self.rng.spawn(1)[0].normal() + self.python.random() + self.old.normal()
        self.factor = 1 + 0.01 * float(drawn + self.table["sums"][0])
        self.output = (input * self.factor).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput * (self.factor + 0.01 * self.old.normal())).astype(gradOutput.dtype)
        return self.gradInput


def test_whatever_a_layer_keeps_is_that_of_the_step_and_of_the_shard():
    def work(ranks):
        first, second = Linear(FEATURES, FEATURES, rng=0), Linear(FEATURES, FEATURES, rng=1)
        second.share(first)
        model = Sequential(
            *(first, BatchNormalization(0.9), Hoarding(), second, Sequential(BatchNormalization(), Hoarding())),
            *(Linear(FEATURES, CLASSES, rng=2), LogSoftMax()),
        )
        trainer = trained(ranks, model, samples=drawn(np.float32), batch_size=25, epochs=2)
        assert model[0].W is model[3].W
        return trainer

    first, *others = [each for size in SIZES for each in together(size, work)]
    kept = [first.model[2], first.model[4][1]]
    assert [each.count for each in kept] == [first.step] * 2  # once a step, as of its first shard
    for each in others:
        np.testing.assert_equal(arrays(each), arrays(first))
        for mine, theirs in zip([each.model[2], each.model[4][1]], kept, strict=True):
            assert (mine.count, mine.made, mine.factor) == (theirs.count, theirs.made, theirs.factor)
            np.testing.assert_array_equal(mine.table["sums"], theirs.table["sums"])
            assert generator_states(mine) == generator_states(theirs)


@pytest.mark.parametrize("where", ["forward", "backward"])
def test_after_an_error_parameters_and_gradients_are_as_they_were_and_training_goes_on(where):
    samples, threads = drawn(), threading.active_count()
    model = Sequential(
        *(Linear(FEATURES, 5, rng=0), BatchNormalization(), Failing(where), Linear(5, CLASSES, rng=1), LogSoftMax())
    ).astype(np.float64)
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, lr=0.1), shards=4, batch_statistics="batch")
    trainer.fit(samples, epochs=1, batch_size=ROWS, rng=0)
    parameters, gradients = (each.copy() for each in model.flattenParameters())
    bits, samples.inputs[40] = np.random.get_bit_generator(), 1e7
    with pytest.raises(ArithmeticError):
        trainer.fit(samples, epochs=2, batch_size=ROWS, rng=0)
    np.testing.assert_array_equal(model.flattenParameters()[0], parameters)
    np.testing.assert_array_equal(model.flattenParameters()[1], gradients)
    assert np.random.get_bit_generator() is bits
    assert threading.active_count() == threads
    samples.inputs[40] = 1
    trainer.fit(samples, epochs=3, batch_size=ROWS, rng=0)
    assert trainer.step == 3


def test_one_shard_of_each_rank_needs_no_thread():
    class Looking(Module):
        def updateOutput(self, input):
            seen.add(threading.current_thread().name)
            self.output = input + 0
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput + 0
            return self.gradInput

    for size, alone in ((1, False), (4, True)):
        seen = set()
        make = lambda: Sequential(Linear(FEATURES, CLASSES, rng=0), BatchNormalization(), Looking(), LogSoftMax())  # noqa: E731
        together(size, lambda ranks: trained(ranks, make(), epochs=1))  # noqa: B023
        assert ("minnet-shard" not in seen) == alone
