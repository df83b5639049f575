"""`error_pattern`: where the elements are that are wrong, and by which factor."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core.testing.numerics import error_pattern


def pattern(received, expected, **given):
    received, expected = np.array(received, float), np.array(expected, float)
    return error_pattern(received, expected, received != expected, {name: np.array(a) for name, a in given.items()})


@pytest.mark.parametrize(
    ("received", "expected", "text"),
    [
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "1 of 4 elements is wrong, in the last row"),
        ([2.0], [1.0], "its one element is wrong"),
        ([[9, 2, 3], [4, 5, 8], [7, 8, 1]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "3 of 9 elements are wrong"),
        ([[3, 0, 5], [6, 0, 8]], [[1, 2, 3], [4, 5, 6]], "all 6 elements are wrong"),
        ([[1, 7, 3], [4, 2, 6]], [[1, 2, 3], [4, 5, 6]], "2 of 6 elements are wrong, all in column 1"),
        ([[9, 2, 7], [8, 5, 1]], [[1, 2, 3], [4, 5, 6]], "4 of 6 elements are wrong, all outside column 1"),
        ([np.nan, np.nan], [1, 2], "all 2 elements are wrong: nan"),
        ([np.nan, 3], [1, 2], "all 2 elements are wrong: 1 of them nan"),
        ([np.inf, 3], [1, 2], "all 2 elements are wrong"),
        ([1, 3], [0, 0], "all 2 elements are wrong: the slope there is 0"),
    ],
)
def test_pattern(received, expected, text):
    assert pattern(received, expected) == text


def test_a_factor_is_named():
    slopes, factor = np.array([[1.0, 2.0, 3.0]] * 2), np.array([2.0, 3.0, 5.0])
    assert pattern(slopes * factor, slopes, gamma=factor).endswith(": multiplied by gamma once too often")
    assert pattern(slopes, slopes * factor, gamma=factor).endswith(": a factor is missing, gamma")
    assert pattern(slopes, slopes * factor) == "all 6 elements are wrong"


def test_two_and_a_half_are_no_roots():
    slopes, input = np.arange(1.0, 9.0).reshape(2, 4), np.ones((3, 4))
    assert pattern(slopes / 2, slopes, input=input).endswith(": 0.5 times the slope")
    assert pattern(slopes * 4, slopes, input=input).endswith(
        "4 times the slope, which is the length of axis 1 of input"
    )


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2)])
def test_wrong_elements_where_a_mask_has_them_are_told(shape):
    mask = np.random.default_rng(0).random((4, 3)) < 0.5
    wrong = np.broadcast_to(mask.reshape(4, 3, *[1] * (len(shape) - 2)), shape)
    expected = np.random.default_rng(1).standard_normal(shape)
    for where, text in ((wrong, "True"), (~wrong, "False")):
        received = np.where(where, -expected, expected)
        assert f"all where input[1] is {text}: -1 times" in error_pattern(received, expected, where, {"input[1]": mask})
