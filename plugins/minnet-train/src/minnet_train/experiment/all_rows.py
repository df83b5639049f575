"""`AllRows`: what only whoever reads all rows can know, which is one of the ranks where rows stay in their files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from attrs import Factory, define, field

from minnet_core import Array
from minnet_core.errors import described

from ..data import Dataset, Moments, Preparation, count_of_chunks, is_mapped, row_chunks
from ..errors import RanksError
from ..ranks import ALONE, Conversation, Ranks, shares
from .record import plain_preparation, preparation_of

T = TypeVar("T")


@define(eq=False)
class AllRows:
    """Reads all rows where they are in memory, and on rank 0, which tells the others the rest.

    All ranks load the same data with one of these, and each calls `tell` once, whether it has failed or not: who needs
    what rank 0 knows waits for that, and who reads a part of the data for what the others have found in theirs.

    Attributes:
        ranks: that load the data.
        others: by which they tell each other what they have found while they load them.
        outlines: of the data sets, as this rank has them.
    """

    ranks: Ranks = ALONE
    others: Conversation = field(default=Factory(lambda self: Conversation(self.ranks), takes_self=True), init=False)
    outlines: list[str] = field(factory=list, init=False)
    _known: list[Any] = field(factory=list, init=False)
    _used: int = field(default=0, init=False)

    def are_read(self, dataset: Dataset) -> bool:
        """Whether this rank reads all rows."""
        return self.ranks.rank == 0 or not is_mapped(dataset.features)

    def fingerprint(self, dataset: Dataset) -> str:
        """Return the fingerprint of the data.

        Raises:
            RanksError: if rank 0 does not get as far.
        """
        if self.ranks.size > 1:
            self.outlines.append(dataset.outline())
        return self._of(dataset, dataset.fingerprint)

    def preparation(self, dataset: Dataset, learn: Callable[[], Preparation]) -> Preparation:
        """Return what is learned from the data; raises `RanksError` as `fingerprint` does."""
        if self.ranks.size == 1:
            return learn()
        return preparation_of(self._of(dataset, lambda: plain_preparation(learn())))

    def moments(self, dataset: Dataset, rows: Array, preparation: Preparation) -> Moments:
        """Return the means and deviations of some rows of the data, on a rank that reads all rows.

        Where features stay in their files, the other ranks read these rows, each a part of them, while rank 0 may still
        read all for the fingerprint. It puts together what they have measured, in the order of the rows and by the same
        parts as if it had measured them, so that the bits are the same. On the others, what is returned says nothing.

        Raises:
            RanksError: if another rank does not get as far.
        """
        features = dataset.features
        if self.ranks.size == 1 or not is_mapped(features):
            return preparation.moments(row_chunks(features, rows))
        own = [range(1), *shares(count_of_chunks(features, rows) - 1, self.ranks.size - 1)][self.ranks.rank]
        # All are relative to the values of the first part.
        moments = preparation.moments(row_chunks(features, rows, range(1)) if own else ())
        parts: list[tuple[Array, Array, Array] | None] = []
        if self.ranks.rank:
            with np.errstate(invalid="ignore", over="ignore"):  # rank 0 tells of numbers that are none
                chunks = row_chunks(features, rows, range(own.start + 1, own.stop + 1))
                parts = [moments.part(preparation.measured(chunk)) for chunk in chunks]
        gathered = self.others.gather(parts)
        if self.ranks.rank:
            return moments
        for part in chain.from_iterable(gathered):
            if part is None:  # of rows with a column that is empty in the first ones
                return preparation.moments(row_chunks(features, rows))
            moments.join(part)
        return moments

    def tell(self) -> None:
        """Tell the others what this rank knows, if it is rank 0; on others, hear it if nobody has asked yet.

        In the handler of an error, others that still load the data hear of that.
        """
        if self.ranks.size > 1 and not self.others.is_over:
            error = sys.exception()
            known = self.others.end(
                self._known if self.ranks.rank == 0 else [], "" if error is None else described(error)
            )
            self._known = known[0] or []

    def _of(self, dataset: Dataset, find: Callable[[], T]) -> T:
        place, self._used = self._used, self._used + 1
        if self.are_read(dataset):
            found = find()
            if self.ranks.rank == 0:
                self._known.append(found)
            return found
        self.tell()
        if place >= len(self._known):
            raise RanksError(f"{dataset.name}: expected rank 0 to read all rows, which has failed before")
        known: T = self._known[place]
        return known
