from __future__ import annotations

import numpy as np
import pytest

from minnet_train import Preparation
from minnet_train.data.preprocessing import Standardization
from minnet_train.data.tables.columns import Columns

RAW = np.array([[1.0, 2.0, 10.0], [3.0, np.nan, 10.0], [5.0, 0.0, 10.0], [3.0, 0.0, 10.0]])
CATEGORIES = Columns(3, ("size", "colour", "fixed"), ((), ("blue", "green", "red"), ()))


def learned(columns: Columns, raw=RAW, parts=1, **options) -> Preparation:
    options = {"standardize": False, "fill": False, "scale": 1.0, **options}
    start = Preparation(columns=columns, scale=options.pop("scale"))
    return start.learned(np.array_split(raw, parts), **options)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.uint8, np.int64, np.bool_])
def test_numbers_are_divided_by_the_scale_in_float32(dtype):
    inputs = Preparation(columns=Columns(2), scale=4.0).inputs(np.array([[1, 0]], dtype))
    assert inputs.dtype == np.float32
    assert inputs.tolist() == [[0.25, 0.0]]


def test_raw_data_are_never_given_away():
    raw = np.ones((2, 2), np.float32)
    assert not np.shares_memory(Preparation(columns=Columns(2)).inputs(raw), raw)


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_inputs_are_standardized_by_what_was_learned(parts):
    preparation = learned(Columns(3), RAW[[0, 2]], parts, standardize=True)
    inputs = preparation.inputs(RAW[[0, 2, 3]])
    assert inputs.tolist() == [[-1, 1, 0], [1, -1, 0], [0, -1, 0]]


def test_a_column_that_was_constant_gives_0_whatever_comes_later():
    preparation = learned(Columns(1), np.full((3, 1), 0.1), standardize=True)
    assert preparation.inputs(np.array([[0.1], [7.0], [-1e30]])).tolist() == [[0], [0], [0]]


def test_the_scale_makes_no_difference_to_what_is_standardized():
    raw = np.random.default_rng(0).random((20, 3))
    plain, scaled = (learned(Columns(3), raw, standardize=True, scale=scale) for scale in (1.0, 8.0))
    assert plain.inputs(raw) == pytest.approx(scaled.inputs(raw), abs=1e-6)


def test_dates_as_seconds_are_standardized_without_loss():
    raw = 1.7e9 + np.arange(10.0)[:, None]
    expected = (np.arange(10) - 4.5) / np.arange(10).std()
    assert learned(Columns(1), raw, standardize=True).inputs(raw)[:, 0] == pytest.approx(expected, rel=1e-6)


def test_categories_become_columns_of_0_and_1():
    preparation = Preparation(columns=CATEGORIES, scale=2.0)
    assert preparation.inputs(RAW[[0, 2]]).tolist() == [[0.5, 0, 0, 1, 5], [2.5, 1, 0, 0, 5]]
    assert preparation.width == 5
    assert CATEGORIES.expanded_names == ("size", "colour=blue", "colour=green", "colour=red", "fixed")


def test_categories_are_not_standardized():
    inputs = learned(CATEGORIES, RAW[[0, 2, 3]], standardize=True).inputs(RAW[[0, 2]])
    assert inputs[:, 1:4].tolist() == [[0, 0, 1], [1, 0, 0]]
    assert inputs[:, 0] == pytest.approx([-1.2247449, 1.2247449])


def test_what_is_missing_becomes_the_mean_of_what_was_trained_on():
    preparation = learned(Columns(3), RAW[:3], fill=True)
    assert preparation.inputs(RAW[1:2]).tolist() == [[3, 1, 10]]


def test_what_is_missing_is_0_where_everything_is_standardized():
    assert learned(Columns(3), RAW[:3], fill=True, standardize=True).inputs(RAW[1:2])[0, 1] == 0


def test_a_category_that_is_missing_becomes_the_shares_of_all():
    preparation = learned(CATEGORIES, RAW, fill=True)
    assert preparation.inputs(RAW[1:2])[0, 1:4].tolist() == pytest.approx([2 / 3, 0, 1 / 3])


def test_a_missing_value_is_scaled_with_the_others():
    assert learned(Columns(3), RAW[:3], fill=True, scale=2.0).inputs(RAW[1:2]).tolist() == [[1.5, 0.5, 5]]


def test_targets_are_standardized_and_answers_turned_back():
    preparation = Preparation(columns=Columns(1), of_targets=Standardization((10.0, 5.0), (2.0, 0.0)))
    targets = preparation.targets(np.array([[12.0, 5.0]]))
    assert targets.dtype == np.float32
    assert targets.tolist() == [[1, 0]]
    assert preparation.answers(np.array([[1.0, 0.3]])).tolist() == [[12, 5]]


def test_without_standardization_targets_and_answers_stay_as_they_are():
    preparation = Preparation(columns=Columns(1))
    assert (
        preparation.targets(np.array([[12.5]])).tolist() == preparation.answers(np.array([[12.5]])).tolist() == [[12.5]]
    )


@pytest.mark.parametrize("options", [{}, {"standardize": True}, {"scale": 4.0}, {"standardize": True, "scale": 4.0}])
def test_the_answers_of_an_autoencoder_are_in_the_units_of_its_raw_inputs(options):
    raw = RAW[[0, 2, 3]]
    preparation = learned(Columns(3), raw, **options).for_autoencoding()
    assert preparation.answers(preparation.inputs(raw)) == pytest.approx(raw, abs=1e-5)


def test_the_answers_of_an_autoencoder_for_categories_are_0_and_1():
    preparation = learned(CATEGORIES, RAW[[0, 2, 3]], standardize=True, scale=2.0).for_autoencoding()
    answers = preparation.answers(preparation.inputs(RAW[[0, 2]]))
    assert answers == pytest.approx(np.array([[1, 0, 0, 1, 10], [5, 1, 0, 0, 10]]))
