from __future__ import annotations

import numpy as np
import pytest

from minnet_train import DataError, Dataset
from minnet_train.data import memory_map as mapped
from minnet_train.data.missing import expect_usable, missing_values


def data(features, **options):
    features = np.asarray(features, float)
    return Dataset("t", features, options.pop("targets", np.zeros((len(features), 1))), **options)


@pytest.mark.parametrize("chunk", [1, 2**20])
def test_missing_values_are_listed_by_row_and_column_ten_at_a_time(monkeypatch, chunk):
    monkeypatch.setattr(mapped, "CHUNK", chunk)
    features = np.zeros((20, 2))
    features[3:16, 1] = np.nan
    with pytest.raises(DataError) as caught:
        expect_usable(data(features), may_be_missing=False)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith('t: 13 values are missing; missing = "mean" replaces missing values by the mean of')
    assert lines[1:11] == [f"  row {row}, column 2" for row in range(4, 14)]
    assert lines[11:] == ["  and 3 more"]


def test_one_missing_value_is_one_line():
    with pytest.raises(DataError, match=r"^t, row 2, column 1: the value is missing; missing = "):
        expect_usable(data([[0], [np.nan]]), may_be_missing=False)


def test_values_may_be_missing_if_that_is_said():
    expect_usable(data([[0], [np.nan]]), may_be_missing=True)


@pytest.mark.parametrize("may_be_missing", [True, False])
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_what_float32_cannot_hold_is_an_error(value, may_be_missing):
    with pytest.raises(DataError, match="t, row 2, column 1: expected a number that float32 can hold, received"):
        expect_usable(data([[0], [value]]), may_be_missing=may_be_missing)


def test_targets_are_never_missing():
    with pytest.raises(DataError, match="t: expected targets that are finite numbers, received nan or inf"):
        expect_usable(data([[0], [1]], targets=np.array([[0], [np.nan]])), may_be_missing=True)


@pytest.mark.parametrize("weights", [[1, -1], [0, 0], [np.nan, 1], [np.inf, 1]])
def test_weights_are_numbers_of_at_least_0_and_not_all_0(weights):
    with pytest.raises(DataError, match="t: expected weights"):
        expect_usable(data([[0], [1]], weights=np.array(weights, float)), may_be_missing=True)


def test_ten_places_are_named_without_a_rest():
    assert str(missing_values("t", [f"row {row}" for row in range(10)], 10)).splitlines()[-1] == "  row 9"
