"""`strong_wolfe`: a step length at which the loss has fallen enough, and its slope has become flat."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from attrs import frozen

from minnet_core import Array

DECREASE, FLATNESS = 1e-4, 0.9
"""The two constants of the Wolfe conditions."""


@frozen(eq=False)
class Trial:
    """What there is at a place along a direction.

    Attributes:
        length: how far along it is.
        loss: the loss there.
        slope: the derivative of the loss along the direction.
        gradient: all of the gradient.
    """

    length: float
    loss: float
    slope: float
    gradient: Array


def strong_wolfe(
    evaluate: Callable[[float], Trial], start: Trial, length: float, *, scale: float, most: int, tolerance: float = 1e-9
) -> tuple[Trial, int]:
    r"""Look for a length :math:`t` that satisfies the strong Wolfe conditions.

    With loss :math:`\varphi(t)` along the direction, these are

    .. math:: \varphi(t) \le \varphi(0) + 10^{-4}\, t\, \varphi'(0), \qquad
              \lvert\varphi'(t)\rvert \le -0.9\, \varphi'(0)

    First the length grows until a minimum is behind it, then the bracket around the minimum is made smaller; in both,
    the next length is where a cubic through two trials has its minimum, within limits.

    Book: J. Nocedal, S. Wright, Numerical Optimization (2nd edition, 2006), algorithms 3.5 and 3.6.

    Args:
        evaluate: tries a length.
        start: the trial of length 0, whose slope is negative.
        length: the first to be tried.
        scale: the largest element of the direction: a bracket that makes no larger difference than ``tolerance`` in a
            parameter is not divided.
        most: how many further lengths are tried at most.
        tolerance: see ``scale``.

    Returns:
        The best trial, and how many there were.
    """

    def falls_enough(trial: Trial) -> bool:
        return not trial.loss > start.loss + DECREASE * trial.length * start.slope

    def is_flat(trial: Trial) -> bool:
        return abs(trial.slope) <= -FLATNESS * start.slope

    last, new, count = start, evaluate(length), 0
    while count < most:
        if not falls_enough(new) or (count > 1 and new.loss >= last.loss):
            bracket = [last, new]
            break
        if is_flat(new):
            return new, count + 1
        if new.slope >= 0:
            bracket = [last, new]
            break
        limits = new.length + 0.01 * (new.length - last.length), 10 * new.length
        last, new = new, evaluate(cubic_minimum(last, new, limits))
        count += 1
    else:
        bracket = [start, new]

    is_stuck = False
    low = _lower(bracket)
    while count < most and not abs(bracket[1].length - bracket[0].length) * scale < tolerance:
        left, right = sorted(trial.length for trial in bracket)
        length, is_stuck = _inside(cubic_minimum(bracket[0], bracket[1], (left, right)), left, right, is_stuck)
        new = evaluate(length)
        count += 1
        if not falls_enough(new) or new.loss >= bracket[low].loss:
            bracket[1 - low] = new
            low = _lower(bracket)
            continue
        if is_flat(new):
            return new, count + 1
        if new.slope * (bracket[1 - low].length - bracket[low].length) >= 0:
            bracket[1 - low] = bracket[low]
        bracket[low] = new
    return bracket[low], count + 1


def _lower(bracket: list[Trial]) -> int:
    return 0 if bracket[0].loss <= bracket[1].loss else 1


def _inside(length: float, left: float, right: float, is_stuck: bool) -> tuple[float, bool]:
    """Move a length that is near an end of a bracket inside, the second time at the latest; return whether it stays."""
    margin = 0.1 * (right - left)
    if not min(right - length, length - left) < margin:
        return length, False
    if not (is_stuck or length >= right or length <= left):
        return length, True
    return (right - margin if abs(length - right) < abs(length - left) else left + margin), False


def cubic_minimum(one: Trial, other: Trial, limits: tuple[float, float]) -> float:
    """Return where the cubic through two losses and slopes has its minimum, within limits; their middle if it has none.

    >>> trials = [Trial(x, (x - 2) ** 2, 2 * (x - 2), np.empty(0)) for x in (0.0, 5.0)]
    >>> cubic_minimum(*trials, (0, 5))
    2.0
    """
    if one.length > other.length:
        one, other = other, one
    with np.errstate(all="ignore"):  # equal lengths, and straight lines
        width = np.float64(other.length) - one.length
        chord = one.slope + other.slope - 3 * (other.loss - one.loss) / width
        square = chord**2 - one.slope * other.slope
        root = np.sqrt(square)
        place = float(other.length - width * ((other.slope + root - chord) / (other.slope - one.slope + 2 * root)))
    if not square >= 0 or math.isnan(place):
        return (limits[0] + limits[1]) / 2
    return min(max(place, limits[0]), limits[1])
