"""`Ranks`: the processes that a training is divided among; `ALONE`: this one only.

The result does not depend on how many there are. The batch of a step is divided into shards, in a way that its rows and
the number of shards alone decide, and each rank computes some of them; what is computed of shards is put together in
their order. See `divided_rows` and `shares`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

from attrs import define, field, frozen

from minnet_core import Array, MinnetError
from minnet_core.errors import described
from minnet_core.plugins import plugin_host
from minnet_core.support import printable

from .errors import RanksError

__all__ = [
    "ALONE",
    "SHARDS",
    "Alone",
    "Conversation",
    "Ranks",
    "divided_rows",
    "ranks_of_this_process",
    "shares",
    "sum_in_order",
]

T = TypeVar("T")

SHARDS = 8
"""How many shards a batch is divided into under several ranks, unless the experiment says otherwise."""


class Ranks(Protocol):
    """Processes, or threads, that train one model together, each of which is a rank.

    All of them call the same methods in the same order, and each call returns when all have what it returns. Which
    errors that raises where one of them has ended, and whether it is ended then, an implementation says.
    """

    @property
    def rank(self) -> int:
        """The number of this one, from 0."""
        ...

    @property
    def size(self) -> int:
        """How many there are."""
        ...

    def gather(self, own: T, /) -> list[T]:
        """Return what every rank has passed, in the order of the ranks, on each of them.

        What is passed consists of dicts, lists, tuples, named ones too, texts, bytes, numbers, None and arrays, and can
        be pickled. What is returned may share memory with it, and is not written to.
        """
        ...

    def broadcast(self, value: T, /) -> T:
        """Return what rank 0 has passed, on each rank; the others pass None, or anything. As `gather` otherwise."""
        ...

    def sum_of_shards(self, own: Sequence[Array], counts: Sequence[int], out: Array) -> None:
        """Add up the vectors of all ranks in order: those of rank 0, then those of rank 1, and so on.

        The sum is ``((v0 + v1) + v2) + ...`` in the dtype of the vectors, with the same bits on every rank and however
        the vectors are distributed, as `sum_in_order` computes it of all of them; parts of it may be computed in
        different places, as elements do not depend on each other.

        Args:
            own: the vectors of this rank, of one length and dtype on all ranks; perhaps none.
            counts: how many vectors each rank has; not all are 0.
            out: where the sum is written, of the same length and dtype, and in memory of its own.
        """
        ...


@frozen
class Alone:
    """The ranks of a training that nobody else takes part in.

    >>> ALONE.gather("own"), ALONE.broadcast("own")
    (['own'], 'own')
    """

    rank: int = 0
    size: int = 1

    def gather(self, own: T, /) -> list[T]:
        """See `Ranks`."""
        return [own]

    def broadcast(self, value: T, /) -> T:
        """See `Ranks`."""
        return value

    def sum_of_shards(self, own: Sequence[Array], counts: Sequence[int], out: Array) -> None:
        """See `Ranks`."""
        sum_in_order(own, out)


ALONE = Alone()
"""No other rank."""


@define(eq=False)
class Conversation:
    """What ranks tell each other while each does its part of some work, in which any of them may fail.

    Each calls `gather` as often as every other one, and then `end`; or `end` before that, if it cannot go on. Then it
    is over for all: for those that wait for it, in `gather`, with an error that says why.

    Attributes:
        ranks: that take part.
        is_over: whether all know that it has ended.

    >>> conversation = Conversation(ALONE)
    >>> conversation.gather("a part"), conversation.end("all"), conversation.is_over
    (['a part'], ['all'], True)
    """

    ranks: Ranks
    is_over: bool = field(default=False, init=False)

    @property
    def rank(self) -> int:
        """The number of this rank, from 0."""
        return self.ranks.rank

    @property
    def size(self) -> int:
        """How many ranks there are."""
        return self.ranks.size

    def gather(self, own: T, /) -> list[T]:
        """Return what every rank has passed, as `Ranks.gather` does.

        Raises:
            RanksError: on each rank that has called this, if another has called `end` instead.
        """
        said = self._said(own, is_end=False)
        for rank, (_, is_end, why) in enumerate(said):
            if is_end:
                raise RanksError(f"rank {rank} of {self.size}: {why or 'expected to go on, received its end'}")
        return [each for each, *_ in said]

    def end(self, last: T, /, why: str = "") -> list[T | None]:
        """Say nothing more.

        Args:
            last: what is left to be told.
            why: what went wrong, for those that have not come to the end.

        Returns:
            What every rank has passed, in their order; None of one that has not come to its end.
        """
        said = self._said(last, is_end=True, why=why)
        return [each if is_end else None for each, is_end, _ in said]

    def _said(self, own: T, *, is_end: bool, why: str = "") -> list[tuple[T, bool, str]]:
        if self.is_over:
            raise RuntimeError("expected a conversation that goes on, received one that has ended")
        said = self.ranks.gather((own, is_end, why))
        self.is_over = any(is_end for _, is_end, _ in said)
        return said


def sum_in_order(vectors: Iterable[Array], out: Array) -> None:
    """Write ``((v0 + v1) + v2) + ...`` into ``out``; the sum of one vector is that vector, its negative zeros included.

    >>> import numpy as np
    >>> sum_in_order([np.array([1e20]), np.array([-1e20]), np.array([1.0])], out := np.zeros(1))
    >>> out
    array([1.])
    """
    first, *others = vectors
    out[...] = first
    for vector in others:
        out += vector


def divided_rows(rows: int, shards: int) -> list[slice]:
    """Divide the rows of a batch into shards of almost the same size.

    A small batch has fewer: none is empty, and none is a single row, of which batch statistics would say nothing,
    unless the batch is one.

    >>> divided_rows(11, 4)
    [slice(0, 2, None), slice(2, 5, None), slice(5, 8, None), slice(8, 11, None)]
    >>> divided_rows(5, 4)
    [slice(0, 2, None), slice(2, 5, None)]
    """
    count = max(min(shards, rows // 2), 1)
    return [slice(share.start, share.stop) for share in shares(rows, count)]


def shares(things: int, size: int) -> list[range]:
    """Say which of some things, in their order, each of ``size`` ranks has: almost as many as every other has.

    >>> shares(8, 3)
    [range(0, 2), range(2, 5), range(5, 8)]
    >>> shares(2, 3)
    [range(0, 0), range(0, 1), range(1, 2)]
    """
    bounds = [rank * things // size for rank in range(size + 1)]
    return [range(start, stop) for start, stop in pairwise(bounds)]


def ranks_of_this_process() -> Ranks | None:
    """Ask the plugins, by the hook ``minnet_ranks``, which ranks this process is one of; None if it is alone.

    Raises:
        RanksError: if a plugin fails to tell: each process would train by itself.
    """
    try:
        found: Ranks | None = plugin_host().manager.hook.minnet_ranks()
    except MinnetError:
        raise
    except Exception as error:
        raise RanksError(f"a plugin failed in minnet_ranks: {printable(described(error))}") from error
    return found
