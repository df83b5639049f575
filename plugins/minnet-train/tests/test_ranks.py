"""How a batch is divided into shards, and these among ranks; and the order in which their gradients are added up."""

from __future__ import annotations

import numpy as np
from hypothesis import given, strategies as st

from minnet_train.ranks import ALONE, divided_rows, shares, sum_in_order


@given(rows=st.integers(1, 3000), shards=st.integers(1, 64))
def test_shards_are_consecutive_of_almost_one_size_and_none_is_a_single_row(rows, shards):
    found = divided_rows(rows, shards)
    assert [row for part in found for row in range(rows)[part]] == list(range(rows))
    sizes = [part.stop - part.start for part in found]
    assert max(sizes) - min(sizes) <= 1
    assert len(found) <= shards
    assert min(sizes) > 1 or rows == 1
    assert len(found) == shards or rows < 2 * shards


@given(things=st.integers(0, 200), size=st.integers(1, 40))
def test_each_thing_is_that_of_one_rank_and_every_rank_has_almost_as_many(things, size):
    found = shares(things, size)
    assert [thing for share in found for thing in share] == list(range(things))
    assert len(found) == size
    assert max(map(len, found)) - min(map(len, found)) <= 1


@given(data=st.data(), size=st.integers(1, 6), count=st.integers(1, 9))
def test_the_sum_is_that_of_one_after_another(data, size, count):
    numbers = st.floats(-(2.0**90), 2.0**90, width=32)
    vectors = np.array(
        data.draw(st.lists(st.lists(numbers, min_size=size, max_size=size), min_size=count, max_size=count))
    )
    vectors = vectors.astype(np.float32)
    total = vectors[0].copy()
    for vector in vectors[1:]:
        total = total + vector
    for add in (sum_in_order, lambda own, out: ALONE.sum_of_shards(own, [len(own)], out)):
        add(list(vectors), out := np.full(size, np.nan, np.float32))
        assert out.tobytes() == total.tobytes()


def test_the_sum_of_one_vector_has_its_negative_zeros():
    sum_in_order([np.array([-0.0])], out := np.ones(1))
    assert np.signbit(out[0])
