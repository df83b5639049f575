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
