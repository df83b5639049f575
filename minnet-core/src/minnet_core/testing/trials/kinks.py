"""Searching for kinks of a component along lines through its inputs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from ..numerics import map_arrays, named_arrays
from ..passes import Batch, buffers, forward, magnitude, weighted_sum
from .trial import Trial

LINES, POINTS, REACH, PEAKS, NEAR = 2, 100, 8.0, 3, 1e-4
"""In search of kinks: how many lines through the input, with how many points, how far to either side, on how many
bends to zoom in, and how near."""


def find_kink(trial: Trial, reaches: Iterable[float] = (REACH,)) -> str | None:
    """Search for a kink along lines through inputs, as far as ``reaches``.

    Returns:
        Where one is; None if none is found.
    """
    for number, reach in product(range(LINES), reaches):
        batch = trial.batch()
        if not any(array.dtype.kind == "f" for _, array in named_arrays("", batch.input)):
            return None
        # The first line moves all elements alike, so that elementwise kinks are met one by one.
        step = map_arrays(np.ones_like if number == 0 else lambda a: trial.rng.standard_normal(a.shape), batch.input)

        component = trial.fresh()
        size = magnitude(component, batch)
        place = _kink_of(partial(_value_along, trial, component, batch, step), size, reach)
        if place is not None:
            return f"{place:.6g} of the way along a line through a drawn input"
    return None


def _value_along(trial: Trial, component: Any, batch: Batch, step: Any, t: float) -> float:
    """The loss, or the output weighted by gradOutput, where the input is moved by t steps."""
    used = copy.deepcopy(component) if trial.is_stochastic or buffers(component) else component
    output = forward(used, Batch(_moved(batch.input, step, t), batch.second))
    return float(output) if trial.kind == "criterion" else weighted_sum(output, batch.second)


def _kink_of(value: Callable[[float], float], size: float, reach: float) -> float | None:
    """Where a function of one number has a kink: zoom in on the sharpest bends; a bend that stays sharp is a kink.

    Args:
        value: the function.
        size: that of the terms that it sums, which says how much rounding to expect.
        reach: how far to either side of 0 to look.
    """
    points = np.linspace(-reach, reach, POINTS)
    values = np.array([value(t) for t in points])
    if not np.isfinite(values).all():
        return None
    scale = float(np.abs(np.diff(values)).max(initial=0)) / (points[1] - points[0])
    rounding = 64 * np.finfo(np.float64).eps * max(size, float(np.abs(values).max(initial=0)))
    for peak in np.argsort(np.abs(np.diff(values, 2)))[::-1][:PEAKS]:
        left, right = points[peak], points[peak + 2]
        jumps: list[float] = []
        step = np.inf
        while step > NEAR or len(jumps) < 3:
            finer = np.linspace(left, right, 9)
            step = finer[1] - finer[0]
            bends = np.abs(np.diff([value(t) for t in finer], 2))
            pairs = bends[1:] + bends[:-1]  # a kink between two points bends the function at both
            sharpest = int(np.argmax(pairs))
            jumps.append(float(pairs[sharpest]) / step)
            left, right = finer[sharpest], finer[sharpest + 3]
        # The jump of the slope at a kink is the same seen from near; a smooth bend grows straight.
        if jumps[-1] > max(1e-3 * scale, 16 * rounding / step, 0.5 * jumps[-3]):
            return float((left + right) / 2)
    return None


def _moved(tensor: Any, step: Any, t: float) -> Any:
    if isinstance(tensor, tuple):
        return tuple(_moved(part, part_step, t) for part, part_step in zip(tensor, step, strict=True))
    return tensor + t * step if tensor.dtype.kind == "f" else tensor
