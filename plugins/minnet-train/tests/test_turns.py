"""Functions that take turns: each pauses where it asks, all are given the same, and none is left behind."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import ContextVar

import numpy as np
import pytest

from minnet_core.state import global_state_kept
from minnet_train.training.global_stream import lent_streams
from minnet_train.training.turns import Turns

variable: ContextVar[str] = ContextVar("variable", default="unset")


def run(works, exchange):
    with lent_streams(len(works)) as streams:
        Turns(works, exchange, streams).run()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_is_given_what_all_have_told_in_their_order(count):
    running, rounds = [], []

    def make(number):
        def work(ask):
            given = []
            for turn in range(3):
                running.append(number)
                given.append(ask((number, turn)))
                assert running[-1] == (number - 1 if number else count - 1)  # only one runs at a time
            running.append(number)
            return given

        return work

    run([make(number) for number in range(count)], lambda told: rounds.append(told) or len(rounds))
    assert rounds == [
        *([(number, turn) for number in range(count)] for turn in range(3)),
        [[1, 2, 3]] * count,
    ]
    assert running == [*range(count)] * 4


@pytest.mark.parametrize("failing", [0, 1, 2, "exchange"])
@pytest.mark.parametrize("after", [0, 2])
def test_an_error_of_one_ends_all_and_nothing_catches_the_end_as_an_error(failing, after):
    ended = []

    def make(number):
        def work(ask):
            try:
                for turn in range(4):
                    if number == failing and turn == after:
                        raise ArithmeticError("of one")
                    ask(turn)
            except ArithmeticError:
                raise
            except Exception:
                ended.append("as an error")
            finally:
                ended.append(number)

        return work

    def exchange(told):
        if failing == "exchange" and told[0] == after:
            raise ArithmeticError("of one")

    before = threading.active_count()
    with pytest.raises(ArithmeticError, match="of one"):
        run([make(number) for number in range(3)], exchange)
    assert threading.active_count() == before
    has_begun = [number for number in range(3) if after or failing == "exchange" or number <= failing]
    assert sorted(ended) == has_begun


def test_a_function_that_goes_on_whatever_happens_is_ended_all_the_same():
    def stubborn(ask):
        for _ in range(5):
            with suppress(BaseException):
                ask(None)

    def failing(ask):
        ask(None)
        raise ArithmeticError("of one")

    before = threading.active_count()
    for works in ([stubborn, failing, stubborn], [failing, stubborn], [stubborn, stubborn, failing]):
        with pytest.raises(ArithmeticError):
            run(works, len)
    assert threading.active_count() == before


def test_functions_that_do_not_return_together_are_an_error():
    for works in ([lambda ask: ask(1), lambda ask: 2], [lambda ask: 2, lambda ask: ask(1)]):
        with pytest.raises(RuntimeError, match="return in the same round"):
            run(works, len)


def test_context_and_error_state_are_those_of_whoever_makes_it():
    def work(ask):
        seen.append((variable.get(), np.geterr()["over"]))
        variable.set("inside")
        ask(None)
        seen.append((variable.get(), np.geterr()["over"]))

    seen = []
    token = variable.set("outside")
    with np.errstate(over="raise"), lent_streams(2) as streams:
        made = Turns([lambda ask: ask(None) and None, work], len, streams)
        with np.errstate(over="ignore"):
            made.run()
    assert variable.get() == "outside"
    variable.reset(token)
    assert seen == [("outside", "raise"), ("inside", "raise")]


@pytest.mark.parametrize("kind", [np.random.MT19937, np.random.PCG64, np.random.SFC64])
def test_each_draws_from_the_bits_of_all_as_if_it_were_alone(kind):
    draws = [
        lambda: np.random.normal(),  # which keeps the second of a pair
        lambda: np.random.randint(0, 7, 3, np.uint8),  # of which four are made of 32 bits
        lambda: np.random.randint(0, 2**33, 2),
        lambda: np.random.permutation(5),
        lambda: np.random.choice(9, 4, replace=False),
        lambda: np.random.gamma(0.3, size=3),  # some of which are rejected
        lambda: np.random.binomial(50, 0.4, 3),
        lambda: np.random.random_sample(3),
        lambda: np.random.normal(size=3),
        lambda: np.random.bytes(3),
    ]

    def make(seed, pauses):
        def work(ask):
            np.random.set_state({**kind(seed).state, "has_gauss": 0, "gauss": 0.0})
            found = []
            for draw in draws:
                found.append(draw())
                if pauses:
                    ask(None)
                else:
                    state = np.random.get_state(legacy=False)
                    np.random.set_state({**state, "has_gauss": 0})
            told[seed] = found

        return work

    with global_state_kept():
        np.random.set_bit_generator(before := kind(3))
        told = {}
        for seed in (7, 8, 9):
            make(seed, False)(None)
        alone = repr(told)
        for seeds in ([7], [7, 8], [8, 7, 9], [9, 7, 8]):
            np.random.normal()
            run([make(seed, True) for seed in seeds], len)
            assert repr(told) == alone
        assert np.random.get_bit_generator() is before
        assert np.random.get_state(legacy=False)["has_gauss"] == 0
