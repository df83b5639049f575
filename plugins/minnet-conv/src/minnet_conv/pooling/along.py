"""`Along`: what is added to what along one axis, and the two sums that follow from it, forward and backward.

A sum of windows forward is a spread backward, and the other way round: averages are sums forward, enlarged images and
reflected borders are spreads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from minnet_core import Array

from ..images import empty_beside, zeros_beside


class Along(NamedTuple):
    """Windows along one axis, by the stretches of it that are added to stretches of the axis of their sums.

    Attributes:
        length: of the axis.
        n_windows: how many there are.
        pairs: stretches of the axis, and of the windows. Each number goes to its own window, or, where the second
            stretch is a single window, all of them go there.
        leaves_none: whether each number of the axis is in a window.
        takes_once: whether none is in two.
        is_whole: whether each pair has all windows.
    """

    length: int
    n_windows: int
    pairs: tuple[tuple[slice, slice], ...]
    leaves_none: bool
    takes_once: bool
    is_whole: bool

    @classmethod
    def of_pairs(cls, length: int, n_windows: int, pairs: Iterable[tuple[slice, slice]]) -> Along:
        """Find out which numbers the pairs leave, and which they take twice."""
        pairs = tuple(pairs)
        taken = [place for places, _ in pairs for place in range(length)[places]]
        is_whole = bool(pairs) and all(len(range(n_windows)[windows]) == n_windows for _, windows in pairs)
        return cls(length, n_windows, pairs, len({*taken}) == length, len({*taken}) == len(taken), is_whole)

    @classmethod
    def of_sources(cls, sources: Iterable[int], n_windows: int) -> Along:
        """Find pairs for windows that are told by the one that each number of the axis is in.

        They are few where the windows follow each other in regular steps: one for each number of a window.

        >>> Along.of_sources([0, 0, 1, 1, 2, 2], 3).pairs
        ((slice(0, 5, 2), slice(0, 3, 1)), (slice(1, 6, 2), slice(0, 3, 1)))
        """
        turns: list[list[tuple[int, int]]] = []  # the first numbers of all windows, their second ones, and so on
        met = [0] * n_windows
        length = 0
        for length, window in enumerate(sources, 1):
            if met[window] == len(turns):
                turns.append([])
            turns[met[window]].append((length - 1, window))
            met[window] += 1
        return cls.of_pairs(length, n_windows, (pair for turn in turns for pair in _stretches(turn)))


def _stretches(places: list[tuple[int, int]]) -> Iterator[tuple[slice, slice]]:
    """Cut a list of pairs of places into pieces in which both go on in equal steps."""
    start = 0
    while start < len(places):
        stop = start + 1
        steps = (1, 1)
        if stop < len(places):
            steps = _step(places, stop)
            while stop < len(places) and _step(places, stop) == steps:
                stop += 1
        first, last = places[start], places[stop - 1]
        yield _slice(first[0], last[0], steps[0]), _slice(first[1], last[1], steps[1])
        start = stop


def _step(places: list[tuple[int, int]], n: int) -> tuple[int, int]:
    return places[n][0] - places[n - 1][0], places[n][1] - places[n - 1][1]


def _slice(first: int, last: int, step: int) -> slice:
    stop = last + (1 if step > 0 else -1)
    return slice(first, None if stop < 0 else stop, step)


def sums_along(x: Array, axis: int, along: Along) -> Array:
    """Sum each window along an axis; a sum of none is 0.

    >>> import numpy as np
    >>> along = Along.of_pairs(4, 2, [(slice(0, 2), slice(0, 1)), (slice(1, 4), slice(1, 2))])
    >>> sums_along(np.array([1.0, 2.0, 4.0, 8.0]), 0, along)
    array([ 3., 14.])
    """
    make = empty_beside if along.is_whole else zeros_beside
    sums = make(x, (*x.shape[:axis], along.n_windows, *x.shape[axis + 1 :]))
    for n, (places, windows) in enumerate(along.pairs):
        met, some = x[_at(axis, places)], sums[_at(axis, windows)]
        if met.shape != some.shape:
            met = met.sum(axis=axis, keepdims=True)
        if n == 0 and along.is_whole:
            some[...] = met
        else:
            some += met
    return sums


def spread_along(sums: Array, axis: int, along: Along, order: Array) -> Array:
    """Give each place along an axis the sum of its windows: of one of them, of several together, or 0 of none.

    The result lies in memory as ``order`` does, which need not have its shape: an axis of length 1, as ``sums`` may
    have, has no place among the others.

    >>> import numpy as np
    >>> along = Along.of_pairs(4, 2, [(slice(0, 2), slice(0, 1)), (slice(1, 4), slice(1, 2))])
    >>> spread_along(np.array([1.0, 10.0]), 0, along, np.ones(4))
    array([ 1., 11., 10., 10.])
    """
    make = empty_beside if along.leaves_none and along.takes_once else zeros_beside
    spread = make(order, (*sums.shape[:axis], along.length, *sums.shape[axis + 1 :]), sums.dtype)
    for places, windows in along.pairs:
        some = spread[_at(axis, places)]
        if along.takes_once:
            some[...] = sums[_at(axis, windows)]
        else:
            some += sums[_at(axis, windows)]
    return spread


def _at(axis: int, place: slice) -> tuple[slice, ...]:
    return (*[slice(None)] * axis, place)
