"""Slopes by differences: accurate where a function is smooth, and telling where it has a kink."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from attrs import frozen

from ...nn import Array

STEP = 1e-5
"""Half the distance of a central difference: its error, rounding and truncation together, is about 1e-10."""

MANY = 48
"""An array with more elements is tried along random directions rather than along each of its axes."""

PROJECTIONS = 24
"""How many directions, of all elements together, and how many single elements a large array is tried along."""


def central_difference(function: Callable[[], float], x: Array, step: float = STEP) -> Array:
    r"""Estimate the gradient of a function with respect to an array that it reads.

    .. math:: \frac{\partial f}{\partial x_i} \approx \frac{f(x + h e_i) - f(x - h e_i)}{2h}

    Args:
        function: called with ``x`` changed in one element at a time; must depend on nothing else that changes.
        x: float64 array, restored before this returns.
        step: :math:`h`.

    Raises:
        TypeError: if ``x`` is not floating.

    >>> import numpy as np
    >>> x = np.array([1.0, 2.0])
    >>> central_difference(lambda: float((x**2).sum()), x).round(6)
    array([2., 4.])
    """
    if x.dtype.kind != "f":
        raise TypeError(f"expected a floating array to vary, received {x.dtype}")
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        gradient[index] = Line(function, x, index).central(step)
    return gradient


@frozen(eq=False)
class Line:
    """A function along one direction of an array that it reads.

    Attributes:
        function: of no arguments.
        x: the array; restored after every evaluation.
        direction: the index of one element, or an array of the shape of ``x``.
    """

    function: Callable[[], float]
    x: Array
    direction: tuple[int, ...] | Array

    def at(self, t: float) -> float:
        """The function, ``x`` moved by ``t`` times the direction."""
        place: Any = self.direction if isinstance(self.direction, tuple) else ...
        value = np.array(self.x[place])
        try:
            self.x[place] = value + t * (1 if isinstance(self.direction, tuple) else self.direction)
            return float(self.function())
        finally:
            self.x[place] = value

    def along(self, gradient: Array) -> float:
        """The slope that a gradient says."""
        if isinstance(self.direction, tuple):
            return float(gradient[self.direction])
        return float(np.vdot(gradient, self.direction))

    def central(self, step: float = STEP) -> float:
        """The slope by a central difference."""
        return (self.at(step) - self.at(-step)) / (2 * step)

    def one_sided(self, step: float) -> tuple[float, float]:
        """The slopes to the left and to the right."""
        here = self.at(0)
        return (here - self.at(-step)) / step, (self.at(step) - here) / step

    def refined(self, step: float = 1e-4) -> tuple[float, float]:
        """The slope by Ridders' extrapolation of central differences to step 0, and an estimate of its error.

        It begins with a small step, so as not to reach beyond a pole.
        Ridders, 1982, Advances in Engineering Software 4(2).
        """
        shrink = 2.0
        best, error = self.central(step), np.inf
        while not np.isfinite(best) and step > STEP:  # as where the logarithm of a small number is differentiated
            step /= 4
            best = self.central(step)
        row = [best]
        for _ in range(12):
            step /= shrink
            longer = [self.central(step)]
            for order, coarser in enumerate(row):
                factor = shrink ** (2 * order + 2)
                longer.append((factor * longer[-1] - coarser) / (factor - 1))
                deviation = max(abs(longer[-1] - longer[-2]), abs(longer[-1] - coarser))
                if deviation <= error:
                    best, error = longer[-1], deviation
            if abs(longer[-1] - row[-1]) > 4 * error:
                break
            row = longer
        return best, float(error)

    def has_kink(self, noise: float) -> bool:
        """Whether the two one-sided slopes differ by more than noise, and go on differing as the step shrinks.

        Where the function is smooth their difference shrinks with the step, tenfold here.
        """
        wide, narrow = (abs(np.subtract(*self.one_sided(step))) for step in (10 * STEP, STEP))
        return bool(narrow > max(10 * noise, 0.3 * wide))


def directions(
    x: Array, rng: np.random.Generator, many: int = MANY, some: int = PROJECTIONS
) -> Iterator[tuple[int, ...] | Array]:
    """Yield the directions to try an array along: every axis; of more than ``many``, some axes, and random signs."""
    if x.size <= many:
        yield from np.ndindex(x.shape)
        return
    for flat in rng.choice(x.size, min(many, some), replace=False):
        yield tuple(map(int, np.unravel_index(flat, x.shape)))
    for _ in range(min(many, some)):
        yield rng.choice([-1.0, 1.0], x.shape)


@frozen
class Mismatch:
    """Where a gradient and the slope of its function disagree; at a kink, differences say nothing."""

    place: str
    analytic: float
    numeric: float
    allowed: float
    is_kink: bool = False


def find_mismatch(
    function: Callable[[], float],
    x: Array,
    gradient: Array,
    magnitude: float,
    rng: np.random.Generator,
    tolerance: float = 1e-6,
) -> Mismatch | None:
    """Compare a gradient with slopes of its function.

    A difference that a central one at `STEP` shows is looked at again: by extrapolation, which is right for a strongly
    curved function too, and for a kink. The magnitude is that of the terms that the function sums, which says how much
    rounding to expect besides the tolerance, which is relative to the largest slope.
    """
    lines = [Line(function, x, direction) for direction in directions(x, rng)]
    numeric = [line.central() for line in lines]
    rounding = 8 * np.finfo(np.float64).eps * magnitude / STEP
    allowed = tolerance * max((abs(slope) for slope in numeric if np.isfinite(slope)), default=0.0) + rounding
    for line, slope in zip(lines, numeric, strict=True):
        analytic = line.along(gradient)
        if abs(analytic - slope) <= allowed:
            continue
        place = str(list(line.direction)) if isinstance(line.direction, tuple) else " along a random direction"
        if line.has_kink(allowed):
            return Mismatch(place, analytic, slope, allowed, is_kink=True)
        refined, error = line.refined()
        margin = allowed + 4 * min(error, 1e-3 * abs(refined))
        if not abs(analytic - refined) <= margin:  # which nan is too
            return Mismatch(place, analytic, refined, margin, is_kink=bool(error > allowed))  # if it is no sure slope
    return None
