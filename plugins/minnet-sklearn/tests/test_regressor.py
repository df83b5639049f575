"""`MinnetRegressor`: targets, their scale, and several of them."""

import numpy as np
import pytest
from scipy import sparse

from minnet_sklearn import MinnetRegressor

QUICK = {"hidden": (16,), "learning_rate": 0.02, "max_iter": 60, "n_iter_no_change": None, "random_state": 0}


def test_one_target_and_several_are_learned(waves):
    features, values = waves
    several = MinnetRegressor(**QUICK).fit(features, values)
    assert several.predict(features).shape == values.shape
    assert several.score(features, values) > 0.9
    one = MinnetRegressor(**QUICK).fit(features, values[:, 0])
    assert one.predict(features).shape == (120,)
    assert one.score(features, values[:, 0]) > 0.9


def test_units_of_targets_change_nothing_but_the_units(waves):
    features, values = waves
    own = MinnetRegressor(**QUICK)
    plain = own.fit(features, values[:, 0]).predict(features)
    losses = own.loss_curve_
    np.testing.assert_allclose(own.fit(features, 1e6 * values[:, 0] - 4).predict(features), 1e6 * plain - 4, rtol=1e-6)
    np.testing.assert_allclose(own.loss_curve_, losses, rtol=1e-6)


def test_targets_may_be_left_as_they_are(waves):
    features, values = waves
    small = values[:, 0] / 1e3
    own = MinnetRegressor(**QUICK, scale_targets=False).fit(features, small)
    outputs = own.model_.forward(features)[:, 0]
    np.testing.assert_array_equal(own.predict(features), outputs)
    still = {"learning_rate": 0.0, "max_iter": 1, "batch_size": 120}
    first = MinnetRegressor(**{**QUICK, **still}, scale_targets=False).fit(features, small)
    np.testing.assert_allclose(first.loss_, np.mean((first.predict(features) - small) ** 2))


@pytest.mark.parametrize("unit", [1e-310, 1e-200, 1e200, 1e300])
def test_no_unit_is_too_small_or_too_large_for_the_deviation(waves, unit):
    features, values = waves
    own = MinnetRegressor(**QUICK)
    plain = own.fit(features, values[:, 0]).predict(features)
    np.testing.assert_allclose(own.fit(features, unit * values[:, 0]).predict(features) / unit, plain, rtol=1e-6)


@pytest.mark.parametrize(
    ("unit", "dtype", "message"),
    [
        (1.5e305, None, "y: expected targets whose mean and distances from it float64 can hold, received some of 1"),
        (1e60, "float32", r"y: expected targets that float32 can hold, received one of 1\.\d+e\+63"),
    ],
)
def test_targets_that_cannot_be_computed_with_are_refused(waves, unit, dtype, message):
    with pytest.raises(ValueError, match=message):
        MinnetRegressor(**QUICK, dtype=dtype).fit(waves[0], unit * waves[1][:, 0])


@pytest.mark.parametrize("options", [{}, {"scale_targets": False}])
def test_a_target_that_is_missing_is_refused(waves, options):
    features, values = waves[0], waves[1][:, 0].astype(object)
    own = MinnetRegressor(**QUICK, **options).partial_fit(features, values)
    values[3] = None
    for call in (own.fit, own.partial_fit):
        with pytest.raises(ValueError, match="Input y contains NaN"):
            call(features, values)


def test_later_targets_beyond_the_scale_of_the_first_ones_are_refused(waves):
    own = MinnetRegressor(**QUICK, dtype="float32").partial_fit(waves[0], 1e-9 * waves[1][:, 0])
    with pytest.raises(ValueError, match="can hold, divided by the deviation of the first ones, received one of"):
        own.partial_fit(waves[0], 1e30 * waves[1][:, 0])


def test_a_constant_target_is_predicted(waves):
    own = MinnetRegressor(**{**QUICK, "max_iter": 2}).fit(waves[0], np.full(120, 7.5))
    np.testing.assert_array_equal(own.predict(waves[0]), 7.5)


def test_partial_fit_keeps_the_scale_of_its_first_call(waves):
    features, values = waves
    own = MinnetRegressor(**QUICK).partial_fit(features, values)
    before = own.predict(features)
    own.optimizer_.lr = 0.0
    own.partial_fit(features, values + 1e6)
    np.testing.assert_array_equal(own.predict(features), before)
    with pytest.raises(ValueError, match="y: expected 2 targets, received 1"):
        own.partial_fit(features, values[:, 0])


def test_a_warm_start_needs_as_many_targets(waves):
    features, values = waves
    own = MinnetRegressor(**{**QUICK, "warm_start": True, "max_iter": 2}).fit(features, values)
    with pytest.raises(ValueError, match="warm_start: expected targets for the 2 outputs of the last fit"):
        own.fit(features, values[:, 0])
    own.fit(features, values)
    assert len(own.loss_curve_) == 4


def test_targets_may_be_sparse(waves):
    features, values = waves
    own = MinnetRegressor(**{**QUICK, "max_iter": 2})
    dense = own.fit(features, values).predict(features)
    np.testing.assert_array_equal(own.fit(features, sparse.csr_array(values)).predict(features), dense)
