"""`MinnetClassifier`: classes, labels, and how it is trained."""

import pickle

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import cross_val_score

from minnet_core import to_config
from minnet_sklearn import MinnetClassifier
from minnet_sklearn.inputs import chunks, rows_of

QUICK = {"hidden": (8,), "learning_rate": 0.02, "max_iter": 40, "n_iter_no_change": None, "random_state": 0}


@pytest.mark.parametrize(
    "labels_of",
    [
        lambda names: names,
        lambda names: names.astype(object),
        lambda names: np.unique(names, return_inverse=True)[1] * 10 - 5,
        lambda names: np.unique(names, return_inverse=True)[1] * 2.0,
        lambda names: list(names),
        lambda names: names == "bee",
    ],
)
def test_classes_may_be_whatever_can_be_sorted(blobs, labels_of):
    features, labels = blobs[0], labels_of(blobs[1])
    classifier = MinnetClassifier(**QUICK).fit(features, labels)
    assert classifier.classes_.tolist() == sorted(set(np.asarray(labels).tolist()))
    assert classifier.score(features, labels) > 0.9
    assert classifier.predict(features).dtype == np.asarray(labels).dtype
    probabilities = classifier.predict_proba(features)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(classifier.predict_log_proba(features)), probabilities, rtol=1e-12)


def test_labels_are_predicted_each_by_itself(blobs):
    features, names = blobs
    labels = np.stack([names != "ant", names == "cat"], axis=1).astype(int)
    classifier = MinnetClassifier(**QUICK).fit(features, labels)
    assert classifier.predict(features).shape == (90, 2)
    assert (classifier.predict(features) == labels).mean() > 0.9
    assert (classifier.predict(features) == (classifier.predict_proba(features) > 0.5)).all()
    assert classifier.classes_.tolist() == [0, 1]
    other = MinnetClassifier(**QUICK).fit(features, sparse.csr_array(labels))
    np.testing.assert_array_equal(other.predict_proba(features), classifier.predict_proba(features))


@pytest.mark.parametrize("wrong", [2, -1])
def test_labels_are_0_or_1(blobs, wrong):
    labels = np.eye(90, 2, dtype=int)
    labels[:, 1] = 1
    labels[7, 1] = 0
    indicators = np.where(labels == 0, wrong, 1)
    for own in (MinnetClassifier(**QUICK).fit, MinnetClassifier(**QUICK).partial_fit):
        with pytest.raises(ValueError, match=f"y: expected indicators .*, each 0 or 1, received {wrong} in row 1"):
            own(blobs[0], indicators)


def test_classes_that_cannot_be_are_refused(blobs):
    features, labels = blobs
    for y, classes, message in (
        (labels, [], "classes: expected at least one, received none"),
        (labels, ["ant", "bee"], r"y: expected one of the classes \['ant' 'bee'\], received 'cat'"),
        (np.eye(90, 2, dtype=int), ["ant"], r"classes: expected None or the numbers of the labels, \[0 1\], received"),
    ):
        with pytest.raises(ValueError, match=message):
            MinnetClassifier(**QUICK).partial_fit(features, y, classes=classes)


def test_features_that_the_network_cannot_hold_are_refused(blobs):
    own = MinnetClassifier(**QUICK).fit(blobs[0].astype("float32"), blobs[1])
    large = np.full((1, 4), 1e39)
    for each in (large, sparse.csr_array(large)):
        for call in (own.predict, own.predict_proba, lambda X: own.partial_fit(X, ["ant"])):
            with pytest.raises(ValueError, match="too large for dtype"):
                call(each)


def test_wide_sparse_features_are_made_dense_a_few_rows_at_a_time():
    wide = sparse.random_array((600, 2**17), density=1e-5, rng=0, format="csr")
    rows = list(chunks(rows_of(wide, "float64")))
    assert [len(each) for each in rows] == [32] * 18 + [24]
    assert sum(each.sum() for each in rows) == pytest.approx(wide.sum())
    assert len(list(chunks(np.zeros((5000, 1))))) == 2


def test_several_columns_of_classes_are_refused(blobs):
    columns = np.stack([np.arange(90) % 3, np.arange(90) % 4], axis=1)
    with pytest.raises(ValueError, match="MultiOutputClassifier has a classifier for each"):
        MinnetClassifier().fit(blobs[0], columns)


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array, sparse.csc_array, sparse.coo_array])
def test_sparse_features_give_what_dense_ones_give(blobs, make):
    features, labels = np.where(blobs[0] > 0, blobs[0], 0), blobs[1]
    dense = MinnetClassifier(**QUICK, batch_size=16, early_stopping=True).fit(features, labels)
    thin = MinnetClassifier(**QUICK, batch_size=16, early_stopping=True).fit(make(features), labels)
    np.testing.assert_array_equal(thin.predict_proba(make(features)), dense.predict_proba(features))


def test_arrays_may_lie_in_memory_as_they_like_and_stay_as_they_are(blobs):
    features, labels = blobs
    own = MinnetClassifier(**QUICK)
    expected = own.fit(features, labels).predict_proba(features)
    for other in (np.asfortranarray(features), np.repeat(features, 2, axis=1)[:, ::2], features.copy()):
        other.flags.writeable = False
        np.testing.assert_array_equal(own.fit(other, labels).predict_proba(other), expected)


def test_the_dtype_is_that_of_the_features_unless_it_is_chosen(blobs):
    features, labels = blobs
    for given, chosen, expected in (
        ("float64", None, "float64"),
        ("float32", None, "float32"),
        ("int64", None, "float64"),
        ("float64", "float32", "float32"),
        ("float32", "float64", "float64"),
    ):
        classifier = MinnetClassifier(**QUICK, dtype=chosen).fit(features.astype(given), labels)
        assert {array.dtype for array in classifier.model_.namedParameters().values()} == {np.dtype(expected)}
        assert classifier.predict_proba(features.astype(given)).dtype == expected


def test_a_seed_decides_everything(blobs):
    features, labels = blobs
    own = MinnetClassifier(**{**QUICK, "dropout": 0.3, "batch_size": 16, "early_stopping": True})
    first, second = (clone(own).fit(features, labels).predict_proba(features) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = clone(own).set_params(random_state=1).fit(features, labels).predict_proba(features)
    assert (first != other).any()
    states = [clone(own).set_params(random_state=np.random.RandomState(5)).fit(features, labels) for _ in range(2)]
    np.testing.assert_array_equal(states[0].predict_proba(features), states[1].predict_proba(features))


def test_training_ends_when_the_loss_no_longer_falls(blobs):
    features, labels = blobs
    own = MinnetClassifier(**{**QUICK, "n_iter_no_change": 3, "tol": 0.5, "max_iter": 50}).fit(features, labels)
    assert own.n_iter_ < 50
    assert len(own.loss_curve_) == own.n_iter_
    assert own.loss_ == own.loss_curve_[-1]
    assert own.best_loss_ == min(own.loss_curve_)
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(2\) reached"):
        assert MinnetClassifier(max_iter=2).fit(features, labels).n_iter_ == 2


def test_early_stopping_restores_the_best_epoch(blobs):
    features, labels = blobs
    rng = np.random.default_rng(0)
    noise = rng.permutation(labels)  # which can only be learned by heart
    options = {**QUICK, "learning_rate": 0.1, "early_stopping": True, "validation_fraction": 0.3}
    long = MinnetClassifier(**{**options, "n_iter_no_change": 20}).fit(features, noise)
    best = int(np.argmin(long.validation_loss_curve_))
    assert best + 1 < long.n_iter_
    with pytest.warns(ConvergenceWarning):
        until = MinnetClassifier(**{**options, "max_iter": best + 1, "n_iter_no_change": 20}).fit(features, noise)
    np.testing.assert_array_equal(until.predict_proba(features), long.predict_proba(features))


def test_a_warm_start_goes_on(blobs):
    features, labels = blobs
    own = MinnetClassifier(**{**QUICK, "warm_start": True, "max_iter": 5})
    losses = own.fit(features, labels).loss_curve_[:]
    model = own.model_
    own.fit(features, labels)
    assert own.model_ is model
    assert own.loss_curve_[:5] == losses
    assert own.loss_curve_[5] < losses[-1]
    with pytest.raises(ValueError, match="warm_start: expected the classes of the last fit"):
        own.fit(features, np.where(labels == "ant", "bee", labels))
    own.set_params(warm_start=False).fit(features, np.where(labels == "ant", "bee", labels))
    assert own.classes_.tolist() == ["bee", "cat"]


def test_partial_fit_goes_on_and_survives_a_pickle(blobs):
    features, labels = blobs
    own, twin = (MinnetClassifier(**QUICK) for _ in range(2))
    for start in (0, 30, 60):
        rows = slice(start, start + 30)
        classes = ["ant", "bee", "cat"] if not start else None
        own.partial_fit(features[rows], labels[rows], classes=classes)
        twin = pickle.loads(pickle.dumps(twin.partial_fit(features[rows], labels[rows], classes=classes)))
    assert own.n_iter_ == len(own.loss_curve_) == 3
    assert own.optimizer_.t == 3
    np.testing.assert_array_equal(own.predict_proba(features), twin.predict_proba(features))
    with pytest.raises(ValueError, match="not the same as on last call"):
        own.partial_fit(features, labels, classes=["ant", "bee", "dog"])


def test_partial_fit_looks_at_the_limit_of_gradients_each_time_and_keeps_the_optimizer(blobs):
    features, labels = blobs
    own = MinnetClassifier(**{**QUICK, "learning_rate": 1.0}, optimizer="SGD")
    own.partial_fit(features, labels, classes=["ant", "bee", "cat"])
    before = own.predict_proba(features)
    own.set_params(clip_norm=1e-9, learning_rate=2.0, optimizer="Adam").partial_fit(features, labels)
    np.testing.assert_allclose(own.predict_proba(features), before, atol=1e-6)
    assert own.optimizer_.lr == 1.0


def test_partial_fit_refuses_what_it_cannot_know(blobs):
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        MinnetClassifier().partial_fit(*blobs)
    with pytest.raises(ValueError, match="expected one of the classes"):
        MinnetClassifier().partial_fit(*blobs, classes=["ant", "bee"])
    with pytest.raises(ValueError, match="early_stopping"):
        MinnetClassifier(early_stopping=True).partial_fit(*blobs, classes=["ant", "bee", "cat"])
    with pytest.raises(ValueError, match="schedule: expected None for partial_fit.*received 'CosineDecay'"):
        MinnetClassifier(schedule="CosineDecay").partial_fit(*blobs, classes=["ant", "bee", "cat"])


def test_a_fitted_classifier_goes_through_joblib_and_into_other_processes(blobs, tmp_path):
    features, labels = blobs
    own = MinnetClassifier(**QUICK, normalization=True, dropout=0.1).fit(features, labels)
    joblib.dump(own, tmp_path / "own.joblib")
    again = joblib.load(tmp_path / "own.joblib")
    np.testing.assert_array_equal(again.predict_proba(features), own.predict_proba(features))
    assert to_config(again.optimizer_) == to_config(own.optimizer_)
    assert cross_val_score(MinnetClassifier(**QUICK), features, labels, cv=2, n_jobs=2).min() > 0.8


def test_nothing_is_predicted_before_it_is_fitted(blobs):
    for call in ("predict", "predict_proba", "predict_log_proba", "save"):
        with pytest.raises(NotFittedError):
            getattr(MinnetClassifier(), call)(blobs[0])
