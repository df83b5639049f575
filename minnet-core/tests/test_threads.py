"""What ``evaluation_is_thread_safe`` finds, and what it lets pass."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from minnet_core import Example, Module
from minnet_core.testing import Case, WeaknessWarning, check_component, examine

THREADS = "evaluation_is_thread_safe"


class Identity(Module):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


class Cached(Identity):
    def updateOutput(self, input):
        self.mean = input.mean(axis=0)
        centered = input - self.mean
        self.output = centered + self.mean
        return self.output


class Work(threading.local):
    """An array for each thread; `copy.deepcopy` makes another."""

    def __deepcopy__(self, memo):
        return Work()


class PerThread(Identity):
    def __init__(self):
        super().__init__()
        self.work = Work()

    def updateOutput(self, input):
        self.work.doubled = 2 * input
        output = self.work.doubled - input
        self.output = output
        return output


class Lock:
    """A lock, of which a copy is another."""

    def __init__(self):
        self.lock = threading.Lock()

    def __deepcopy__(self, memo):
        return Lock()


class Locked(Identity):
    def __init__(self):
        super().__init__()
        self.guard = Lock()

    def updateOutput(self, input):
        with self.guard.lock:
            self.output = 2 * input
            self.output = self.output - input
            return self.output


class InPlace(Identity):
    def __init__(self):
        super().__init__()
        self.work, self.one = np.zeros((8, 3)), 1.0

    def updateOutput(self, input):
        work = self.work[: len(input)]
        work[...] = input
        work *= self.one
        output = work.astype(input.dtype)
        self.output = output
        return output


def results(cls):
    return list(examine(Case(cls, input=(4, 3)), [THREADS]))


def test_an_attribute_that_is_read_again_is_a_weakness_and_named():
    (result,) = results(Cached)
    assert (result.status, result.outcome, result.is_bad) == ("failed", "weakness", False)
    assert result.message.startswith(f"Cached has a weakness: {THREADS}\n  output, evaluate mode: another thread's")
    assert "where updateOutput uses self.mean (line " in result.message


def test_an_array_that_is_kept_to_work_in_is_found():
    (result,) = results(InPlace)
    assert result.outcome == "weakness"


@pytest.mark.parametrize("cls", [PerThread, Locked])
def test_arrays_of_each_thread_and_locks_are_taken(cls, monkeypatch):
    monkeypatch.setattr("minnet_core.testing.checks.threads.PATIENCE", 0.01)
    (result,) = results(cls)
    assert (result.status, result.message) == ("passed", "")


def test_a_weakness_fails_neither_check_component_nor_the_case():
    with pytest.warns(WeaknessWarning, match=f"^Cached has 1 weakness: {THREADS}\n"):
        (report,) = check_component(Case(Cached, input=(4, 3)), checks=[THREADS])
    assert [result.check for result in report.weaknesses] == [THREADS]
    assert report.failures == ()
    assert report.count("weakness") == 1


def test_a_weakness_that_is_declared_is_an_expected_failure():
    class Declared(Cached):
        EXAMPLES = (Example(input=(4, 3), expected_failures={THREADS: "for one thread"}),)

    (report,) = check_component(Declared, checks=[THREADS])
    assert report.count("expected failure") == 1
