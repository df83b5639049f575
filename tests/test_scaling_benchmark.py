"""The benchmark of several ranks: what its model of a step says."""

import pytest
from attrs import evolve
from benchmarks.scaling import RANKS, Costs, Network, last_that_pays, normalized  # of conftest.py

FREE = Network("free", 0.0, float("inf"))
ITS = Costs(row=1e-5, step=0.0, shard=0.0, gather=0.0, add=0.0, parameters=100_000)


@pytest.mark.parametrize("ranks", RANKS)
def test_over_a_network_that_costs_nothing_twice_the_ranks_are_twice_as_fast(ranks):
    assert ITS.whole(8192) / ITS.divided(8192, 1024, ranks, FREE) == pytest.approx(ranks)


def test_a_step_takes_as_long_as_the_rank_with_the_most_shards():
    assert ITS.divided(800, 8, 3, FREE) == pytest.approx(3 / 8 * ITS.whole(800))


def test_each_figure_of_the_network_costs_something():
    free = ITS.divided(8192, 64, 16, FREE)
    slow = ITS.divided(8192, 64, 16, Network("slow", 1e-6, float("inf")))
    narrow = ITS.divided(8192, 64, 16, Network("narrow", 0.0, 1e9))
    # 4 rounds in the beginning, 15 messages to the others and 4 rounds in the sum, and 8 in the gathering.
    assert slow - free == pytest.approx(31e-6)
    # 64 - 4 + 1 vectors of 400 kB, a sixteenth of each; then 15 sixteenths of the sum; and 64 results.
    assert narrow - free == pytest.approx((61 / 16 + 15 / 16) * 4e-4 + 64 * 300e-9, rel=0.06)


def test_where_it_stops_paying_is_the_last_number_of_ranks_that_was_worth_it():
    assert last_that_pays([1 / ranks for ranks in RANKS]) == RANKS[-1]
    assert last_that_pays([max(1 / ranks, 1 / 64) for ranks in RANKS]) == 64


def test_statistics_of_the_whole_batch_cost_two_messages_for_each_layer_that_normalizes():
    its = evolve(ITS, normalizing=2, features=300, gather=1e-5, shard_in_step=1e-3)
    assert its.divided(8192, 64, 16, FREE, in_step=True) - its.divided(8192, 64, 16, FREE) == pytest.approx(
        4 * 1e-3 + 5 * 1e-5
    )
    slow, narrow = Network("slow", 1e-6, float("inf")), Network("narrow", 0.0, 1e9)
    more = [
        its.divided(8192, 64, 16, each, in_step=True) - its.divided(8192, 64, 16, FREE, in_step=True)
        - (its.divided(8192, 64, 16, each) - its.divided(8192, 64, 16, FREE))
        for each in (slow, narrow)
    ]  # fmt: skip
    # Two layers, forwards and backwards, and the losses: 5 times two calls of 4 rounds.
    assert more[0] == pytest.approx(5 * 2 * 4 * 1e-6)
    assert more[1] == pytest.approx(64 * 300 * 40 / 1e9)


def test_layers_that_normalize_are_those_of_the_network():
    assert [normalized(name) for name in ("mlp-small", "digits-64")] == [[], [256, 128]]
