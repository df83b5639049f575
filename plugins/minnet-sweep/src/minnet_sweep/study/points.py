"""`all_points`: the points of a sampler that does not learn, drawn before the first trial begins.

Who draws them later, in several processes at a time, must not draw one twice. Drawn by one process, they are the same
for any number of workers, and each is tried once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from importlib.util import find_spec

from ..configuration import MOST_TRIALS, Sweep, Values, is_used
from ..errors import SweepError
from .package import experiments_allowed, optuna
from .suggesting import suggested


def all_points(sweep: Sweep) -> list[Values] | None:
    """Draw the points of a sweep; None if they depend on the results of others, or there is no number of them.

    Raises:
        SweepError: if a library is missing.
    """
    if sweep.sampler == "grid":
        points = list(_grid(sweep))
        return points if sweep.trials is None else points[: sweep.trials]
    if sweep.trials is None or sweep.sampler == "tpe":
        return None
    sampler: optuna.samplers.BaseSampler
    if sweep.sampler == "qmc":
        if find_spec("scipy") is None:
            raise SweepError("sampler 'qmc': expected scipy to be installed; pip install 'minnet-sweep[qmc]'")
        with experiments_allowed():
            sampler = optuna.samplers.QMCSampler(seed=sweep.seed, scramble=True, warn_independent_sampling=False)
    else:
        sampler = optuna.samplers.RandomSampler(sweep.seed)
    study = optuna.create_study(sampler=sampler)
    if sweep.sampler == "qmc":  # Optuna draws the first point at random, to see which parameters there are
        first = study.ask()
        suggested(first, sweep.parameters)
        study.tell(first, 0.0)  # versions before 5 look at trials that have ended alone, and draw all others so, too
    return [suggested(study.ask(), sweep.parameters) for _ in range(sweep.trials)]


def grid_size(sweep: Sweep) -> int:
    """Count the combinations of a grid, those that conditions exclude too; no list is made, however many there are."""
    return math.prod(int(parameter.count()) for parameter in sweep.parameters)


def _grid(sweep: Sweep) -> Iterator[Values]:
    """Yield every combination once; the last parameter changes fastest."""
    if (size := grid_size(sweep)) > MOST_TRIALS:
        raise SweepError(f"sampler 'grid': expected {MOST_TRIALS:,} combinations at most, received {size:,}")
    seen = set()
    for combination in itertools.product(*(parameter.values() or () for parameter in sweep.parameters)):
        values: Values = {}
        for parameter, value in zip(sweep.parameters, combination, strict=True):
            if is_used(parameter, values):
                values[parameter.name] = value
        if (key := tuple(values.items())) not in seen:
            seen.add(key)
            yield values
