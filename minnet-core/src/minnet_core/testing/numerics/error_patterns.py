"""Where the wrong elements of a gradient lie, and by which factor they are wrong: what leads to the cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...nn import Array
from .comparison import largest

NEAR = 1e-4
"""How near, relative to the largest slope, numbers must come to a pattern: slopes by differences are nearer."""

REPEATED = "gradW[indices] += ... adds only once to each row: repeated indices need np.add.at"


def error_pattern(received: Array, expected: Array, wrong: Array, given: Mapping[str, Array]) -> str:
    """Say how many elements are wrong, where they lie, and by which factor they are wrong.

    Args:
        received: the gradient.
        expected: what it should be.
        wrong: where it is not; at least in one element.
        given: by name, the arrays that it depends on: input, gradOutput, parameters.

    >>> expected = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> received = expected * [1, 1, -1]
    >>> error_pattern(received, expected, received != expected, {})
    '2 of 6 elements are wrong, all in the last column: -1 times the slope'
    """
    count = int(np.count_nonzero(wrong))
    if count == wrong.size:
        text = f"all {count} elements are wrong" if count > 1 else "its one element is wrong"
    else:
        text = f"{count} of {wrong.size} elements {'are' if count > 1 else 'is'} wrong"
        places = [(words, place) for words, place in _places(wrong, given) if not (wrong & ~place).any()]
        # of the places that hold all wrong elements, one that holds hardly any other
        words, place = min(places, key=lambda found: np.count_nonzero(found[1]), default=("", wrong))
        if np.count_nonzero(place) <= max(1.25 * count, count + 1) and not place.all():
            text += f", {'all ' if count > 1 else ''}{words}" if words else ""
    factor = _factor(received, expected, wrong, given)
    return f"{text}: {factor}" if factor else text


def _places(wrong: Array, given: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """Yield places in words, each with the elements that lie there."""
    for name, array in given.items():
        if array.dtype.kind in "iu" and wrong.ndim and array.size and 0 <= array.min() <= array.max() < len(wrong):
            occurs = np.bincount(array.ravel(), minlength=len(wrong)).reshape(-1, *[1] * (wrong.ndim - 1))
            repeated, missing = (np.broadcast_to(where, wrong.shape) for where in (occurs > 1, occurs == 0))
            yield f"in rows whose index occurs more than once in {name} ({REPEATED})", repeated
            yield f"in rows whose index does not occur in {name}", missing
        elif array.dtype == bool and array.ndim and array.shape == wrong.shape[: array.ndim]:
            place = np.broadcast_to(array.reshape(*array.shape, *[1] * (wrong.ndim - array.ndim)), wrong.shape)
            yield f"where {name} is True", place
            yield f"where {name} is False", ~place
        elif array.shape == wrong.shape:
            yield f"where {name} is negative", array < 0
            yield f"where {name} is positive", array > 0
            yield f"where {name} is 0", array == 0
    for axis, length in enumerate(wrong.shape):
        found = np.flatnonzero(wrong.any(axis=tuple(other for other in range(wrong.ndim) if other != axis)))
        line = ("row", "column")[axis] if wrong.ndim == 2 else f"index of axis {axis}" if wrong.ndim > 1 else "element"
        place = np.zeros(wrong.shape, bool)
        np.moveaxis(place, axis, 0)[found] = True
        if len(found) == 1:
            ends = {0: f"the first {line}", length - 1: f"the last {line}"}
            yield f"in {ends.get(found[0], f'{line} {found[0]}')}", place
        elif len(found) == length - 1 > 1:
            absent = int(np.setdiff1d(np.arange(length), found)[0])
            ends = {0: f"the first {line}", length - 1: f"the last {line}"}
            yield f"outside {ends.get(absent, f'{line} {absent}')}", place


def _factor(received: Array, expected: Array, wrong: Array, given: Mapping[str, Array]) -> str:
    """Say by which factor wrong elements differ from what they should be; nothing where it is none that is known."""
    ours, slopes = received[wrong], expected[wrong]
    if np.isnan(ours).any():
        return f"{np.count_nonzero(np.isnan(ours))} of them nan" if not np.isnan(ours).all() else "nan"
    if not ours.any():
        return "0, as if nothing flowed there"
    if not np.isfinite(ours).all():
        return ""
    close = NEAR * largest(slopes)
    if largest(slopes) < NEAR * largest(ours):
        return "the slope there is 0"
    large = np.abs(slopes) > 1e-2 * largest(slopes)
    if np.count_nonzero(large) > 1:
        ratio = float(f"{np.median(ours[large] / slopes[large]):.6g}")
        if np.allclose(ours, ratio * slopes, rtol=NEAR, atol=close):
            return f"{ratio:.4g} times the slope{_known(ratio, given)}"
        if received.ndim == 2 and received.shape == expected.T.shape and np.allclose(received, expected.T, atol=close):
            return "it is transposed"
        for name, array in given.items():
            try:
                factor = np.broadcast_to(array, received.shape)[wrong]
            except ValueError:  # it has another shape
                continue
            if np.allclose(ours * factor, slopes, rtol=NEAR, atol=close):
                return f"a factor is missing, {name}"
            if np.allclose(ours, slopes * factor, rtol=NEAR, atol=NEAR * largest(ours)):
                return f"multiplied by {name} once too often"
    return ""


def _known(ratio: float, given: Mapping[str, Array]) -> str:
    """Say which length of an array a ratio is, or the root or the inverse of which."""
    for name, array in given.items():
        for axis, length in enumerate(array.shape):
            of_samples = axis == 0 and name.startswith(("input", "gradOutput", "target"))
            words = "the batch size" if of_samples else f"the length of axis {axis} of {name}"
            found = {length: words, 1 / max(length, 1): f"1 / {words}"}
            if not of_samples and ratio not in (2, 0.5):  # which a forgotten exponent gives, not the root of 4
                found |= {length**0.5: f"the root of {words}", max(length, 1) ** -0.5: f"1 / the root of {words}"}
            for value, phrase in found.items():
                if length > 1 and abs(ratio - value) < NEAR * value:
                    return f", which is {phrase}"
    return ""
