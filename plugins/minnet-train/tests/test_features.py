"""The importance of features, and the dependence of predictions on them, are those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_train.evaluation import grid_of, partial_dependence, permutation_importance, some_rows

WEIGHTS = np.array([3.0, 0.0, -1.0])
FEATURES = np.random.default_rng(0).normal(size=(300, 3))
TARGETS = FEATURES @ WEIGHTS


def predict(features: np.ndarray) -> np.ndarray:
    return (features @ WEIGHTS + 0.5 * features[:, 0] ** 2)[:, None]


def score(predictions: np.ndarray) -> float:
    return 1 - float(np.sum((predictions[:, 0] - TARGETS) ** 2) / np.sum((TARGETS - TARGETS.mean()) ** 2))


def estimator():
    base = pytest.importorskip("sklearn.base")

    class Ours(base.RegressorMixin, base.BaseEstimator):
        def fit(self, features, targets):
            self.is_fitted_ = True
            return self

        def predict(self, features):
            return predict(features)[:, 0]

    return Ours().fit(FEATURES, TARGETS)


def test_importance_is_that_of_scikit_learn_but_for_the_drawn_order():
    inspection = pytest.importorskip("sklearn.inspection")
    drops = permutation_importance(predict, FEATURES, score, repeats=30)
    theirs = inspection.permutation_importance(estimator(), FEATURES, TARGETS, n_repeats=30, random_state=0)
    assert drops.mean(axis=1) == pytest.approx(theirs.importances_mean, rel=0.05, abs=1e-12)
    assert (drops[1] == 0).all()


def test_importance_leaves_the_features_as_they_were_and_is_the_same_again():
    before = FEATURES.copy()
    first = permutation_importance(predict, FEATURES, score)
    assert np.array_equal(FEATURES, before)
    assert np.array_equal(first, permutation_importance(predict, FEATURES, score))


@pytest.mark.parametrize("column", range(3))
def test_dependence_is_that_of_scikit_learn(column):
    inspection = pytest.importorskip("sklearn.inspection")
    theirs = inspection.partial_dependence(estimator(), FEATURES, [column], method="brute", grid_resolution=20)
    values = theirs["grid_values"][0]
    ours = partial_dependence(predict, FEATURES, column, values)
    assert ours[:, 0] == pytest.approx(theirs["average"][0])


def test_values_to_look_at_are_all_of_few_and_evenly_between_quantiles_of_many():
    assert grid_of(np.array([2.0, 1.0, np.nan, 2.0])).tolist() == [1, 2]
    values = np.random.default_rng(0).normal(size=1000)
    grid = grid_of(values)
    assert len(grid) == 40
    assert grid[[0, -1]] == pytest.approx(np.quantile(values, [0.05, 0.95]))
    assert np.diff(grid) == pytest.approx(grid[1] - grid[0])


def test_rows_are_chosen_once_and_for_all():
    assert some_rows(5).tolist() == [0, 1, 2, 3, 4]
    assert np.array_equal(some_rows(5000), some_rows(5000))
    assert len(set(some_rows(5000))) == 1000
