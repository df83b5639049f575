from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion, MSECriterion
from minnet_layers import Dropout, Linear, LogSoftMax
from minnet_train import Preparation, Samples, measure
from minnet_train.data.standardize import Standardisation
from minnet_train.data.tables.columns import Columns
from minnet_train.training.measurement import CHUNK, as_probabilities, outputs


@pytest.fixture
def model():
    return Sequential(Dropout(0.5, rng=0), Linear(3, 4, rng=1), LogSoftMax())


@pytest.mark.parametrize("rows", [1, 5, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_the_chunks_make_no_difference(model, rows):
    inputs = np.random.default_rng(0).standard_normal((rows, 3)).astype(np.float32)
    labels = np.arange(rows) % 4
    measured = measure(model, ClassNLLCriterion(), Samples.of_arrays(inputs, labels, tuple("abcd")))
    answers = model.forward(inputs)
    assert outputs(model, inputs) == pytest.approx(answers, abs=1e-6)
    assert measured.loss == pytest.approx(ClassNLLCriterion().forward(answers, labels), rel=1e-5)
    assert measured.accuracy == np.mean(answers.argmax(1) == labels)
    assert np.array_equal(measured.scores.support, np.bincount(labels, minlength=4))


def test_the_model_is_put_in_evaluation_mode(model):
    outputs(model, np.zeros((2, 3), np.float32))
    assert not model[0].training


def test_probabilities_and_their_logarithms_are_recognised():
    shares = np.array([[0.25, 0.75], [1.0, 0.0]], np.float32)
    assert as_probabilities(shares) is shares
    with np.errstate(divide="ignore"):
        assert as_probabilities(np.log(shares)) == pytest.approx(shares)


@pytest.mark.parametrize("answers", [[[3.0, -1.0]], [[0.2, 0.2]], [[1.2, -0.2]], [[-1.0, -1.0]]])
def test_other_outputs_are_no_probabilities(answers):
    assert as_probabilities(np.array(answers)) is None


def test_the_loss_is_the_weighted_mean_of_the_samples(model):
    inputs = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    labels, weights = np.arange(5) % 4, np.array([0.0, 1.0, 2.0, 0.5, 3.0])
    measured = measure(model, ClassNLLCriterion(), Samples.of_arrays(inputs, labels, tuple("abcd"), weights))
    losses = -model.forward(inputs)[np.arange(5), labels]
    assert measured.loss == pytest.approx(np.average(losses, weights=weights), rel=1e-6)


def test_a_regression_is_measured_in_the_units_of_the_raw_targets():
    model = Linear(1, 1, rng=0)
    model.W[:], model.b[:] = 1, 0
    preparation = Preparation(columns=Columns(1), of_targets=Standardisation((100.0,), (10.0,)))
    samples = Samples.of_arrays([[0.0], [1.0]], [[0.0], [2.0]])
    measured = measure(model, MSECriterion(), samples, preparation)
    assert measured.loss == pytest.approx(0.5)
    assert measured.scores.mae.tolist() == [5.0]
    assert np.isnan(measured.accuracy)
