from __future__ import annotations

import numpy as np
import pytest

from minnet_train import StateError
from minnet_train.training.shuffler import Shuffler


def orders(order: Shuffler, epochs: int) -> list[list[int]]:
    found = []
    for _ in range(epochs):
        order.begin_epoch()
        found.append(order.permutation(9).tolist())
    return found


def begun(rng) -> Shuffler:
    order = Shuffler()
    order.use(rng)
    return order


def test_every_epoch_has_an_order_of_its_own_which_a_seed_decides():
    first = orders(begun(0), 3)
    assert len({tuple(order) for order in first}) == 3
    assert all(sorted(order) == list(range(9)) for order in first)
    assert orders(begun(0), 3) == first
    assert orders(begun(1), 3) != first


def test_it_is_the_order_that_the_generator_draws():
    rng = np.random.default_rng(0)
    assert orders(begun(0), 2) == [rng.permutation(9).tolist() for _ in range(2)]


def test_within_an_epoch_the_order_stays():
    order = begun(0)
    (first,) = orders(order, 1)
    assert order.permutation(9).tolist() == first


def test_a_generator_that_is_there_already_is_kept():
    order = begun(0)
    order.use(99)
    assert orders(order, 2) == orders(begun(0), 2)


def test_a_state_goes_on_with_the_same_order_and_those_after_it():
    order = begun(0)
    orders(order, 2)
    state, now = order.state_dict(), order.permutation(9).tolist()
    after = orders(order, 2)
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
