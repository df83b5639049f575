"""What outputs mean: decided by the criterion and the network, never by what a few of them look like."""

import numpy as np
import pytest
from scipy.special import expit

from minnet_sklearn import MinnetClassifier, answers

QUICK = {"learning_rate": 0.05, "max_iter": 30, "n_iter_no_change": None}
OF_SIGMOIDS = ["BCEWithLogitsCriterion", "FocalCriterion", "MultiLabelSoftMarginCriterion"]


def linear(n_out):
    return {"class": "Linear", "n_in": 4, "n_out": n_out}


def labels_of(names):
    return np.stack([names != "ant", names == "cat"], axis=1).astype(int)


@pytest.mark.parametrize("seed", range(4))
def test_labels_whose_scores_are_nearer_to_1_are_predicted(blobs, seed):
    features, labels = blobs[0], labels_of(blobs[1])
    own = MinnetClassifier(model=[linear(2)], criterion="MSECriterion", random_state=seed, **QUICK)
    outputs = own.fit(features, labels).model_.forward(features)
    np.testing.assert_array_equal(own.predict(features), outputs > 0.5)
    assert not hasattr(own, "predict_proba")


def test_a_sigmoid_at_the_end_gives_probabilities_of_labels(blobs):
    features, labels = blobs[0], labels_of(blobs[1])
    own = MinnetClassifier(model=[linear(2), "Sigmoid"], criterion="MSECriterion", random_state=0, **QUICK)
    outputs = own.fit(features, labels).model_.forward(features)
    np.testing.assert_array_equal(own.predict_proba(features), outputs)


@pytest.mark.parametrize("criterion", OF_SIGMOIDS)
def test_a_criterion_that_takes_sigmoids_is_answered_with_them(blobs, criterion):
    features, names = blobs
    own = MinnetClassifier(model=[linear(3)], criterion=criterion, random_state=0, **QUICK).fit(features, names)
    each = expit(own.model_.forward(features))
    np.testing.assert_allclose(own.predict_proba(features), each / each.sum(axis=1, keepdims=True), rtol=1e-12)
    np.testing.assert_array_equal(own.predict(features), own.classes_[each.argmax(axis=1)])

    own.set_params(model=[linear(2)]).fit(features, labels_of(names))
    outputs = own.model_.forward(features)
    np.testing.assert_allclose(own.predict_proba(features), expit(outputs), rtol=1e-12)
    np.testing.assert_array_equal(own.predict(features), outputs > 0)


def test_classes_that_are_all_impossible_are_alike():
    outputs = np.array([[-1e4, -1e4, -1e4], [-1e4, 0.0, 0.0]], np.float32)
    found = answers.probabilities(outputs, answers.SIGMOIDS, has_labels=False)
    np.testing.assert_allclose(found, [[1 / 3] * 3, [0, 0.5, 0.5]], rtol=1e-6)
    assert found.dtype == np.float32


@pytest.mark.parametrize("name", ["CrossEntropyCriterion", "ClassNLLCriterion", "ClassNLLCriterionUnstable"])
def test_a_criterion_of_one_class_is_refused_for_labels(blobs, name):
    own = MinnetClassifier(model=[linear(2)], criterion=name)
    with pytest.raises(ValueError, match=f"criterion: expected one that asks about each label.*received {name}"):
        own.fit(blobs[0], labels_of(blobs[1]))
