"""Traits of a component that declares none, found out by trying."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from attrs import evolve

from ...nn import DOMAINS
from ..cases import Case
from ..numerics import named_arrays
from ..passes import backward, forward
from .observations import draws_globally, is_batch_coupled, is_clipped_to_probabilities, is_stochastic, train_differs
from .trial import Trial

CANDIDATES = (None, "integer-input", "positive-input", "unit-interval-input")
"""Domains of the input, in the order in which they are tried."""

TAKEN_FOR_GRANTED = frozenset({"kinks"})
"""Traits that only excuse something, and cannot be told for sure: an input on a kink is drawn anew."""

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
