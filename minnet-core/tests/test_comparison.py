from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minnet_core.testing import ConformanceError
from minnet_core.testing.numerics.comparison import (
    are_equal,
    differing,
    expect_equal,
    format_number,
    largest,
    tolerance_of,
)


def message(received, expected, where="after a pass", **options):
    with pytest.raises(ConformanceError) as caught:
        expect_equal(received, expected, where, **options)
    return str(caught.value)


def test_equal_arrays_pass():
    expect_equal({"W": np.ones(2), "loss": 3.0}, {"W": np.ones(2, np.float32), "loss": np.float32(3)}, "here", rtol=0)
    expect_equal({}, {}, "here")


def test_the_first_element_that_differs_is_named_with_both_values():
    received, expected = np.zeros((2, 3), np.float32), np.zeros((2, 3))
    received[1, 0] = 0.5
    expected[1, 2] = 4
    assert message({"b": 1.0, "W": received}, {"b": 1.0, "W": expected}) == (
        "W[1, 0] after a pass, shape (2, 3) float32: expected 0, received 0.5; 2 of 6 elements differ"
    )


def test_a_number_has_no_index():
    assert message({"loss": 1.0}, {"loss": 2.0}) == "loss after a pass, shape () float64: expected 2, received 1"


def test_names_and_shapes_must_agree():
    assert message({"W": 1.0}, {"W": 1.0, "b": 2.0}) == "after a pass: expected W, b, received W"
    assert message({"W": np.ones((2, 1))}, {"W": np.ones(2)}) == (
        "W after a pass: expected shape (2,), received (2, 1)"
    )


def test_the_tolerance_is_relative_to_the_largest_number_of_the_array():
    expected = {"W": np.array([1e-3, 1e3])}
    near = {"W": expected["W"] + [5e-7, 0]}
    expect_equal(near, expected, "here")
    assert are_equal(near, expected)
    assert "W[0]" in message(near, expected, rtol=1e-10)
    assert "W[0]" in message(near, expected, rtol=0)
    assert not are_equal(near, expected, rtol=0)


def test_where_zero_is_expected_rounding_of_numbers_around_one_is_allowed():
    expect_equal({"W": np.full(2, 1e-13)}, {"W": np.zeros(2)}, "here")
    assert message({"W": np.full(2, 1e-13)}, {"W": np.zeros(2)}, rtol=0)
    assert message({"W": np.full(2, 1e-11)}, {"W": np.zeros(2)})


def test_a_further_difference_is_allowed_by_name():
    received, expected = {"W": np.full(2, 0.1), "b": np.zeros(1)}, {"W": np.zeros(2), "b": np.zeros(1)}
    expect_equal(received, expected, "here", atol={"W": 0.2})
    assert "W[0]" in message(received, expected, atol={"b": 0.2})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_equal_themselves_alone(value):
    expect_equal({"W": np.array([value, 1])}, {"W": np.array([value, 1])}, "here")
    assert "W[0]" in message({"W": np.array([value, 1])}, {"W": np.array([0.0, 1])})
    assert "W[0]" in message({"W": np.array([0.0, 1])}, {"W": np.array([value, 1])})
    assert "W[0]" in message({"W": np.array([-value if value == value else np.inf])}, {"W": np.array([value])})


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_equality_agrees_with_its_expectation(one, other):
    received, expected = {"W": np.array([one])}, {"W": np.array([other])}
    if are_equal(received, expected):
        expect_equal(received, expected, "here")
    else:
        assert message(received, expected)


def test_other_names_or_shapes_are_not_equal():
    assert not are_equal({"W": 1.0}, {"b": 1.0})
    assert not are_equal({"W": np.ones(2)}, {"W": np.ones((2, 1))})


def test_integers_and_text_are_compared_exactly():
    assert differing(np.array([1, 2]), np.array([1, 3]), 5.0).tolist() == [False, True]
    assert differing(np.array("a"), np.array("a"), 0.0).tolist() is False
    assert differing(np.array("a"), np.array("b"), 0.0).tolist() is True
    assert differing(np.array([1, 2]), np.array([1.0, 2.5]), 0.6).tolist() == [False, False]


def test_texts_that_differ_fail():
    assert "generator 0" in message({"generator 0": np.array("a")}, {"generator 0": np.array("b")}, rtol=0)


def test_the_largest_finite_magnitude():
    assert largest(np.array([1, -3.0, np.inf, np.nan])) == 3
    assert largest(np.array([])) == 0
    assert largest(np.array(["a"])) == 0
    assert largest(np.array([-4, 2])) == 4


def test_bit_for_bit_allows_nothing():
    assert tolerance_of(np.array([2.0]), 0) == 0
    assert tolerance_of(np.array([2.0]), 1e-6) == pytest.approx(2e-6)


def test_numbers_are_written_with_nine_digits():
    assert format_number(np.float32(1 / 3)) == "0.333333343"
    assert format_number(np.nan) == "nan"
    assert format_number(1e20) == "1e+20"
