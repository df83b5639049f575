"""How a batch is divided into shards, and these among ranks; and the order in which their gradients are added up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from minnet_test_support.thread_ranks import together
from minnet_train.errors import RanksError
from minnet_train.ranks import ALONE, Conversation, divided_rows, shares, sum_in_order


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


def test_all_hear_what_each_says_and_the_end_of_each():
    def talk(ranks):
        others = Conversation(ranks)
        heard = [others.gather((ranks.rank, turn)) for turn in range(2)]
        return heard, others.end(f"end of {ranks.rank}")

    heard = [[(rank, turn) for rank in range(3)] for turn in range(2)]
    assert together(3, talk) == [(heard, ["end of 0", "end of 1", "end of 2"])] * 3


def test_whoever_ends_too_early_ends_it_for_all_which_hear_why():
    def talk(ranks):
        others = Conversation(ranks)
        others.gather(None)
        if ranks.rank == 1:
            last = others.end("last words", "it rains")
        else:
            with pytest.raises(RanksError, match=r"^rank 1 of 3: it rains$"):
                others.gather("part")
            last = None
        assert others.is_over
        with pytest.raises(RuntimeError, match="expected a conversation that goes on, received one that has ended"):
            others.end("more")
        return last

    assert together(3, talk) == [None, [None, "last words", None], None]


def test_an_end_without_a_reason_is_told_too():
    def talk(ranks):
        others = Conversation(ranks)
        if ranks.rank:
            return others.end("all")
        with pytest.raises(RanksError, match="^rank 1 of 2: expected to go on, received its end$"):
            others.gather("part")

    assert together(2, talk) == [None, [None, "all"]]
