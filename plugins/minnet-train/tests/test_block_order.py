from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from minnet_train import StateError
from minnet_train.data import Blocks, StoredRows, blocks as limits, usual_block
from minnet_train.data.kept_parts import KeptParts
from minnet_train.training.block_order import BlockOrder
from minnet_train.training.shuffler import Shuffler


class Groups(StoredRows):
    """Rows that are read by groups, each of which is its own index."""

    def __init__(self, sizes, columns=1):
        super().__init__((sum(sizes), columns), np.float64)
        self._starts = np.cumsum([0, *sizes])[:-1]

    @property
    def units(self):
        return self._starts

    def take(self, rows):
        return np.repeat(np.asarray(rows, float)[:, None], self.shape[1], axis=1)


def uniform(count: int, block: int, lanes: int = 3) -> Blocks:
    return Blocks(count, np.arange(0, count, block), lanes)


def order_of(blocks: Blocks, step: int = 1, seed: int = 0) -> BlockOrder:
    return BlockOrder(blocks, step, np.random.default_rng(seed))


@settings(deadline=None, max_examples=200)
@given(
    count=st.integers(1, 300),
    block=st.integers(1, 320),
    lanes=st.integers(1, 8),
    step=st.integers(1, 40),
    seed=st.integers(0, 2**64),
)
def test_every_sample_comes_once_whatever_the_numbers_are(count, block, lanes, step, seed):
    order = order_of(uniform(count, block, lanes), step, seed)
    assert len(order) == count
    assert np.sort(order[:]).tolist() == list(range(count))


@settings(deadline=None)
@given(data=st.data(), count=st.integers(1, 120), block=st.integers(1, 50))
def test_it_is_indexed_as_the_array_is_that_it_stands_for(data, count, block):
    whole = np.array(order_of(uniform(count, block)))
    order = order_of(uniform(count, block))
    index = data.draw(
        st.one_of(
            st.slices(count),
            st.integers(-count, count - 1),
            st.lists(st.integers(-count, count - 1)).map(lambda places: np.array(places, np.int64)),
        )
    )
    assert np.array_equal(order[index], whole[index])
    assert np.asarray(order[index]).dtype == whole[index].dtype


def test_a_place_that_is_none_is_refused():
    with pytest.raises(IndexError, match="expected places among 9, received 9 to 9"):
        order_of(uniform(9, 3))[9]


@settings(deadline=None)
@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=30), lanes=st.integers(1, 8), step=st.integers(1, 30))
def test_few_blocks_are_gone_through_at_a_time_and_each_step_has_its_part_of_every_one(sizes, lanes, step):
    blocks = Blocks(sum(sizes), np.cumsum([0, *sizes])[:-1], lanes)
    order = order_of(blocks, step)
    block_of = np.searchsorted(blocks.starts, order[:], "right") - 1
    lanes = min(lanes, step, len(sizes))
    places = np.arange(len(order))
    first, last = (np.full(len(sizes), fill) for fill in (len(order), -1))
    np.minimum.at(first, block_of, places)
    np.maximum.at(last, block_of, places)
    # In all steps but the last, blocks are in `lanes` rows of which each has its place in every step.
    whole = order._whole
    assert len(order) - whole * step <= lanes * (max(sizes) + step)
    for lane in range(lanes):
        start, end = lane * step // lanes, (lane + 1) * step // lanes
        own = np.concatenate([block_of[at * step + start : at * step + end] for at in range(whole)] or [[]])
        changes = np.flatnonzero(np.diff(own))
        assert len(changes) == max(len(set(own.tolist())) - 1, 0)  # one block after another
    open_at = [np.count_nonzero((first <= at) & (last >= at)) for at in range(0, whole * step, step)]
    assert max(open_at, default=0) <= lanes


def test_a_rank_that_computes_a_part_of_every_step_needs_a_part_of_the_blocks():
    blocks, step, ranks = uniform(8 * 64 * 3, 64, lanes=8), 32, 4
    order, needed = order_of(blocks, step), [set() for _ in range(ranks)]
    for start in range(0, len(order), step):
        for rank in range(ranks):
            own = order[start + rank * step // ranks : start + (rank + 1) * step // ranks]
            needed[rank] |= {*(own // 64).tolist()}
    assert [len(each) for each in needed] == [len(blocks.starts) // ranks] * ranks


def test_it_does_so_if_blocks_have_other_sizes_too_but_for_the_last_of_each_lane():
    rows = np.flatnonzero(np.random.default_rng(0).random(200 * 100) < 0.7)
    blocks, step, ranks = Blocks.of(np.zeros((200 * 100, 1)), rows, 100), 32, 4
    order, needed = order_of(blocks, step), [set() for _ in range(ranks)]
    for start in range(0, len(order), step):
        for rank in range(ranks):
            own = order[start + rank * step // ranks : start + (rank + 1) * step // ranks]
            needed[rank] |= {*np.searchsorted(blocks.starts, own, "right").tolist()}
    assert max(len(each) for each in needed) <= 200 // ranks + 2 * blocks.lanes


def test_a_seed_decides_the_order_and_every_epoch_has_its_own():
    assert np.array_equal(order_of(uniform(500, 50))[:], order_of(uniform(500, 50))[:])
    assert not np.array_equal(order_of(uniform(500, 50))[:], order_of(uniform(500, 50), seed=1)[:])
    rng = np.random.default_rng(0)
    first, second = (BlockOrder(uniform(500, 50), 1, rng)[:] for _ in range(2))
    assert not np.array_equal(first, second)


def test_each_block_has_an_order_of_its_own():
    order = order_of(uniform(400, 40, lanes=1))[:]
    found = {tuple((order[start : start + 40] % 40).tolist()) for start in range(0, 400, 40)}
    assert len(found) == 10


def test_parts_that_were_used_last_are_kept():
    kept = KeptParts(np.arange(0, 50, 10), 50, 8, lambda part, start, end: np.arange(start, end))
    kept.limit = 2 * 80
    for part in (0, 1, 0, 2, 0):
        assert kept.take(np.array([10 * part + 3]), np.empty(1)).tolist() == [10 * part + 3]
        assert kept.nbytes <= kept.limit
    assert kept.reads == 3
    kept.take(np.array([10]), np.empty(1))
    assert kept.reads == 4
    kept.limit = 0
    kept.take(np.array([40, 20, 41]), np.empty(3))
    assert kept.nbytes == 2 * 80


def test_samples_of_a_block_and_blocks_are_in_random_order():
    ranks = np.mean([np.argsort(order_of(uniform(64, 8), seed=seed)[:]) for seed in range(400)], axis=0)
    assert np.abs(ranks - 31.5).max() < 5  # of a uniform place in 64, the mean of 400 deviates by 0.9


def test_a_hundred_million_samples_take_no_memory_of_their_own():
    tracemalloc.start()
    order = order_of(uniform(10**8, 65_536, 8), 256)
    for start in (0, 5 * 10**7, 10**8 - 256):
        assert len(np.unique(order[start : start + 256])) == 256
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6  # an order of all would be 800 MB


def shuffler_of(blocks: Blocks | None, step: int = 4, seed: int = 0) -> Shuffler:
    shuffler = Shuffler()
    shuffler.go_through(blocks, step)
    shuffler.use(seed)
    return shuffler


def test_another_process_goes_on_with_the_order_of_an_epoch_and_those_after_it():
    first = shuffler_of(uniform(100, 10))
    first.permutation(100)
    state, rest = first.state_dict(), first.permutation(100)[40:].tolist()
    first.begin_epoch()
    after = first.permutation(100)[:].tolist()
    second = Shuffler()
    second.go_through(uniform(100, 10), 4)
    second.load_state_dict(state)
    assert second.state_dict() == state
    second.use(None)
    assert second.permutation(100)[40:].tolist() == rest
    second.begin_epoch()
    assert second.permutation(100)[:].tolist() == after


@pytest.mark.parametrize(
    ("blocks", "step", "received"),
    [(None, 4, "no blocks"), (uniform(100, 20), 4, "100 samples, 5 blocks"), (uniform(100, 10), 5, "steps of 5")],
)
def test_an_epoch_cannot_go_on_by_other_blocks_but_the_next_one_can(blocks, step, received):
    first = shuffler_of(uniform(100, 10))
    first.permutation(100)
    second = Shuffler()
    second.go_through(blocks, step)
    second.load_state_dict(first.state_dict())
    second.use(None)
    with pytest.raises(StateError, match=f"whose samples come by 100 samples, 10 blocks, .*received .*{received}"):
        second.permutation(100)
    second.begin_epoch()
    assert sorted(second.permutation(100)[:].tolist()) == list(range(100))


def test_blocks_of_other_samples_are_refused():
    with pytest.raises(StateError, match="order: expected blocks of 99 samples, received those of 100"):
        shuffler_of(uniform(100, 10)).permutation(99)


def test_blocks_are_of_rows_and_samples_are_those_that_are_drawn():
    rows = np.array([0, 1, 5, 6, 7, 29])
    blocks = Blocks.of(np.zeros((30, 2)), rows, 5)
    assert (blocks.count, blocks.starts.tolist(), blocks.sizes.tolist()) == (6, [0, 2, 5], [2, 3, 1])


def test_groups_are_never_divided_and_small_ones_are_joined():
    features = Groups([10, 10, 50, 3, 3, 3, 3, 18])
    assert Blocks.of(features, np.arange(100), 20).starts.tolist() == [0, 20, 70]
    assert Blocks.of(features, np.arange(100), 1).starts.tolist() == [0, 10, 20, 70, 73, 76, 79, 82]
    assert Blocks.of(features, np.arange(100), 500).starts.tolist() == [0]


def test_so_many_blocks_are_read_at_a_time_as_memory_has_room_for(monkeypatch):
    monkeypatch.setattr(limits, "CACHE", 12 * 800)
    assert Blocks.of(np.zeros((1000, 1)), np.arange(1000), 100).lanes == 8
    assert Blocks.of(np.zeros((1000, 2)), np.arange(1000), 100).lanes == 4
    assert Blocks.of(np.zeros((1000, 100)), np.arange(1000), 100).lanes == 2
    assert Blocks.of(Groups([10, 300, 690]), np.arange(1000), 5).lanes == 2
    monkeypatch.setattr(limits, "ROWS", 400)
    assert Blocks.of(np.zeros((1000, 1)), np.arange(1000), 100).lanes == 4


def test_nobody_has_to_say_how_large_blocks_are(monkeypatch):
    assert usual_block(np.zeros((10, 2))) is None
    assert usual_block(Groups([10])) == 65_536
    assert usual_block(Groups([10], columns=2**12)) == 2**13 // 12
    assert usual_block(Groups([1], columns=2**26)) == 1
