from __future__ import annotations

import numpy as np
import pytest

from minnet_train import StateError
from minnet_train.training.shuffler import Shuffler


def orders(shuffler: Shuffler, epochs: int) -> list[list[int]]:
    found = []
    for _ in range(epochs):
        shuffler.begin_epoch()
        found.append(shuffler.permutation(9).tolist())
    return found


def begun(rng) -> Shuffler:
    shuffler = Shuffler()
    shuffler.use(rng)
    return shuffler


def test_every_epoch_has_an_order_of_its_own_which_a_seed_decides():
    first = orders(begun(0), 3)
    assert len({tuple(each) for each in first}) == 3
    assert all(sorted(each) == list(range(9)) for each in first)
    assert orders(begun(0), 3) == first
    assert orders(begun(1), 3) != first


def test_it_is_the_order_that_the_generator_draws():
    rng = np.random.default_rng(0)
    assert orders(begun(0), 2) == [rng.permutation(9).tolist() for _ in range(2)]


def test_within_an_epoch_the_order_stays():
    shuffler = begun(0)
    (first,) = orders(shuffler, 1)
    assert shuffler.permutation(9).tolist() == first


def test_a_generator_that_is_there_already_is_kept():
    shuffler = begun(0)
    shuffler.use(99)
    assert orders(shuffler, 2) == orders(begun(0), 2)


def test_a_state_goes_on_with_the_same_order_and_those_after_it():
    shuffler = begun(0)
    orders(shuffler, 2)
    state, now = shuffler.state_dict(), shuffler.permutation(9).tolist()
    after = orders(shuffler, 2)
    loaded = Shuffler()
    loaded.load_state_dict(state)
    assert loaded.state_dict() == state
    loaded.use(None)
    assert loaded.permutation(9).tolist() == now
    assert orders(loaded, 2) == after


def test_a_state_of_before_the_first_epoch_has_no_generator():
    loaded = Shuffler()
    loaded.load_state_dict(Shuffler().state_dict())
    loaded.use(0)
    assert orders(loaded, 2) == orders(begun(0), 2)


def test_a_state_of_no_generator_of_numpy_is_refused():
    loaded = Shuffler()
    loaded.load_state_dict({"now": {"bit_generator": "Strange"}, "start": None})
    with pytest.raises(StateError, match="order: expected the state of a generator of NumPy, received 'Strange'"):
        loaded.use(0)
