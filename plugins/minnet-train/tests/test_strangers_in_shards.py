"""Layers and criterions that keep what they know in any kind of attribute, or draw and count in evaluation mode too."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, Module, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_test_support.array_samples import ArraySamples
from minnet_test_support.thread_ranks import together
from minnet_train import Trainer

FEATURES, CLASSES = 6, 3


def drawn(rows: int, seed: int) -> ArraySamples:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(1, 2, (rows, FEATURES)).astype(np.float32)
    return ArraySamples(inputs, np.eye(CLASSES, dtype=np.float32)[rng.integers(0, CLASSES, rows)])


class Scaling(Module):
    """Scales its input by what it knows, which each batch changes."""

    def updateOutput(self, input):
        self.factor = np.float32(self.known(float(abs(input).mean())))
        self.output = input * self.factor
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.factor
        return self.gradInput


class NumberOfNumPy(Scaling):
    def __init__(self):
        super().__init__()
        self.mean, self.count = np.float32(1), np.int64(0)

    def known(self, mean):
        if self.training:
            self.mean, self.count = np.float32(0.9) * self.mean + np.float32(0.1 * mean), self.count + 1
        return self.mean + 0.01 * self.count


class GrowingList(Scaling):
    def __init__(self):
        super().__init__()
        self.seen = []

    def known(self, mean):
        if self.training:
            self.seen.append(mean)
        return 1 + 0.1 * sum(self.seen)


class OtherList(GrowingList):
    def known(self, mean):
        if self.training:
            self.seen = [*self.seen, mean][-3:]
        return 1 + 0.1 * sum(self.seen)


class OtherTuple(Scaling):
    def __init__(self):
        super().__init__()
        self.seen = (0, 1.0)

    def known(self, mean):
        if self.training:
            self.seen = (self.seen[0] + 1, 0.9 * self.seen[1] + 0.1 * mean)
        return self.seen[1] + 0.01 * self.seen[0]


class DeclaringTable(Scaling):
    BUFFERS = ()

    def __init__(self):
        super().__init__()
        self.seen = {"count": 0}

    def known(self, mean):
        self.seen["count"] += self.training
        return 1 + 0.1 * self.seen["count"]


class OtherTable(DeclaringTable):
    def known(self, mean):
        self.seen = {"count": self.seen["count"] + self.training}
        return 1 + 0.1 * self.seen["count"]


class AlwaysCounting(Scaling):
    def __init__(self):
        super().__init__()
        self.count = 0

    def known(self, mean):
        self.count += 1
        return 1 + 0.1 * self.count


class AlwaysDrawing(Scaling):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(3)

    def known(self, mean):
        return 1 + 0.1 * self.rng.normal()


class Counting(Criterion):
    """A criterion has no modes: it counts in validation, too."""

    def __init__(self):
        super().__init__()
        self.inner, self.table, self.count = ClassNLLCriterion(), {"mean": np.ones(1)}, 0

    def updateOutput(self, input, target):
        loss = self.inner.forward(input, target)
        self.count += 1
        self.table["mean"] = 0.9 * self.table["mean"] + 0.1 * loss
        self.factor = float(self.table["mean"][0]) + 0.01 * self.count
        self.output = loss * self.factor
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self.inner.backward(input, target) * np.float32(self.factor)
        return self.gradInput


class Holding(Criterion):
    """A criterion with others in a list."""

    def __init__(self):
        super().__init__()
        self.held = [Counting()]

    def updateOutput(self, input, target):
        self.output = self.held[0].forward(input, target)
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self.held[0].backward(input, target)
        return self.gradInput


pytestmark = pytest.mark.filterwarnings("ignore::minnet_train.errors.MixedSamplesWarning")

LAYERS = (
    *(NumberOfNumPy, GrowingList, OtherList, OtherTuple, DeclaringTable, OtherTable),
    *(AlwaysCounting, AlwaysDrawing),
)


def trained(ranks, statistics, layer=None, criterion=ClassNLLCriterion):
    model = Sequential(
        Linear(FEATURES, 8, rng=0), *([] if layer is None else [layer()]), Linear(8, CLASSES, rng=1), LogSoftMax()
    )
    trainer = Trainer(
        model, criterion(), SGD(model, lr=0.05), shards=4, ranks=ranks, batch_statistics=statistics, compile=False
    )
    trainer.fit(drawn(75, 0), drawn(2500, 1), epochs=2, batch_size=25, rng=0)
    return trainer


def state(component) -> str:
    """What a component here knows."""
    known = ("mean", "count", "seen", "table")
    return repr({name: vars(component)[name] for name in known if name in vars(component)})


@pytest.mark.parametrize("statistics", ["shard", "batch"])
@pytest.mark.parametrize("layer", LAYERS)
def test_what_a_layer_keeps_is_the_same_on_any_number_of_ranks(layer, statistics):
    first, *others = [
        each for size in (1, 2, 3) for each in together(size, lambda ranks: trained(ranks, statistics, layer))
    ]
    kept = state(first.model[1])
    assert layer is AlwaysDrawing or kept != state(layer())
    for each in others:
        np.testing.assert_array_equal(each.model.flattenParameters()[0], first.model.flattenParameters()[0])
        assert [report.validation_loss for report in each.history] == [
            report.validation_loss for report in first.history
        ]
        assert state(each.model[1]) == kept


@pytest.mark.parametrize("statistics", ["shard", "batch"])
@pytest.mark.parametrize("criterion", [Counting, Holding])
def test_what_a_criterion_keeps_is_too(criterion, statistics):
    first, *others = [
        each
        for size in (1, 2, 3)
        for each in together(size, lambda ranks: trained(ranks, statistics, criterion=criterion))
    ]
    inner = lambda trainer: trainer.criterion if criterion is Counting else trainer.criterion.held[0]  # noqa: E731
    assert inner(first).count == first.step + 2  # once a step, and once for each validation
    for each in others:
        np.testing.assert_array_equal(each.model.flattenParameters()[0], first.model.flattenParameters()[0])
        assert state(inner(each)) == state(inner(first))


class Spawning(AlwaysDrawing):
    def known(self, mean):
        drawn = self.rng.spawn(1)[0].normal()
        seen.append(drawn)
        return 1 + 0.1 * drawn


seen: list[float] = []


def test_a_generator_that_is_spawned_in_a_step_is_of_the_step_and_the_shard():
    first, *others = [
        each.model.flattenParameters()[0]
        for size in (1, 2, 3)
        for each in together(size, lambda ranks: trained_without_validation(ranks, "batch"))
    ]
    for each in others:
        np.testing.assert_array_equal(each, first)
    seen.clear()
    together(1, lambda ranks: trained_without_validation(ranks, "batch"))
    drawn = seen[-24:]  # in 6 steps of 4 shards, after the trial of what mixes samples
    assert len(set(drawn)) == 24


def test_where_it_is_not_a_generator_that_is_spawned_in_a_step_is_refused():
    with pytest.raises(RuntimeError, match="expected a layer to draw from its generator, received one that spawns"):
        together(2, lambda ranks: trained_without_validation(ranks, "shard"))


def trained_without_validation(ranks, statistics):
    model = Sequential(Linear(FEATURES, 8, rng=0), Spawning(), Linear(8, CLASSES, rng=1), LogSoftMax())
    trainer = Trainer(
        model, ClassNLLCriterion(), SGD(model, lr=0.05), shards=4, ranks=ranks, batch_statistics=statistics
    )
    trainer.fit(drawn(75, 0), epochs=2, batch_size=25, rng=0)
    return trainer
