"""Numbers far from 1, which must not become infinity or nan on the way."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...nn import Array, describe
from ..check import check, fail
from ..numerics import cast, map_arrays, number, scaled
from ..passes import Batch, run
from ..trials import Trial
from .data import DTYPES
from .protocol import RUNS


@check("data", needs=RUNS)
def large_inputs_give_finite_results(trial: Trial) -> None:
    """Inputs of 1000 and 10000 times the usual size overflow nowhere, unless the result itself is out of range."""
    trial.require_real()
    for mode in trial.modes:
        for dtype in DTYPES:
            for size in (1e3, 1e4):
                input = scaled(trial.draw_input(dtype), size)
                _expect_finite(trial, mode, dtype, input, f"{size:g} times drawn")


@check("data", needs=RUNS)
def one_huge_row_gives_finite_results(trial: Trial) -> None:
    """A batch of zeros but for one sample of 10000s overflows nowhere, and divides by nothing."""
    trial.require_real()
    for mode in trial.modes:
        for dtype in DTYPES:
            _expect_finite(trial, mode, dtype, map_arrays(_huge_row, trial.draw_input(dtype)), "one huge row")


@check("data", needs=RUNS)
def tiny_inputs_give_finite_results(trial: Trial) -> None:
    """Inputs of zero, and of nearly nothing, are divided by nowhere."""
    trial.require_real()
    for mode in trial.modes:
        for dtype in DTYPES:
            for size in (0.0, 1e-30):
                _expect_finite(trial, mode, dtype, scaled(trial.draw_input(dtype), size), f"{size:g} times drawn")


def _huge_row(array: Array) -> Array:
    result = np.zeros_like(array)
    result[-1] = 1e4 * (-1.0) ** np.arange(array[-1].size).reshape(array[-1].shape)
    return result


def _expect_finite(trial: Trial, mode: str, dtype: Any, input: Any, kind: str) -> None:
    component = trial.fresh(mode, dtype)
    batch = trial.batch(mode, dtype, input=input, kind=kind)
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            results = run(copy.deepcopy(component), batch)
        problem = next(
            (
                f"{name} is {number(array.ravel()[np.argmin(np.isfinite(array))])}"
                for name, array in results.items()
                if not np.isfinite(array).all()
            ),
            None,
        )
    except FloatingPointError as error:
        problem = str(error)
    if problem and _is_in_range(trial, component, batch, dtype):
        fail(f"{mode} mode, {batch}, {describe(batch.second)}: {problem}, where the true result is in range")


def _is_in_range(trial: Trial, component: Any, batch: Batch, dtype: Any) -> bool:
    """Whether the true results fit the dtype, by a calculation in a dtype of wider range where the machine has one.

    One that overflows even there is out of range; one that is nan without any overflow divides zero by zero.
    """
    wider = np.longdouble if np.finfo(np.longdouble).maxexp > np.finfo(np.float64).maxexp else np.float64
    if np.finfo(wider).maxexp <= np.finfo(dtype).maxexp:
        return False  # it cannot be told on this machine, and a correct component must not be blamed
    component = copy.deepcopy(component)
    if trial.kind == "layer":
        component.astype(wider)
    try:
        with np.errstate(over="raise"):
            results = run(component, Batch(cast(batch.input, wider), cast(batch.second, wider)))
    except Exception:  # an overflow, or a component that does not take this dtype
        return False
    limit = float(np.finfo(dtype).max)
    return all(bool((np.isnan(array) | (np.abs(array) < limit)).all()) for array in results.values())
