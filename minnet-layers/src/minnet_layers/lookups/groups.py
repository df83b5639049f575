"""`Groups`: places of equal keys, and the sum or maximum of the rows at those of each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from attrs import frozen

from minnet_core import Array
from minnet_core.nn import accumulation_dtype, column_sums


@frozen(eq=False)
class Groups:
    r"""The places at which each key is, as what adds up rows needs them; the most frequent key comes first.

    Rows are added in rounds: the first of each key, then the second of those that have two, and so on, each round as
    one sum of arrays. There are :math:`h` rounds, where :math:`h` keys have more than :math:`h` places at most; what is
    left of those is added key by key. As :math:`h^2` is no more than the number of places, :math:`n`, there are
    :math:`2\sqrt n` steps at most, whatever the keys: all alike, all different, or as words are.

    5,120 rows of 64 float32 for 1,000 keys take 0.27 milliseconds; ``np.add.at`` 4.1 of the rows and 0.8 of the numbers
    of a flat array, ``np.add.reduceat`` of sorted rows 1.2.

    Attributes:
        keys: each once.
        sources: the row for each place, key after key.
        starts: where each key's begin.
        counts: how many each has, in descending order.

    >>> groups = Groups.of(np.array([2, 0, 2, 2]), 3)
    >>> groups.keys, groups.sums(np.array([[1.0], [2.0], [3.0], [4.0]])).ravel()
    (array([2, 0]), array([8., 2.]))
    """

    keys: Array
    sources: Array
    starts: Array
    counts: Array

    @classmethod
    def of(cls, keys: Array, bound: int, rows: Array | None = None, *, without: int | None = None) -> Groups:
        """Group places by their keys.

        Args:
            keys: one for each place, from 0.
            bound: above all keys.
            rows: the number of the row at each place; that of the place if it is None.
            without: a key to leave out.
        """
        narrow = keys.astype(np.uint16) if bound <= 2**16 else keys  # which NumPy sorts by radix
        order = np.argsort(narrow, kind="stable")
        return cls.of_sorted(keys[order], order if rows is None else rows[order], without=without)

    @classmethod
    def of_sorted(cls, keys: Array, rows: Array, *, without: int | None = None) -> Groups:
        """Group places whose keys are in ascending order; see `of`."""
        is_first = np.ones(len(keys), bool)
        np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
        starts = np.flatnonzero(is_first)
        counts = np.diff(starts, append=len(keys))
        if without is not None:
            is_kept = keys[starts] != without
            starts, counts = starts[is_kept], counts[is_kept]
        by_count = np.argsort(-counts, kind="stable")
        starts = starts[by_count]
        return cls(keys[starts], rows, starts, counts[by_count])

    def sums(self, rows: Array) -> Array:
        """Add the rows of each key, in their order: shape ``(n_rows, m)`` to ``(n_keys, m)``; half ones in float32."""
        totals: Array = np.empty((0, rows.shape[1]), accumulation_dtype(rows))
        for number, sources in enumerate(self._rounds()):
            taken = rows.take(sources, 0)
            if number:
                totals[: len(taken)] += taken
            else:
                totals = taken.astype(totals.dtype, copy=False)
        for key, sources in self._rest():
            totals[key] += column_sums(rows.take(sources, 0).astype(totals.dtype, copy=False))
        return totals

    def maxima(self, rows: Array) -> Array:
        """Find the largest number of each column for each key; nan if there is one."""
        largest: Array = np.empty((0, rows.shape[1]), rows.dtype)
        for number, sources in enumerate(self._rounds()):
            taken = rows.take(sources, 0)
            if number:
                np.maximum(largest[: len(taken)], taken, out=largest[: len(taken)])
            else:
                largest = taken
        for key, sources in self._rest():
            np.maximum(largest[key], rows.take(sources, 0).max(axis=0), out=largest[key])
        return largest

    def winners(self, rows: Array, largest: Array) -> Array:
        """Say which row has the largest number of each column for each key: the first of equal ones, or of nan."""
        winners: Array = np.empty(largest.shape, np.intp)
        for key, sources in self._rest():  # from the last to the first, which stays
            winners[key] = sources[_is_largest(rows.take(sources, 0), largest[key]).argmax(axis=0)]
        for sources in reversed([*self._rounds()]):
            among = slice(len(sources))
            is_largest = _is_largest(rows.take(sources, 0), largest[among])
            np.copyto(winners[among], sources[:, np.newaxis], where=is_largest)
        return winners

    @property
    def _round_count(self) -> int:
        return int(np.count_nonzero(self.counts > np.arange(len(self.counts))))

    def _rounds(self) -> Iterator[Array]:
        """The rows of a round each, of the first so many keys."""
        numbers = np.arange(self._round_count)
        ends = len(self.counts) - self.counts[::-1].searchsorted(numbers, side="right")
        for number, end in enumerate(ends.tolist()):
            yield self.sources[self.starts[:end] + number]

    def _rest(self) -> Iterator[tuple[int, Array]]:
        """The keys that have more rows than there are rounds, by their number, with those rows."""
        done = self._round_count
        for key in np.flatnonzero(self.counts > done).tolist():
            start = self.starts[key]
            yield key, self.sources[start + done : start + self.counts[key]]


def _is_largest(rows: Array, largest: Array) -> Array:
    return np.asarray((rows == largest) | (rows != rows))
