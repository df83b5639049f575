"""What the forward passes of shards leave in a model: moving statistics averaged, counters once, nothing in between."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Module, Sequential
from minnet_criterions import MSECriterion
from minnet_layers import BatchNormalization
from minnet_test_support import notebook
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import Trainer
from minnet_train.ranks import ALONE
from minnet_train.training.shard_buffers import ShardBuffers

X = np.random.default_rng(0).normal(3, 2, (11, 4))
PARTS = [X[:2], X[2:5], X[5:]]
ROWS = [2, 3, 6]


class Counting(Module):
    """A module in the words of the notebook, that counts, and keeps what it likes."""

    def __init__(self):
        super().__init__()
        self.calls, self.scale, self.name, self.last = 0, 1.0, "begun", None
        self.total = np.zeros(4)
        self.counts = [np.zeros(2, int), np.zeros(4)]

    def updateOutput(self, input):
        self.calls += 1
        self.scale *= 0.5
        self.name = f"saw {len(input)}"
        self.total += input.sum(0)  # in place
        self.counts[0] += 1
        self.counts[1] = input.mean(0)
        self.last = np.float64(input.sum())
        self.late = len(input)
        self.output = input * 1
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * 1
        return self.gradInput


def passed(model, criterion=None) -> ShardBuffers:
    """Send each part through a model as a step of three shards does."""
    buffers = ShardBuffers(model, MSECriterion() if criterion is None else criterion)
    changes = []
    for part in PARTS:
        model.forward(part)
        changes.append(buffers.taken())
    buffers.merge(changes, ROWS)
    return buffers


@pytest.mark.parametrize("batch_normalization", [BatchNormalization, notebook.BatchNormalization])
@pytest.mark.parametrize("alpha", [0.0, 0.9])
def test_moving_statistics_move_to_the_mean_of_those_of_the_shards(batch_normalization, alpha):
    model = Sequential(layer := batch_normalization(alpha))
    means = np.average([part.mean(0) for part in PARTS], axis=0, weights=ROWS)
    variances = np.average([part.var(0) for part in PARTS], axis=0, weights=ROWS)
    passed(model)  # the first step begins with none
    np.testing.assert_allclose(layer.moving_mean, means, rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, variances, rtol=1e-12)
    layer.moving_mean, layer.moving_variance = np.arange(4.0), np.ones(4)
    passed(model)
    np.testing.assert_allclose(layer.moving_mean, alpha * np.arange(4) + (1 - alpha) * means, rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance, alpha + (1 - alpha) * variances, rtol=1e-12)


def test_the_mean_of_the_means_is_that_of_the_whole_batch():
    model = Sequential(layer := BatchNormalization(0.0))
    passed(model)
    np.testing.assert_allclose(layer.moving_mean, X.mean(0), rtol=1e-12)


def test_what_is_no_float_is_as_the_first_shard_left_it_and_floats_are_averaged():
    model = Counting()
    passed(model)
    assert (model.calls, model.scale, model.name, model.late) == (1, 0.5, "saw 2", 2)
    np.testing.assert_array_equal(model.counts[0], [1, 1])
    np.testing.assert_allclose(model.counts[1], X.mean(0), rtol=1e-12)
    shares = np.array(ROWS) / 11
    sums = [part.sum(0) for part in PARTS]
    np.testing.assert_allclose(model.total, sum(share * each for share, each in zip(shares, sums, strict=True)))
    assert model.last == pytest.approx(sum(share * each.sum() for share, each in zip(shares, sums, strict=True)))


def test_each_shard_begins_with_what_there_was_before_the_step():
    model = Counting()
    buffers = ShardBuffers(model, MSECriterion())
    total, counts = model.total, model.counts[0]
    for _ in range(3):
        model.forward(X)
        changed = buffers.taken()
        assert (changed["calls"], changed["scale"], changed["late"]) == (1, 0.5, 11)
        assert (model.calls, model.scale, model.name, model.last) == (0, 1.0, "begun", None)
        assert not hasattr(model, "late")
        assert model.total is total
        assert model.counts[0] is counts
        assert not total.any()
        assert not counts.any()


def test_what_no_shard_changes_stays_the_object_that_it_is():
    model = Sequential(layer := BatchNormalization(0.5))
    model.forward(X)
    model.evaluate()
    before = layer.moving_mean
    passed(model)
    assert layer.moving_mean is before


def test_arrays_of_whoever_called_the_model_before_are_not_written_to():
    class Keeping(Module):
        def updateOutput(self, input):
            self.input = input
            self.output = input + 1
            return self.output

    model, mine = Keeping(), np.ones((3, 4))
    model.forward(mine)
    passed(model)
    np.testing.assert_array_equal(mine, np.ones((3, 4)))


class Centering(Criterion):
    """A criterion with a moving centre, which its loss is measured from."""

    def __init__(self):
        super().__init__()
        self.centre, self.calls = np.zeros(4), 0

    def updateOutput(self, input, target):
        self.calls += 1
        self.centre = 0.5 * self.centre + 0.5 * input.mean(0)
        self.output = float(((input - self.centre) ** 2).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = 2 * (input - self.centre) / len(input)
        return self.gradInput


@pytest.mark.filterwarnings("ignore::minnet_train.errors.MixedSamplesWarning")  # as is that of the notebook
def test_what_a_criterion_keeps_is_the_same_on_any_number_of_ranks():
    def work(ranks):
        from minnet_layers import Linear
        from minnet_optimizers import SGD

        model = Sequential(Counting(), notebook.BatchNormalization(0.9), Linear(4, 4, rng=0, dtype="float64"))
        trainer = Trainer(
            *(model, Centering(), SGD(model, lr=0.01)), shards=3, ranks=ranks if ranks.size > 1 else ALONE
        )
        trainer.fit(ArraySamples(np.tile(X, (4, 1)), np.zeros((44, 4))), epochs=2, batch_size=11, rng=0)
        return trainer

    trainers = [each for size in (1, 2, 3) for each in together(size, work)]
    first = trainers[0]
    assert first.criterion.calls == first.model[0].calls == first.step == 8
    assert first.criterion.centre.any()
    for each in trainers[1:]:
        assert each.criterion.calls == each.model[0].calls == 8
        np.testing.assert_array_equal(each.criterion.centre, first.criterion.centre)
        np.testing.assert_equal(dict(each.model.namedBuffers()), dict(first.model.namedBuffers()))
        np.testing.assert_equal(dict(each.model.namedParameters()), dict(first.model.namedParameters()))


class Beginning(Module):
    """Makes numbers in its first pass, and declares which arrays are no buffers."""

    CACHES = ("doubled",)

    def updateOutput(self, input):
        self.first, self.second = len(input), 2.0 * len(input)
        self.output = input + 0
        return self.output


def test_numbers_that_a_pass_makes_are_gone_for_the_next_shard():
    model, criterion = Sequential(Beginning()), MSECriterion()
    buffers, changed = ShardBuffers(model, criterion), []
    for part in PARTS:
        assert "first" not in vars(model[0])
        model.forward(part)
        changed.append(buffers.taken())
    buffers.merge(changed, ROWS)
    assert (model[0].first, model[0].second) == (2, pytest.approx(2 * np.dot(ROWS, ROWS) / sum(ROWS)))
