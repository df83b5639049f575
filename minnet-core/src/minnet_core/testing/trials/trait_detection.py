"""Finding out by trying which traits a component has."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
from attrs import evolve, frozen

from ...nn import DOMAINS, Array
from ..cases import Case
from ..numerics import are_equal, map_arrays, named_arrays, samples, stacked, structure
from ..outcomes import fail
from ..passes import Batch, GlobalState, backward, buffers, forward, generator_states, run
from .trial import Trial

CANDIDATES = (None, "integer-input", "positive-input", "unit-interval-input")
"""Domains of the input, in the order in which they are tried."""

TAKEN_FOR_GRANTED = frozenset({"kinks"})
"""Traits that only excuse something, and cannot be told for sure: an input on a kink is drawn anew."""


def draws_globally(trial: Trial) -> bool:
    """Whether making a component, or a training pass, draws from a global generator."""
    batch, before = trial.batch(), GlobalState.now()
    component = trial.case.build()
    component.forward(*_arguments(trial, batch))
    backward(component, batch)
    return not before.is_current()


def is_stochastic(trial: Trial) -> bool:
    """Whether training passes draw from a generator, or differ from each other without anything else that does."""
    component = copy.deepcopy(trial.prototype)
    batch = trial.batch()
    arguments = _arguments(trial, batch)
    component.forward(*arguments)  # which may make a buffer
    states, before = generator_states(component), GlobalState.now()
    first = map_arrays(np.array, component.forward(*arguments))
    if generator_states(component) != states or not before.is_current():
        return True
    again = copy.deepcopy(component)
    second = map_arrays(np.array, again.forward(*arguments))
    return not are_equal(_named(first), _named(second)) and not buffers(component)


def train_differs(trial: Trial) -> bool:
    """Whether training and evaluation give different results, of passes over a few batches."""
    for _ in range(3):
        for shape in trial.case.shapes:
            batch = trial.batch(shape=shape)
            evaluating = trial.fresh("evaluate")
            training = copy.deepcopy(evaluating)
            training.train()
            if not are_equal(run(training, batch.copy()), run(evaluating, batch.copy())):
                return True
    return False


def is_batch_coupled(trial: Trial) -> bool:
    """Whether the output for a sample depends on the others, in a mode without random numbers."""
    for mode in trial.repeatable_modes:
        for batch in trial.batches(mode):
            if samples(batch.input) < 2:
                other = trial.batch(mode, input=trial.draw_input(shape=structure(batch.input)))
                batch = Batch(stacked(batch.input, other.input), stacked(batch.second, other.second))
            try:
                alone = one_by_one(trial, mode, batch)
            except ValueError:  # a single sample is refused
                return True
            if not are_equal(alone, run(trial.fresh(mode), batch), rtol=1e-7):
                return True
    return False


def is_clipped_to_probabilities(trial: Trial) -> bool:
    """Whether a loss does not change at all outside of 0 to 1, but does inside: it is meant for probabilities."""
    batch, rng = trial.batch(), trial.rng

    def loss(low: float, high: float) -> float:
        drawn = map_arrays(lambda array: rng.uniform(low, high, array.shape).astype(array.dtype), batch.input)
        return float(forward(trial.fresh(), Batch(drawn, batch.second)))

    outside = {loss(*bounds) for bounds in ((-3, -0.1), (-2, -0.5), (-30, -20))}
    above = {loss(*bounds) for bounds in ((1.1, 3), (1.5, 2), (20, 30))}
    inside = {loss(0.1, 0.9) for _ in range(3)}
    return len(outside) == len(above) == 1 and len(inside) == 3


def one_by_one(trial: Trial, mode: str, batch: Batch) -> dict[str, Array]:
    """The results of a batch, put together from those of its samples one by one."""
    count = samples(batch.input)
    if any(len(array) != count for _, array in named_arrays("", batch.second) if array.ndim):
        fail("output: expected a row for each sample; if samples are mixed, it has the trait 'batch-coupled'")
    single = [run(trial.fresh(mode), batch.rows(index, index + 1)) for index in range(count)]
    together: dict[str, Array] = {}
    for name in single[0]:
        parts = [results[name] for results in single]
        if name.startswith("gradient of "):
            together[name] = np.sum(parts, axis=0)
        elif name == "loss":
            together[name] = np.mean(parts, axis=0)
        else:
            together[name] = np.concatenate(parts) if np.ndim(parts[0]) else np.array(parts)
            if trial.kind == "criterion":  # which divides by the number of samples
                together[name] = together[name] / count
    return together


@frozen
class MeanShift:
    """The element of an output whose average over training passes is farthest from its evaluation.

    Attributes:
        place: its name and index.
        mean: the average.
        expected: the evaluation output.
        error: the standard error of the average.
    """

    place: str
    mean: float
    expected: float
    error: float

    @property
    def size_in_errors(self) -> float:
        """The shift in standard errors."""
        return (self.mean - self.expected) / self.error


def mean_shifts(trial: Trial, draws: int) -> list[MeanShift]:
    """Run training passes over one batch, and compare the average of each output array with evaluation."""
    component, batch = trial.fresh(), trial.batch()
    drawn = [dict(named_arrays("output", map_arrays(np.array, component.forward(batch.input)))) for _ in range(draws)]
    evaluating = trial.fresh("evaluate") if "batch-coupled" in trial.traits else trial.fresh()
    evaluating.evaluate()
    shifts = []
    for name, expected in named_arrays("output", evaluating.forward(batch.input)):
        outputs = np.array([output[name] for output in drawn])
        # Where an element hardly ever varied, the spread of the others says how much it might have.
        spread = np.maximum(outputs.std(axis=0), np.sqrt(outputs.var(axis=0).mean()))
        errors = spread / np.sqrt(draws) + 1e-10 * (1 + np.abs(expected))
        means = outputs.mean(axis=0)
        element = tuple(map(int, np.unravel_index(np.argmax(np.abs(means - expected) / errors), errors.shape)))
        place = f"{name}{list(element)}, {batch}"
        shifts.append(MeanShift(place, float(means[element]), float(expected[element]), float(errors[element])))
    return shifts


OBSERVED: MappingProxyType[str, Callable[[Trial], bool]] = MappingProxyType(
    {
        "global-generator": draws_globally,
        "stochastic": is_stochastic,
        "train-differs": train_differs,
        "batch-coupled": is_batch_coupled,
    }
)
"""Trait -> whether a component has it, given those before it."""


def inferred_traits(case: Case) -> frozenset[str]:
    """Find the traits of a component.

    The domain is the first in which forward runs and gives finite numbers.
    """
    case = evolve(case, infers=False, traits=case.traits | TAKEN_FOR_GRANTED)
    if not case.traits & DOMAINS and case.draw is None:
        case = evolve(case, traits=case.traits | _domain(case))
    for trait, holds in OBSERVED.items():
        trial = Trial(case, "traits")
        if trial.kind != "layer":  # a loss whose samples seem coupled is more likely a sum that should be a mean
            continue
        try:
            if holds(trial):
                case = evolve(case, traits=case.traits | {trait})
        except (Exception, SystemExit):  # of a component that cannot run: a check says why
            continue
    return case.traits


def _domain(case: Case) -> frozenset[str]:
    for candidate in CANDIDATES:
        domain = frozenset({candidate} if candidate else ())
        trial = Trial(evolve(case, traits=case.traits | domain), "domain")
        if _runs(trial):
            if candidate is None and trial.kind == "criterion" and is_clipped_to_probabilities(trial):
                return frozenset({"unit-interval-input"})
            return domain
    return frozenset()


def _runs(trial: Trial) -> bool:
    try:
        batch = trial.batch()
        component = trial.fresh()
        output = forward(component, batch)
        backward(component, batch)
    except (Exception, SystemExit):  # of a component that takes something else
        return False
    return all(np.isfinite(array).all() for _, array in named_arrays("output", output))


def _named(output: Any) -> dict[str, Array]:
    return dict(named_arrays("output", output))


def _arguments(trial: Trial, batch: Batch) -> tuple[Any, ...]:
    return (batch.input,) if trial.kind == "layer" else (batch.input, batch.second)
