"""Samples of a batch, one by one."""

from __future__ import annotations

import numpy as np

from ...nn import Array
from ..check import fail
from ..numerics import named_arrays, samples
from ..passes import Batch, run
from .trial import Trial


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
