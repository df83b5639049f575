"""Random numbers: from generators of the component's own, in training alone, and the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...nn import Array, Tensor
from ...state import GlobalState, generator_states
from ..check import check, fail, skip
from ..mean_shifts import mean_shifts
from ..numerics import are_equal, copied, expect_equal, format_number, is_floating, map_arrays, named_arrays
from ..passes import Batch, backward, forward, parameters, run
from ..trial import Mode, Trial
from .protocol import RUNS

REPEATS = 100
"""How many passes must be the same before a component is said to draw nothing new."""

DRAWS = 600
"""How many training passes the mean is taken over."""


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def a_seed_gives_the_same_component(trial: Trial) -> None:
    """Two components made with the same seed have the same parameters and draw the same numbers."""
    if not _can_be_seeded(trial):
        skip("it takes no rng")
    results = []
    batch, before = trial.batch(), GlobalState.now()
    for _ in range(2):
        before.restore()
        results.append(_results(trial.case.build(rng=7), batch))
    expect_equal(results[1], results[0], "of a second component made with the same seed", rtol=0)


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def seeds_give_different_components(trial: Trial) -> None:
    """Components made with different seeds differ, in their parameters or in what they draw."""
    if not trial.case.takes_rng:
        skip("it takes no rng")
    batch = trial.batch()
    if not parameters(trial.prototype) and not trial.is_stochastic:
        skip("it draws nothing")
    batch = batch.repeated(32)
    first = _results(trial.case.build(0), batch)
    if all(are_equal(_results(trial.case.build(seed), batch), first, rtol=0) for seed in range(1, 12)):
        fail("rng=0, 1, 2, ... 11: expected different parameters or outputs, they are the same: rng is not used")


@check("randomness", level="weakness", of=["layer"], needs=["a_seed_gives_the_same_component"])
def rng_is_what_numpy_takes(trial: Trial) -> None:
    """``rng`` may be a seed or a generator, which draw the same; None gives a new component each time."""
    if not trial.case.takes_rng:
        skip("it takes no rng")
    batch = trial.batch().repeated(64)  # or a mask that rarely drops anything would now and then be one five times
    seeded, generated, other = (_results(trial.case.build(rng), batch) for rng in (5, np.random.default_rng(5), 6))
    expect_equal(generated, seeded, "with rng=np.random.default_rng(5), not rng=5", rtol=0)
    if are_equal(other, seeded, rtol=0):
        skip("it draws nothing")
    first = _results(trial.case.build_with({"rng": None}), batch)
    if all(are_equal(_results(trial.case.build_with({"rng": None}), batch), first, rtol=0) for _ in range(4)):
        fail("rng=None, five times: expected components that differ, they are all the same")


@check("randomness", level="weakness", of=["layer"], needs=RUNS)
def the_global_generator_is_left_alone(trial: Trial) -> None:
    """Making a component and training it draw nothing from NumPy's or Python's global generators."""
    if "global-generator" in trial.traits:
        skip("it is declared to draw from NumPy's global generator")
    batch, before = trial.batch(), GlobalState.now()
    component = trial.case.build()
    _expect_states(before, "making it")
    component.astype(np.float64)
    component.forward(batch.input)
    _expect_states(before, "forward")
    backward(component, batch)
    _expect_states(before, "backward")


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def evaluation_draws_nothing(trial: Trial) -> None:
    """Passes in evaluation mode draw from no generator, its own or a global one."""
    component, batch = trial.fresh("evaluate"), trial.batch("evaluate")
    before, own = GlobalState.now(), generator_states(component)
    component.forward(batch.input)
    backward(component, batch)
    _expect_states(before, "evaluation")
    if generator_states(component) != own:
        fail("evaluate mode: expected its generator to be left alone, it was drawn from")


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def backward_draws_nothing(trial: Trial) -> None:
    """Backward uses the numbers that forward drew, and draws none."""
    component, batch = trial.fresh(), trial.batch()
    forward(component, batch)
    before, own = GlobalState.now(), generator_states(component)
    backward(component, batch)
    _expect_states(before, "backward")
    if generator_states(component) != own:
        fail("backward: expected its generator to be left alone, it was drawn from")


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def successive_draws_differ(trial: Trial) -> None:
    """Two training passes over one batch draw different numbers."""
    if not trial.is_stochastic:
        skip("it draws no random numbers")
    component, batch = trial.fresh(), trial.batch().repeated(4)
    first = dict(named_arrays("output", copied(component.forward(batch.input))))
    for _ in range(REPEATS):
        if not are_equal(dict(named_arrays("output", component.forward(batch.input))), first, rtol=0):
            return
    fail(f"{1 + REPEATS} training passes over one batch: expected different outputs, they are the same")


@check("randomness", level="wrong result", of=["layer"], needs=RUNS)
def the_mean_is_preserved(trial: Trial) -> None:
    """The average of many training outputs is the evaluation output, within six standard errors.

    Of a layer that declares no traits this is asked if it is a random linear map, as dropout is, with a constant added
    or not: of one with a bend behind its random numbers, or statistics of the batch, nobody says so.
    """
    if not trial.is_stochastic:
        skip("it draws no random numbers")
    if "changes-mean" in trial.traits:
        skip("it is declared to change the mean")
    if trial.case.infers and not _is_randomly_linear(trial):
        skip("its traits were found out rather than declared, and it is no linear map with random factors")
    for shift in mean_shifts(trial, DRAWS):
        if not abs(shift.size_in_errors) <= 6:  # which nan is not either
            fail(
                f"{shift.place}: the mean of {DRAWS} training outputs is {format_number(shift.mean)}, "
                f"the evaluation output {format_number(shift.expected)}, "
                f"{abs(shift.size_in_errors):.0f} standard errors away; "
                "if that is meant, it has the trait 'changes-mean'"
            )


def _is_randomly_linear(trial: Trial) -> bool:
    """Whether training outputs of the same draws are linear in the input, but for what the output of zeros is."""
    if not trial.is_real:
        return False
    one = trial.draw_input()  # the integers of which stay
    other = map_arrays(lambda kept, drawn: drawn if is_floating(kept) else kept, one, trial.draw_input())

    def outputs(input: Tensor, mode: Mode = "train") -> dict[str, Array]:
        return dict(named_arrays("output", copied(forward(trial.fresh(mode), Batch(input, None)))))

    zeros = map_arrays(lambda array: 0 * array if is_floating(array) else array, one)
    of_zeros = outputs(zeros)
    of_one, of_other = outputs(one), outputs(other)
    of_sum = outputs(map_arrays(lambda a, b: a + b if is_floating(a) else a, one, other))
    added = {name: of_one[name] + of_other[name] - array for name, array in of_zeros.items()}
    return are_equal(of_sum, added, rtol=1e-7) and are_equal(of_zeros, outputs(zeros, "evaluate"), rtol=1e-7)


def _results(component: Any, batch: Batch) -> dict[str, Array]:
    """The parameters of a new component, and what a pass computes."""
    component.astype(np.float64)
    return {**parameters(component), **run(component, batch)}


def _can_be_seeded(trial: Trial) -> bool:
    return trial.case.takes_rng or "global-generator" in trial.traits


def _expect_states(before: GlobalState, when: str) -> None:
    if not before.is_current():
        fail(f"{when}: expected the global generators to be left alone, they were drawn from; take rng= instead")
