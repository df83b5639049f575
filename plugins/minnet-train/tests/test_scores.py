from __future__ import annotations

import json

import numpy as np
import pytest

from minnet_train.metrics.scores import ClassScores, ValueScores

RNG = np.random.default_rng(0)


def class_scores(right, predicted, classes):
    scores = ClassScores(classes)
    for part in np.array_split(np.arange(len(right)), 3):
        scores.update(np.eye(classes)[predicted[part]], np.eye(classes)[right[part]])
    return scores


def test_the_scores_of_classes_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    right, predicted = RNG.integers(0, 4, (2, 200))
    scores = class_scores(right, predicted, 4)
    expected = metrics.precision_recall_fscore_support(right, predicted)
    for ours, theirs in zip((scores.precision, scores.recall, scores.f1, scores.support), expected, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-12)
    assert np.array_equal(scores.confusion, metrics.confusion_matrix(right, predicted))
    assert scores.accuracy == metrics.accuracy_score(right, predicted)


def test_the_scores_of_values_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    right = RNG.standard_normal((100, 2)) * [1, 1000] + [0, 1e6]
    predicted = right + RNG.standard_normal((100, 2))
    scores = ValueScores(2)
    for part in np.array_split(np.arange(100), 7):
        scores.update(predicted[part], right[part])
    options = {"multioutput": "raw_values"}
    assert scores.mse == pytest.approx(metrics.mean_squared_error(right, predicted, **options))
    assert scores.mae == pytest.approx(metrics.mean_absolute_error(right, predicted, **options))
    assert scores.r2 == pytest.approx(metrics.r2_score(right, predicted, **options))


def test_what_is_undefined_is_none_in_json():
    scores = class_scores(np.array([0, 0, 1]), np.array([0, 0, 0]), 3)
    found = json.loads(json.dumps(scores.as_dict(("a", "b", "c"))))
    assert found["classes"] == [
        {"class": "a", "precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8), "support": 2},
        {"class": "b", "precision": None, "recall": 0.0, "f1": 0.0, "support": 1},
        {"class": "c", "precision": None, "recall": None, "f1": None, "support": 0},
    ]
    assert found["confusion"] == [[2, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert found["accuracy"] == pytest.approx(2 / 3)


def test_a_constant_target_has_no_r2():
    scores = ValueScores(1)
    scores.update(np.array([[1.0], [3.0]]), np.array([[2.0], [2.0]]))
    assert scores.as_dict(("y",)) == {"outputs": [{"output": "y", "mse": 1.0, "rmse": 1.0, "mae": 1.0, "r2": None}]}
