"""What is left of a training that failed, was interrupted, or was refused: the state before it, or one that works."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from minnet_core import UnknownComponentError
from minnet_criterions import ClassNLLCriterion
from minnet_sklearn import MinnetClassifier, MinnetEncoder, MinnetRegressor

QUICK = {"hidden": (8,), "learning_rate": 0.1, "max_iter": 30, "n_iter_no_change": None, "random_state": 0}


class Interrupted(ClassNLLCriterion):
    """Somebody presses Ctrl-C in the twelfth epoch."""

    def __init__(self, calls=23):
        super().__init__()
        self.calls = calls

    def updateOutput(self, input, target):
        self.calls -= 1
        if not self.calls:
            raise KeyboardInterrupt
        return super().updateOutput(input, target)


def test_an_interrupted_training_leaves_the_best_weights_in_evaluation_mode(blobs):
    features, _ = blobs
    noise = np.random.default_rng(0).permutation(blobs[1])  # which can only be learned by heart
    options = {**QUICK, "dropout": 0.2, "early_stopping": True, "validation_fraction": 0.3}
    own = MinnetClassifier(**options, criterion=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        own.fit(features, noise)
    np.testing.assert_array_equal(own.predict_proba(features), own.predict_proba(features))
    assert own.n_iter_ == len(own.loss_curve_) == len(own.validation_loss_curve_)
    best = int(np.argmin(own.validation_loss_curve_)) + 1
    assert best < own.n_iter_ < 30
    until = MinnetClassifier(**{**options, "max_iter": best}, criterion=Interrupted(0)).fit(features, noise)
    np.testing.assert_array_equal(own.predict_proba(features), until.predict_proba(features))


def test_an_interruption_before_the_first_epoch_leaves_what_was_fitted_before(blobs, tmp_path):
    own = MinnetClassifier(**QUICK)
    with pytest.raises(KeyboardInterrupt):
        own.set_params(criterion=Interrupted(1)).fit(*blobs)
    with pytest.raises(NotFittedError):
        own.save(tmp_path / "own.safetensors")
    with pytest.raises(NotFittedError):
        own.predict(blobs[0])
    before = own.set_params(criterion="auto").fit(*blobs).predict_proba(blobs[0])
    with pytest.raises(KeyboardInterrupt):
        own.set_params(criterion=Interrupted(1), random_state=1).fit(*blobs)
    np.testing.assert_array_equal(own.predict_proba(blobs[0]), before)
    assert own.n_iter_ == len(own.loss_curve_) == 30


def test_after_a_first_fit_that_failed_nothing_is_fitted(blobs, tmp_path):
    features, labels = blobs
    own = MinnetClassifier(model=3)
    with pytest.raises(TypeError, match="model: expected None"):
        own.fit(features, labels)
    for call in (own.predict, own.predict_proba, own.predict_log_proba):
        with pytest.raises(NotFittedError):
            call(features)
    with pytest.raises(NotFittedError):
        own.save(tmp_path / "own.safetensors")
    for encoder in (MinnetEncoder(MinnetRegressor(model=3)), MinnetEncoder(MinnetRegressor(**QUICK), layer=9)):
        with pytest.raises((TypeError, ValueError), match=r"model|layer"):
            encoder.fit(features)
        with pytest.raises(NotFittedError):
            encoder.transform(features)


def told(own):
    """What an estimator says of itself once it is fitted, besides its predictions."""
    names = ("n_features_in_", "n_outputs_", "n_iter_", "loss_", "best_loss_", "loss_curve_", "_seed", "_parts")
    known = {name: getattr(own, name) for name in names}
    return {**known, "classes": own.classes_.tolist(), "names": list(getattr(own, "feature_names_in_", ()))}


RARE = np.array(["ant"] + ["bee"] * 89)
"""Classes of which one cannot be divided into two parts."""


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        ({"model": 3}, {}),
        ({"class_weight": "heavy"}, {}),
        ({"class_weight": {"cow": 2}}, {}),
        ({"criterion": 3}, {}),
        ({"criterion": "CosineEmbeddingCriterion"}, {}),
        ({"criterion": "HingeEmbeddingCriterion"}, {}),
        ({"optimizer": {"class": "Adam", "groups": ["nose"]}}, {}),
        ({"schedule": "Nose"}, {}),
        ({"schedule": 3}, {}),
        ({"early_stopping": True}, {"y": RARE}),
        ({"early_stopping": "no"}, {}),
        ({"warm_start": "no"}, {}),
        ({"verbose": "no"}, {}),
        ({}, {"y": np.ones((90, 2), int) + np.eye(90, 2, dtype=int)}),
        ({}, {"sample_weight": np.zeros(90)}),
        ({}, {"sample_weight": -1}),
    ],
)
def test_a_refused_fit_changes_nothing(blobs, parameters, given):
    features, labels = blobs
    own = MinnetClassifier(**QUICK).fit(features, labels)
    before, known = own.predict_proba(features), told(own)
    wide = np.concatenate([features, features], axis=1).astype("float32")
    with pytest.raises((TypeError, ValueError, UnknownComponentError), match=r"expected|populated|registers|Negative"):
        own.set_params(**parameters, random_state=1).fit(wide, **{"y": labels, **given})
    assert own.predict_proba(features).dtype == "float64"
    np.testing.assert_array_equal(own.predict_proba(features), before)
    assert told(own) == known


def test_samples_that_are_too_few_to_keep_some_apart_are_refused(blobs, waves):
    few = "early_stopping: expected samples of which 0.1 "
    with pytest.raises(
        ValueError, match=rf"{few}\(validation_fraction\) can be kept apart, of each class its part: .*2"
    ):
        MinnetClassifier(**QUICK, early_stopping=True).fit(blobs[0], RARE)
    with pytest.raises(ValueError, match=rf"{few}\(validation_fraction\) can be kept apart: .*n_samples=1"):
        MinnetRegressor(**QUICK, early_stopping=True).fit(waves[0][:1], waves[1][:1])


@pytest.mark.parametrize("call", ["fit", "partial_fit"])
def test_a_refused_regression_changes_nothing(waves, call):
    features, values = waves
    own = MinnetRegressor(**QUICK).fit(features, values)
    before = own.predict(features)
    for wrong in (np.full(120, "a"), np.zeros((120, 0)), np.full((120, 2), np.inf)):
        with pytest.raises(ValueError, match=r"could not convert|0 feature|infinity|expected 2"):
            getattr(own, call)(features, wrong)
        np.testing.assert_array_equal(own.predict(features), before)
        assert (own.n_features_in_, own.n_outputs_, own.n_iter_) == (3, 2, 30)


def test_a_refused_encoder_transforms_as_before(blobs):
    features, labels = blobs
    own = MinnetEncoder(MinnetClassifier(**QUICK)).fit(features, labels)
    before, wide = own.transform(features), np.concatenate([features, features], axis=1)
    for wrong in ({"layer": 99}, {"estimator": MinnetClassifier(hidden="x")}, {"estimator": LogisticRegression()}):
        with pytest.raises((TypeError, ValueError), match="expected"):
            own.set_params(**{"layer": None, **wrong}).fit(wide, labels)
        np.testing.assert_array_equal(own.transform(features), before)
        assert (own.n_features_in_, len(own.get_feature_names_out())) == (4, 8)


def test_losses_of_samples_kept_apart_are_of_the_last_fit(blobs):
    own = MinnetClassifier(**QUICK, early_stopping=True).fit(*blobs)
    assert len(own.validation_loss_curve_) == 30
    assert not hasattr(own.set_params(early_stopping=False).fit(*blobs), "validation_loss_curve_")


@pytest.mark.parametrize("goes_on", ["fit", "partial_fit"])
def test_labels_do_not_follow_classes_nor_classes_labels(blobs, goes_on):
    features, classes = blobs[0], (blobs[1] == "cat").astype(int)
    labels = np.stack([classes, 1 - classes], axis=1)
    for first, second, message in (
        (classes, labels, "y: expected classes, as in the last fit, received labels"),
        (labels, classes, "y: expected labels, as in the last fit, received classes"),
        (labels, labels[:, [0, 1, 1]], "y: expected 2 labels, as in the last fit, received 3"),
    ):
        own = MinnetClassifier(**{**QUICK, "warm_start": True, "max_iter": 2}).fit(features, first)
        with pytest.raises(ValueError, match=message):
            getattr(own, goes_on)(features, second)
