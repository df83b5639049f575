"""`AllRows`: what only whoever reads all rows can know, which is one of the ranks where rows stay in their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import define, field

from ..data import Dataset, Preparation, is_mapped
from ..errors import RanksError
from ..ranks import ALONE, Ranks
from .record import plain_preparation, preparation_of

T = TypeVar("T")


@define(eq=False)
class AllRows:
    """Reads all rows where they are in memory, and on rank 0, which tells the others the rest.

    All ranks load the same data through one of these, and each calls `tell` once, whether it has failed or not: who
    needs what rank 0 knows waits for that.

    Attributes:
        ranks: that load the data.
        outlines: of the data sets, as this rank has them.
    """

    ranks: Ranks = ALONE
    outlines: list[str] = field(factory=list, init=False)
    _known: list[Any] = field(factory=list, init=False)
    _used: int = field(default=0, init=False)
    _is_told: bool = field(default=False, init=False)

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

    def tell(self) -> None:
        """Tell the others what this rank knows, if it is rank 0; on others, hear it if nobody has asked yet."""
        if self.ranks.size > 1 and not self._is_told:
            self._is_told = True
            self._known = self.ranks.broadcast(self._known)

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
