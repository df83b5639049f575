"""Weights of samples and classes: an integer weight is a number of repetitions."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from minnet_sklearn import MinnetClassifier, MinnetRegressor

OPTIONS = {"hidden": (6,), "max_iter": 8, "n_iter_no_change": None, "random_state": 0}
COUNTS = st.lists(st.integers(0, 3), min_size=24, max_size=24)


def classification():
    rng = np.random.default_rng(2)
    return rng.normal(size=(24, 3)), np.tile(["a", "b", "c"], 8)


def regression():
    rng = np.random.default_rng(3)
    features = rng.normal(size=(24, 3))
    return features, features @ [1.0, -2.0, 0.5] + 7


@pytest.mark.parametrize("activation", ["ReLU", "Tanh"])
@given(counts=COUNTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
def test_a_weight_is_a_number_of_repetitions_for_a_classifier(activation, counts):
    features, labels = classification()
    weights = np.array([1, 1, 1, *counts[3:]])  # each class is there
    own = MinnetClassifier(**OPTIONS, activation=activation, class_weight="balanced")
    weighted = own.fit(features, labels, sample_weight=weights).predict_proba(features)
    repeated = own.fit(np.repeat(features, weights, 0), np.repeat(labels, weights)).predict_proba(features)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-7)


@given(counts=COUNTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
def test_a_weight_is_a_number_of_repetitions_for_a_regressor(counts):
    features, values = regression()
    weights = np.array([1, 2, *counts[2:]])
    own = MinnetRegressor(**OPTIONS)
    weighted = own.fit(features, values, sample_weight=weights).predict(features)
    repeated = own.fit(np.repeat(features, weights, 0), np.repeat(values, weights)).predict(features)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-7)


def test_a_sample_of_weight_0_is_as_good_as_none_in_batches_too(blobs):
    features, labels = blobs
    weights = np.ones(90)
    weights[[3, 50, 51]] = 0
    own = MinnetClassifier(**OPTIONS, batch_size=16, normalization=True, dropout=0.2)
    weighted = own.fit(features, labels, sample_weight=weights).predict_proba(features)
    without = own.fit(features[weights > 0], labels[weights > 0]).predict_proba(features)
    np.testing.assert_array_equal(weighted, without)


@pytest.mark.parametrize(
    "options", [{}, {"batch_size": 16}, {"early_stopping": True}, {"class_weight": "balanced"}], ids=str
)
def test_samples_of_weight_0_change_no_bit(options):
    rng = np.random.default_rng(0)
    features, values, labels = rng.normal(size=(101, 4)), rng.normal(3, 7, 101), rng.integers(0, 3, 101)
    weights = rng.random(101) * (rng.random(101) > 0.4)  # with any others, of which sums are rounded
    there = weights > 0
    classifier = MinnetClassifier(**OPTIONS, **options)
    weighted = classifier.fit(features, labels, sample_weight=weights).predict_proba(features)
    without = classifier.fit(features[there], labels[there], sample_weight=weights[there]).predict_proba(features)
    np.testing.assert_array_equal(weighted, without)
    if "class_weight" not in options:
        regressor = MinnetRegressor(**OPTIONS, **options)
        weighted = regressor.fit(features, values, sample_weight=weights).predict(features)
        without = regressor.fit(features[there], values[there], sample_weight=weights[there]).predict(features)
        np.testing.assert_array_equal(weighted, without)


def test_weights_that_are_all_the_same_say_nothing(blobs):
    features, labels = blobs
    own = MinnetClassifier(**OPTIONS, batch_size=16)
    plain = own.fit(features, labels).predict_proba(features)
    np.testing.assert_array_equal(own.fit(features, labels, np.full(90, 7.0)).predict_proba(features), plain)
    own.set_params(class_weight=dict.fromkeys(["ant", "bee", "cat"], 0.3))
    np.testing.assert_array_equal(own.fit(features, labels).predict_proba(features), plain)


def test_a_heavy_class_is_predicted_more_often(blobs):
    features, labels = blobs
    rng = np.random.default_rng(0)
    noisy = features + rng.normal(scale=4, size=features.shape)
    own = MinnetClassifier((), max_iter=100, n_iter_no_change=None, learning_rate=0.01, random_state=0)
    plain = (own.fit(noisy, labels).predict(noisy) == "bee").sum()
    own.set_params(class_weight={"bee": 10.0})
    assert (own.fit(noisy, labels).predict(noisy) == "bee").sum() > plain + 10


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(90), "at least one non-zero"),
        (-np.ones(90), "Negative values"),
        (np.ones(89), r"expected \(90,\)"),
        (np.ones((90, 2)), "1D"),
        (np.full(90, np.nan), "NaN"),
        (np.nan, "expected finite weights with a finite sum, received the sum nan"),
        (np.inf, "expected finite weights with a finite sum, received the sum inf"),
        (np.full(90, 1e308), "expected finite weights with a finite sum, received the sum inf"),
    ],
)
def test_wrong_weights_are_refused(blobs, weights, message):
    with pytest.raises(ValueError, match=message):
        MinnetClassifier(**OPTIONS).fit(*blobs, sample_weight=weights)


def test_class_weights_that_mean_nothing_are_refused(blobs):
    features, labels = blobs
    with pytest.raises(ValueError, match="class_weight: expected 'balanced', a dict or None, received 'heavy'"):
        MinnetClassifier(class_weight="heavy").fit(features, labels)
    with pytest.raises(ValueError, match="class_weight: expected None for labels"):
        MinnetClassifier(class_weight="balanced").fit(features, np.eye(2, dtype=int)[np.arange(90) % 2])
    with pytest.raises(ValueError, match="class_weight: expected a dict or None for partial_fit"):
        MinnetClassifier(class_weight="balanced").partial_fit(features, labels, classes=["ant", "bee", "cat"])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ant": -1.0}, "class_weight: expected finite weights of 0 or more, received .*-1.0"),
        ({"ant": np.nan}, "class_weight: expected finite weights of 0 or more, received .*nan"),
        ({"ant": "x"}, "class_weight: expected finite weights of 0 or more, received .*'x'"),
        ({"ant": 2, "cow": 2}, r"class_weight: expected weights of the classes \['ant' .*, received one for 'cow'"),
        ({"ant": np.inf}, "class_weight: expected finite weights of 0 or more, received .*inf"),
        ({"ant": 1e307}, "class_weight: expected weights of samples with a finite sum, received .*1e.307"),
        (dict.fromkeys(["ant", "bee", "cat"], 0.0), "class_weight: expected a sample of weight above 0"),
    ],
)
def test_class_weights_are_finite_and_not_all_0(blobs, given, message):
    with pytest.raises(ValueError, match=message):
        MinnetClassifier(**OPTIONS, class_weight=given).fit(*blobs)


def test_class_weights_of_all_classes_may_be_of_more(blobs):
    """A part of the samples, as cross-validation takes it, may lack a class."""
    features, labels = blobs
    weights = {"ant": 1, "bee": 3, "cat": 2, "cow": 9}
    own = MinnetClassifier(**OPTIONS, class_weight=weights).fit(*blobs).predict_proba(features)
    del weights["cow"]
    np.testing.assert_array_equal(
        MinnetClassifier(**OPTIONS, class_weight=weights).fit(*blobs).predict_proba(features), own
    )
