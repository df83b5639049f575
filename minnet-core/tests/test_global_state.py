from __future__ import annotations

import random

import numpy as np
import pytest

from minnet_core.state import GlobalState


@pytest.fixture(autouse=True)
def _kept():
    before = GlobalState.now()
    yield
    before.restore()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: np.random.random(),
        lambda: np.random.standard_normal(),
        lambda: np.random.seed(3),
        lambda: np.random.random(5000),
        lambda: random.random(),
        lambda: random.gauss(0, 1),
        lambda: random.seed(3),
    ],
)
def test_whatever_is_drawn_or_seeded_is_seen_and_taken_back(draw):
    np.random.seed(0)
    np.random.random()  # so that one more comes from the same block of numbers
    before = GlobalState.now()
    assert before.is_current()
    draw()
    assert not before.is_current()
    before.restore()
    assert before.is_current()


def test_the_same_numbers_are_drawn_after_going_back():
    before = GlobalState.now()
    first = np.random.standard_normal(3).tolist(), random.random()
    before.restore()
    assert (np.random.standard_normal(3).tolist(), random.random()) == first


def test_a_generator_of_ones_own_is_no_matter():
    before = GlobalState.now()
    np.random.default_rng(0).random()
    random.Random(0).random()
    assert before.is_current()


def test_the_states_of_a_seed_are_the_same_each_time():
    GlobalState.of_seed(7).restore()
    assert GlobalState.of_seed(7).is_current()
    assert not GlobalState.of_seed(8).is_current()


def test_entering_a_seed_is_going_to_its_states():
    random.gauss(0, 1), np.random.standard_normal()  # each leaves a second number behind, which seeding must forget
    GlobalState.enter(7)
    assert GlobalState.of_seed(7).is_current()


@pytest.mark.parametrize("seed", [np.random.seed, random.seed])
def test_seeding_is_seen_even_with_the_same_seed(seed):
    GlobalState.of_seed(7).restore()
    seed(7)
    assert not GlobalState.of_seed(7).is_current()


def test_another_kind_of_generator_is_taken_back_too():
    before, usual = GlobalState.now(), np.random.get_bit_generator()
    np.random.set_bit_generator(np.random.PCG64(1))
    try:
        its = GlobalState.now()
        first = np.random.random()
        assert not its.is_current()
        before.restore()
        assert before.is_current()
        its.restore()
        assert np.random.random() == first
        GlobalState.enter(7)
        assert GlobalState.of_seed(7).is_current()
    finally:
        np.random.set_bit_generator(usual)


def test_finding_the_states_of_a_seed_changes_nothing():
    before = GlobalState.now()
    GlobalState.of_seed(7)
    assert before.is_current()
