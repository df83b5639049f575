"""A computation that pauses: in turns with whoever goes on with it, and gone when nobody does."""

from __future__ import annotations

import threading
from contextvars import ContextVar

import numpy as np
import pytest

from minnet_core.state import global_state_kept
from minnet_train.training.routine import Routine

variable: ContextVar[str] = ContextVar("variable", default="unset")


def test_it_is_given_what_it_asked_for_and_raises_what_it_raises():
    def work(ask):
        told = [ask(1), ask(2)]
        raise ArithmeticError(f"{told}")

    with Routine(work) as routine:
        assert (routine.resume(None), routine.resume("a")) == (1, 2)
        with pytest.raises(ArithmeticError, match=r"\['a', 'b'\]"):
            routine.resume("b")


@pytest.mark.parametrize("resumed", [0, 1, 2])
def test_it_is_ended_wherever_it_is_and_catches_nothing_of_that(resumed):
    ended = []

    def work(ask):
        try:
            ask(1)
        except Exception:
            ended.append("as an error")
        finally:
            ended.append("cleared up")

    before = threading.active_count()
    with Routine(work) as routine:
        for _ in range(resumed):
            routine.resume(None)
    assert threading.active_count() == before
    assert ended == ["cleared up"] * (resumed > 0)


def test_context_and_error_state_are_those_of_whoever_makes_it():
    def work(ask):
        seen.append((variable.get(), np.geterr()["over"]))
        variable.set("inside")
        ask(None)

    seen = []
    token = variable.set("outside")
    with np.errstate(over="raise"):
        made = Routine(work)
    with made as routine:
        routine.resume(None)
        assert variable.get() == "outside"
    variable.reset(token)
    assert seen == [("outside", "raise")]


def test_it_draws_from_the_generator_of_all_as_if_it_were_alone():
    def work(ask):
        drawn = [np.random.normal()]
        ask(None)
        return [*drawn, np.random.normal(), np.random.uniform()]

    with global_state_kept():
        results = []
        for others in (0, 1, 3):
            routines = []
            for seed in (7, *range(others)):
                np.random.seed(seed)
                routines.append(Routine(work))
                routines[-1].resume(None)
            found = [each.resume(None) for each in routines]
            for each in routines:
                with each:
                    pass
            results.append(found[0])
        np.random.seed(7)
        assert results == [[np.random.normal(), np.random.normal(), np.random.uniform()]] * 3
