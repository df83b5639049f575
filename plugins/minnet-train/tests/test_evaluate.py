from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import Dropout, Linear, LogSoftMax
from minnet_train import DivergenceError, Preparation, Samples, measure
from minnet_train.data.preprocessing import Standardization
from minnet_train.data.tables.columns import Columns
from minnet_train.metrics import MAE, MSE, R2, TopK
from minnet_train.training import evaluate_samples

CHUNK = 1024


@pytest.fixture
def model():
    return Sequential(Dropout(0.5, rng=0), Linear(3, 4, rng=1), LogSoftMax())


@pytest.mark.parametrize("rows", [1, 5, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_the_chunks_make_no_difference(model, rows):
    inputs = np.random.default_rng(0).standard_normal((rows, 3)).astype(np.float32)
    labels = np.arange(rows) % 4
    measured = measure(model, ClassNLLCriterion(), Samples.of_arrays(inputs, labels, tuple("abcd")))
    outputs = model.forward(inputs)
    assert measured.loss == pytest.approx(ClassNLLCriterion().forward(outputs, labels), rel=1e-5)
    assert measured.accuracy == np.mean(outputs.argmax(1) == labels)
    assert np.array_equal(np.sum(measured.metrics["confusion_matrix"], axis=1), np.bincount(labels, minlength=4))


def test_the_model_is_put_in_evaluation_mode(model):
    measure(model, ClassNLLCriterion(), Samples.of_arrays(np.zeros((2, 3)), [0, 3]))
    assert not model[0].training


def test_the_loss_is_the_weighted_mean_of_the_samples(model):
    inputs = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    labels, weights = np.arange(5) % 4, np.array([0.0, 1.0, 2.0, 0.5, 3.0])
    measured = measure(model, ClassNLLCriterion(), Samples.of_arrays(inputs, labels, tuple("abcd"), weights))
    losses = -model.forward(inputs)[np.arange(5), labels]
    assert measured.loss == pytest.approx(np.average(losses, weights=weights), rel=1e-6)


def test_a_regression_is_measured_in_the_units_of_the_raw_targets():
    model = Linear(1, 1, rng=0)
    model.W[:], model.b[:] = 1, 0
    preparation = Preparation(columns=Columns(1), of_targets=Standardization((100.0,), (10.0,)))
    samples = Samples.of_arrays([[0.0], [1.0]], [[0.0], [2.0]])
    measured = measure(model, MSECriterion(), samples, preparation)
    assert measured.loss == pytest.approx(0.5)
    assert measured.metrics["mae"] == 5.0
    assert np.isnan(measured.accuracy)


def test_a_criterion_that_knows_the_losses_of_the_samples_is_asked_once(model):
    calls = []

    class Counted(ClassNLLCriterion):
        def losses(self, outputs, target):
            calls.append(len(outputs))
            return super().losses(outputs, target)

    measure(model, Counted(), Samples.of_arrays(np.zeros((5, 3)), np.arange(5) % 4, weights=np.arange(5)))
    assert calls == [5]


def test_what_metrics_have_counted_before_stays(model):
    metric = TopK(2)
    metric.update(np.eye(4), np.arange(4))
    state = metric.state
    loss, found = evaluate_samples(model, ClassNLLCriterion(), Samples.of_arrays(np.zeros((6, 3)), [3] * 6), [metric])
    assert np.isfinite(loss)
    assert 0 <= found["top2"] <= 1
    assert metric.state == state


def test_a_loss_that_is_not_finite_is_returned_or_an_error_that_names_the_place():
    model = Linear(1, 1, rng=0)
    samples = Samples.of_arrays([[np.inf]], [[0.0]])
    with np.errstate(invalid="ignore"):
        assert not np.isfinite(evaluate_samples(model, MSECriterion(), samples)[0])
        with pytest.raises(DivergenceError, match="^epoch 3, validation samples: expected a finite loss, received"):
            evaluate_samples(model, MSECriterion(), samples, where="epoch 3")


def test_samples_that_all_weigh_nothing_have_no_loss(model):
    samples = Samples.of_arrays(np.zeros((2, 3)), [0, 3], weights=[0, 0])
    assert np.isnan(measure(model, ClassNLLCriterion(), samples).loss)


def test_all_that_is_usual_is_measured():
    samples = Samples.of_arrays([[0.0], [1.0]], [[0.0], [2.0]])
    model = Linear(1, 1, rng=0)
    measured = measure(model, MSECriterion(), samples)
    outputs, targets = model.forward(np.array([[0], [1]], np.float32)), np.array([[0.0], [2.0]])
    for metric in (MSE(), MAE(), R2()):
        metric.update(outputs, targets)
        assert measured.metrics[metric.name] == metric.compute()


def test_chunks_that_are_shards_are_measured_alike_whatever_mode_the_model_was_in(model):
    inputs = np.random.default_rng(0).standard_normal((2 * CHUNK + 7, 3)).astype(np.float32)
    samples = Samples.of_arrays(inputs, np.arange(len(inputs)) % 4, tuple("abcd"))
    found = []
    for is_divided in (False, True):
        model.train()
        found.append(evaluate_samples(model, ClassNLLCriterion(), samples, is_divided=is_divided))
        assert not any(layer.training for layer in model)
    assert found[0] == found[1]
