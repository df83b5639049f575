from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from minnet_optimizers.line_search.strong_wolfe import Trial, cubic_minimum, strong_wolfe


def trial(function, length):
    """A trial of a function of one number, by its value and its slope."""
    value, slope = function(length)
    return Trial(length, value, slope, np.empty(0))


@settings(deadline=None, max_examples=60)
@given(
    first=st.floats(1e-4, 1e3),
    place=st.floats(0.01, 100),
    waves=st.floats(0, 3),
    steepness=st.floats(1, 3),
)
def test_finds_a_length_that_satisfies_both_conditions(first, place, waves, steepness):
    def function(x):
        return (
            abs(x - place) ** (1 + steepness) + waves * math.sin(x) ** 2,
            (1 + steepness) * abs(x - place) ** steepness * np.sign(x - place) + waves * math.sin(2 * x),
        )

    start = trial(function, 0.0)
    assume(start.slope < -1e-3)
    found, count = strong_wolfe(lambda length: trial(function, length), start, first, scale=1.0, most=60)
    assert found.loss <= start.loss + 1e-4 * found.length * start.slope
    assert abs(found.slope) <= -0.9 * start.slope
    assert 1 <= count <= 61


def test_the_best_of_few_trials_is_better_than_none_at_all():
    """Where the minimum is too near to be reached, the place where it began is the best."""

    def function(x):
        return (x - 1e-9) ** 2, 2 * (x - 1e-9)

    found, count = strong_wolfe(lambda x: trial(function, x), trial(function, 0.0), 100.0, scale=1.0, most=0)
    assert (found.length, count) == (0.0, 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0.0, 4.0, -4.0), (5.0, 9.0, 6.0), 2.0),
        ((5.0, 9.0, 6.0), (0.0, 4.0, -4.0), 2.0),
        ((0.0, 0.0, -1.0), (1.0, -1.0, -1.0), 4.0),  # a straight line that falls
        ((1.0, 0.0, -1.0), (1.0, 0.0, -1.0), 2.0),  # one place tells nothing: the middle
        ((0.0, 4.0, -4.0), (1.0, 1.0, -2.0), 2.0),  # beyond both
    ],
)
def test_the_minimum_of_a_cubic(one, other, expected):
    trials = (Trial(*each, np.empty(0)) for each in (one, other))
    assert cubic_minimum(*trials, (0.0, 4.0)) == pytest.approx(expected)


def test_the_minimum_stays_within_limits():
    trials = [Trial(x, (x - 2) ** 2, 2 * (x - 2), np.empty(0)) for x in (0.0, 5.0)]
    assert cubic_minimum(*trials, (0.0, 1.0)) == 1.0
    assert cubic_minimum(*trials, (3.0, 4.0)) == 3.0
