"""`MinnetEncoder`: hidden layers as features."""

import numpy as np
import pytest
import sklearn
import sklearn.dummy
from scipy import sparse

from minnet_layers import Linear
from minnet_sklearn import MinnetClassifier, MinnetEncoder, MinnetRegressor

QUICK = {"hidden": (8, 3), "learning_rate": 0.02, "max_iter": 20, "n_iter_no_change": None, "random_state": 0}


def test_the_last_hidden_layer_is_the_usual_one_and_any_can_be_chosen(blobs):
    features, labels = blobs
    encoder = MinnetEncoder(MinnetClassifier(**QUICK)).fit(features, labels)
    modules = encoder.estimator_.model_.modules
    hidden = features
    for index, module in enumerate(modules):
        hidden = module.forward(hidden)
        chosen = MinnetEncoder(MinnetClassifier(**QUICK), layer=index).fit(features, labels)
        np.testing.assert_allclose(chosen.transform(features), hidden)
        if index == len(modules) - 3:  # before the last linear layer and LogSoftMax
            np.testing.assert_array_equal(encoder.transform(features), hidden)
    assert encoder.transform(features).shape == (90, 3)
    assert MinnetEncoder(MinnetClassifier(**QUICK), layer=-2).fit_transform(features, labels).shape == (90, 3)


def test_without_targets_it_learns_to_give_back_the_features(blobs):
    features, _ = blobs
    encoder = MinnetEncoder(MinnetRegressor(**{**QUICK, "max_iter": 200, "activation": "Tanh"})).fit(features)
    found = encoder.estimator_.predict(features)
    assert 1 - ((found - features) ** 2).sum() / ((features - features.mean(axis=0)) ** 2).sum() > 0.6
    thin = MinnetEncoder(MinnetRegressor(**QUICK)).fit(sparse.csr_array(features))
    np.testing.assert_array_equal(
        thin.transform(features), MinnetEncoder(MinnetRegressor(**QUICK)).fit_transform(features)
    )


def test_its_features_have_names_and_become_a_frame(blobs):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(blobs[0], columns=list("abcd"))
    encoder = MinnetEncoder(MinnetClassifier(**QUICK)).set_output(transform="pandas").fit(frame, blobs[1])
    assert list(encoder.transform(frame).columns) == ["minnetencoder0", "minnetencoder1", "minnetencoder2"]
    assert encoder.feature_names_in_.tolist() == list("abcd")


def test_weights_are_routed_to_the_estimator(blobs):
    features, labels = blobs
    weights = np.where(labels == "ant", 5.0, 1.0)
    direct = MinnetClassifier(**QUICK).fit(features, labels, sample_weight=weights).predict_proba(features)
    plain = MinnetEncoder(MinnetClassifier(**QUICK)).fit(features, labels, sample_weight=weights)
    np.testing.assert_array_equal(plain.estimator_.predict_proba(features), direct)
    with sklearn.config_context(enable_metadata_routing=True):
        own = MinnetClassifier(**QUICK).set_fit_request(sample_weight=True)
        encoder = MinnetEncoder(own).fit(features, labels, sample_weight=weights)
        np.testing.assert_array_equal(encoder.estimator_.predict_proba(features), direct)
        with pytest.raises(TypeError, match="weight"):
            MinnetEncoder(own).fit(features, labels, weight=weights)


def test_its_seed_is_for_an_estimator_that_has_none(blobs):
    own = MinnetClassifier(**{**QUICK, "random_state": None})
    assert MinnetEncoder(own, random_state=3).fit(*blobs).estimator_.random_state == 3
    assert MinnetEncoder(MinnetClassifier(**QUICK), random_state=3).fit(*blobs).estimator_.random_state == 0


def test_what_has_no_hidden_layer_is_refused(blobs):
    features, labels = blobs
    with pytest.raises(ValueError, match="layer: expected None or an index of one of the 6 layers"):
        MinnetEncoder(MinnetClassifier(**QUICK), layer=6).fit(features, labels)
    with pytest.raises(ValueError, match="requires y to be passed"):
        MinnetEncoder(MinnetClassifier(**QUICK)).fit(features)
    with pytest.raises(TypeError, match="estimator: expected a MinnetClassifier or MinnetRegressor"):
        MinnetEncoder(sklearn.dummy.DummyClassifier()).fit(features, labels)
    with pytest.raises(TypeError, match="model: expected a Sequential"):
        MinnetEncoder(MinnetRegressor(model=Linear(4, 4), max_iter=1, n_iter_no_change=None)).fit(features)
