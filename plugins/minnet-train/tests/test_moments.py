from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays

from minnet_train.data.preprocessing import Moments

VALUES = st.floats(-1e6, 1e6) | st.just(np.nan)


@settings(deadline=None)
@given(
    rows=arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=VALUES), parts=st.integers(1, 5)
)
def test_they_are_those_of_all_rows_together(rows, parts):
    moments = Moments(rows.shape[1])
    for part in np.array_split(rows, parts):
        moments.update(part)
    for column, values in enumerate(rows.T):
        values = values[~np.isnan(values)]
        assert moments.count[column] == len(values)
        if len(values):
            assert moments.mean[column] == pytest.approx(values.mean(), abs=1e-6)
            assert moments.deviation[column] == pytest.approx(values.std(), abs=1e-5)
        else:
            assert np.isnan(moments.mean[column])


@settings(deadline=None)
@given(
    rows=arrays(np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=VALUES), parts=st.integers(1, 5)
)
def test_what_others_have_measured_of_parts_joins_to_the_same_bits(rows, parts):
    first, *others = np.array_split(rows, parts)
    whole, joined, other = Moments(rows.shape[1]), Moments(rows.shape[1]), Moments(rows.shape[1])
    for moments in (whole, joined, other):
        moments.update(first)
    for part in others:
        whole.update(part)
        measured = other.part(part)
        if measured is None:
            assert (np.isnan(first).all(axis=0) & ~np.isnan(part).all(axis=0)).any()
            return
        joined.join(measured)
    assert [each.tobytes() for each in (joined.mean, joined.deviation, joined.count)] == [
        each.tobytes() for each in (whole.mean, whole.deviation, whole.count)
    ]


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, -3e-20])
def test_the_deviation_of_a_constant_is_exactly_0(value):
    moments = Moments(1)
    for rows in (3, 7, 1):
        moments.update(np.full((rows, 1), value))
    assert moments.mean.tolist() == [value]
    assert moments.deviation.tolist() == [0.0]


def test_a_large_offset_costs_no_digits():
    values = np.random.default_rng(0).standard_normal((1000, 1))
    moments = Moments(1)
    for part in np.array_split(values + 1e9, 7):
        moments.update(part)
    assert moments.deviation[0] == pytest.approx(values.std(), rel=1e-6)


def test_float32_is_added_up_in_float64():
    moments = Moments(1)
    for _ in range(100):
        moments.update(np.full((1000, 1), 0.1, np.float32) * np.array([[1.0]], np.float32))
    assert moments.mean[0] == float(np.float32(0.1))


@pytest.mark.parametrize("scale", [1e-12, 1.0, -1e9])
@pytest.mark.parametrize("rows", [2, 3, 1000])
def test_the_deviation_of_what_is_constant_but_for_rounding_is_exactly_0(scale, rows):
    column = np.where(np.arange(rows) % 2, 0.3, 0.1 + 0.2)[:, None] * scale
    moments = Moments(1)
    moments.update(column)
    assert moments.deviation.tolist() == [0.0]


@settings(deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 30), st.just(2)), elements=st.floats(-1e3, 1e3)),
    st.sampled_from([0.0, 1.0, 1e8, 1e13]),
)
def test_what_is_constant_is_what_scikit_learn_calls_so(rows, offset):
    rows = rows + offset
    moments = Moments(2)
    moments.update(rows)
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler().fit(rows)
    ours = moments.deviation
    # Its scale is 1 where a column is constant; the two may differ in the last digit of a variance at the bound.
    bound = len(rows) * np.finfo(float).eps * scaler.var_ + (len(rows) * scaler.mean_ * np.finfo(float).eps) ** 2
    is_clear = np.abs(scaler.var_ - bound) > 0.5 * bound
    is_constant = scaler.var_ <= bound
    np.testing.assert_array_equal((ours == 0)[is_clear], is_constant[is_clear])
