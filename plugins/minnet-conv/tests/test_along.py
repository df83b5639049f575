from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_conv.pooling.along import Along, spread_along, sums_along


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.lists(st.integers(0, 5), max_size=12))
def test_sums_and_spread_are_products_with_one_matrix(sources):
    along = Along.of_sources(sources, 6)
    matrix = np.zeros((6, len(sources)))
    matrix[sources, range(len(sources))] = 1
    assert (along.length, along.leaves_none, along.takes_once) == (len(sources), True, True)
    x, sums = np.arange(1.0, len(sources) + 1), np.arange(1.0, 7.0)
    np.testing.assert_array_equal(sums_along(x, 0, along), matrix @ x)
    np.testing.assert_array_equal(spread_along(sums, 0, along, sums), sums @ matrix)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(slice(0, 4, 2), slice(0, 2)), (slice(1, 4, 2), slice(0, 2))], (True, True, True)),
        ([(slice(0, 2), slice(0, 1)), (slice(2, 4), slice(1, 2))], (True, True, False)),
        ([(slice(0, 2), slice(0, 2)), (slice(1, 3), slice(0, 2))], (False, False, True)),
        ([(slice(1, 3), slice(0, 2))], (False, True, True)),
        ([], (False, True, False)),
    ],
)
def test_it_knows_what_pairs_leave_out_and_take_twice(pairs, expected):
    along = Along.of_pairs(4, 2, pairs)
    assert (along.leaves_none, along.takes_once, along.is_whole) == expected


def test_regular_windows_are_few_pairs():
    assert len(Along.of_sources([n // 3 for n in range(300)], 100).pairs) == 3
    assert len(Along.of_sources(list(range(100)), 100).pairs) == 1
