from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Dropout, Linear, LogSoftMax
from minnet_train import Samples, measure
from minnet_train.measurement import CHUNK, as_probabilities, outputs


@pytest.fixture
def model():
    return Sequential(Dropout(0.5, rng=0), Linear(3, 4, rng=1), LogSoftMax())


@pytest.mark.parametrize("rows", [1, 5, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_the_chunks_make_no_difference(model, rows):
    inputs = np.random.default_rng(0).standard_normal((rows, 3)).astype(np.float32)
    labels = np.arange(rows) % 4
    measured = measure(model, ClassNLLCriterion(), Samples(inputs, np.eye(4, dtype=np.float32)[labels]))
    answers = model.forward(inputs)
    assert outputs(model, inputs) == pytest.approx(answers, abs=1e-6)
    assert measured.loss == pytest.approx(ClassNLLCriterion().forward(answers, labels), rel=1e-5)
    assert measured.accuracy == np.mean(answers.argmax(1) == labels)
    assert np.array_equal(measured.actual, labels)


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
