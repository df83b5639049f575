"""How far the mean of training passes is from evaluation, which what is random in training must not move."""

from __future__ import annotations

import numpy as np
from attrs import frozen

from .numerics import copied, named_arrays
from .trial import Trial


@frozen
class MeanShift:
    """The element of an output whose mean over training passes is farthest from its evaluation."""

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
    drawn = [dict(named_arrays("output", copied(component.forward(batch.input)))) for _ in range(draws)]
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
