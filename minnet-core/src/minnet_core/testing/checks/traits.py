"""Whether what a case declares of its component is so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..check import check, fail, skip
from ..mean_shifts import mean_shifts
from ..numerics import are_floating, is_floating, named_arrays
from ..trait_detection import (
    REACH,
    depends_on_the_batch,
    draws_globally,
    find_kink,
    has_rows,
    is_batch_coupled,
    is_stochastic,
    train_differs,
)
from ..trial import Trial
from .data import ROWLESS
from .protocol import RUNS

FAR = (REACH, *(REACH * 4.0**power for power in range(-1, 8)), *[REACH] * 8)
"""How far kinks are looked for that are said to exist: near, and to 100,000 times the usual size of an input."""


@check("traits", level="wrong result", of=["layer"], needs=RUNS)
def stochastic_is_declared_rightly(trial: Trial) -> None:
    """Training draws random numbers if and only if the case says so."""
    _skip_inferred(trial, "stochastic")
    if is_stochastic(trial) != trial.is_stochastic:
        _contradict(
            "stochastic",
            trial.is_stochastic,
            "its training passes draw random numbers",
            "its training passes draw none",
        )


@check("traits", level="wrong result", of=["layer"], needs=RUNS)
def global_generator_is_declared_rightly(trial: Trial) -> None:
    """A component that is declared to draw from a global generator does."""
    _expect_if_declared(trial, "global-generator", draws_globally, "it draws from none")


@check("traits", level="wrong result", of=["layer"], needs=RUNS)
def changes_mean_is_declared_rightly(trial: Trial) -> None:
    """A component that is declared to change the mean in training does."""
    _skip_inferred(trial, "changes-mean")
    if "changes-mean" not in trial.traits or not trial.is_stochastic:
        skip("it is not declared to; that it does not is another check")
    if all(abs(shift.size_in_errors) < 3 for shift in mean_shifts(trial, draws=2000)):
        _contradict("changes-mean", True, "", "its training outputs average to the evaluation output")


@check("traits", level="wrong result", of=["layer"], needs=RUNS)
def train_differs_is_declared_rightly(trial: Trial) -> None:
    """Training and evaluation compute different things if and only if the case says so."""
    _skip_inferred(trial, "train-differs")
    differs = train_differs(trial)
    if differs != ("train-differs" in trial.traits):
        _contradict("train-differs", not differs, "its two modes give different results", "its two modes give the same")


@check("traits", level="wrong result", needs=RUNS)
def batch_coupling_is_declared_rightly(trial: Trial) -> None:
    """A component that is declared to couple the samples of a batch does, if its output has a row for each."""
    if not all(has_rows(trial, batch) for batch in trial.batches()):
        skip(ROWLESS)

    def holds(trial: Trial) -> bool:
        return is_batch_coupled(trial) or depends_on_the_batch(trial)

    _expect_if_declared(trial, "batch-coupled", holds, "each sample alone gives what it gives in a batch")


@check("traits", level="wrong result", needs=[*RUNS, "stochastic_is_declared_rightly"])
def kinks_are_declared_rightly(trial: Trial) -> None:
    """There are kinks, as far as lines through some inputs show, if and only if the case says so."""
    _skip_inferred(trial, "kinks")
    trial.require_real()
    is_declared = "kinks" in trial.traits
    place = find_kink(trial, FAR if is_declared else [REACH])
    if (place is not None) != is_declared:
        _contradict("kinks", place is None, f"there is one at {place}", "none is found along lines through its inputs")


@check("traits", level="wrong result", needs=["is_made"])
def inputs_are_of_the_declared_domain(trial: Trial) -> None:
    """What the case draws lies in the domain that it declares, and targets are integers if it says so."""
    for shape in trial.case.shapes:
        input = trial.draw_input(shape=shape)
        for (name, array), fill in zip(named_arrays("input", input), trial.fills(input), strict=True):
            if fill is not None:  # as the input says, and no trait
                continue
            if not is_floating(array):
                if trial.domain not in (None, "integer-input"):
                    fail(f"{name}: expected floating numbers of the domain {trial.domain}, received {array.dtype}")
                continue
            problem = _outside(trial.domain, array)
            if problem:
                fail(f"{name}, shape {array.shape}: {problem}, and the case declares {trial.domain}")
        if trial.kind == "criterion":
            target = trial.case.draw_target(trial.rng, np.float64, shape)
            integral = target is not None and not any(are_floating(target))
            if integral != ("integer-target" in trial.traits) and not trial.case.infers:
                _contradict("integer-target", not integral, "its targets are integers", "its targets are no integers")


def _skip_inferred(trial: Trial, trait: str) -> None:
    """Skip a trait that nobody has declared or left out on purpose."""
    if trial.case.infers and trait not in trial.case.traits:
        skip("its traits were found out rather than declared")


def _expect_if_declared(trial: Trial, trait: str, holds: Callable[[Trial], bool], does_not: str) -> None:
    """Expect a component to have a trait that it is declared to have."""
    _skip_inferred(trial, trait)
    if trait not in trial.traits:
        skip("it is not declared to; that it does not is another check")
    if not holds(trial):
        _contradict(trait, True, "", does_not)


def _contradict(trait: str, declared: bool, holds: str, does_not: str) -> None:
    if declared:
        fail(f"declared {trait!r}, but {does_not}")
    fail(f"not declared {trait!r}, but {holds}; add it to traits, if it is meant")


def _outside(domain: str | None, array: np.ndarray) -> str | None:
    """What is wrong with numbers that should be of a domain."""
    if domain == "integer-input":
        return "the numbers are no integers"
    if domain == "positive-input" and not (array > 0).all():
        return "some numbers are not positive"
    if domain in ("unit-interval-input", "probability-input") and not ((array >= 0) & (array <= 1)).all():
        return "some numbers are not from 0 to 1"
    if domain in ("probability-input", "log-probability-input"):
        sums = (np.exp(array) if domain == "log-probability-input" else array).sum(axis=-1)
        if not np.allclose(sums, 1):
            return "the probabilities do not sum to 1 along the last axis"
    return None
