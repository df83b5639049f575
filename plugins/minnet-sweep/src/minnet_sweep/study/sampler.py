"""`SeededSampler`: draws the point of each trial by a seed of its own, in whichever process that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..configuration import Sweep
from .package import experiments_allowed, optuna

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial, TrialState


class SeededSampler(optuna.samplers.BaseSampler):
    """Passes everything on to a sampler that is made anew for each trial, by the seed of the sweep and its number.

    Were it one sampler with one seed for each worker, all workers would draw the same points; without a seed, no sweep
    could be repeated.

    Args:
        sweep: has the kind of sampler, and the seed.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._number: int | None = None
        self._made: optuna.samplers.BaseSampler | None = None

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._of(trial).infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._of(trial).sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._of(trial).sample_independent(study, trial, param_name, param_distribution)

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self._of(trial).before_trial(study, trial)

    def after_trial(
        self, study: optuna.Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None
    ) -> None:
        self._of(trial).after_trial(study, trial, state, values)

    def _of(self, trial: FrozenTrial) -> optuna.samplers.BaseSampler:
        if self._made is None or self._number != trial.number:
            seed = int(np.random.SeedSequence([self._sweep.seed, trial.number]).generate_state(1)[0])
            self._number, self._made = trial.number, self._new(seed)
        return self._made

    def _new(self, seed: int) -> optuna.samplers.BaseSampler:
        if self._sweep.sampler != "tpe":
            return optuna.samplers.RandomSampler(seed)
        # Trials of other workers that are still running count as bad ones, so that not all try the same place.
        with experiments_allowed():
            return optuna.samplers.TPESampler(seed=seed, constant_liar=True)
