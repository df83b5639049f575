"""A `Trainer` of a network of several inputs does what one of all of them side by side does."""

import numpy as np
import pytest

from minnet_core import Graph, Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax
from minnet_optimizers import SGD
from minnet_test_support.plus import Plus
from minnet_train import DivergenceError, Samples, Trainer, measure
from minnet_train.metrics import Accuracy

LEFT, RIGHT = np.random.default_rng(0).standard_normal((2, 1500, 3)).astype(np.float32)
LABELS = (LEFT[:, 0] > RIGHT[:, 1]).astype(int)
TOGETHER = np.concatenate([LEFT, RIGHT[:, :2]], axis=1)


def networks():
    """A graph of two inputs, and a network of one with the same weights."""
    one, two = Linear(5, 2, rng=0), Graph(["left", "right"])
    two.add("l", Linear(3, 2, rng=0), "left").add("r", Linear(2, 2, rng=0), "right").add("sum", Plus(), ["l", "r"])
    two.add("classes", LogSoftMax())
    two["l"].W[...], two["r"].W[...] = one.W[:, :3], one.W[:, 3:]
    two["l"].b[...], two["r"].b[...] = one.b, 0
    return two, Sequential(one, LogSoftMax())


def first_epoch(model, inputs, weights, **options):
    samples = Samples.of_arrays(inputs, LABELS, weights=weights)
    trainer = Trainer(model, ClassNLLCriterion(), SGD(model, 0.0), **options)
    return trainer.fit(samples, samples, epochs=1, batch_size=100, rng=0)[-1]


@pytest.mark.parametrize("compile", [True, False])
@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 1500)], ids=["alike", "weighted"])
def test_what_is_reported_is_that_of_one_input(compile, weights):
    two, one = networks()
    options = {"metrics": [Accuracy()], "accumulate": 3, "compile": compile}
    reports = [
        first_epoch(two, (LEFT, RIGHT[:, :2]), weights, **options),
        first_epoch(one, TOGETHER, weights, **options),
    ]
    assert reports[0].loss == pytest.approx(reports[1].loss, rel=1e-5)
    assert reports[0].validation_loss == pytest.approx(reports[1].validation_loss, rel=1e-5)
    assert reports[0].metrics == reports[1].metrics


def test_it_learns():
    two, _ = networks()
    samples = Samples.of_arrays((LEFT, RIGHT[:, :2]), LABELS)
    Trainer(two, ClassNLLCriterion(), SGD(two, 0.5)).fit(samples, epochs=3, batch_size=8, rng=0)
    assert measure(two, ClassNLLCriterion(), samples).accuracy > 0.9


def test_the_row_of_an_input_that_is_not_finite_is_named():
    two, _ = networks()
    samples = Samples.of_arrays((LEFT[:8], np.full((8, 2), np.nan)), LABELS[:8])
    with pytest.raises(DivergenceError, match=r"the inputs of the batch are not finite, first in its row 0"):
        Trainer(two, ClassNLLCriterion(), SGD(two, 0.1)).fit(samples, epochs=1, batch_size=8, rng=0)
