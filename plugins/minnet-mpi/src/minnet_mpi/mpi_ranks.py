"""`MpiRanks`: the ranks of a training are the processes of a communicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from minnet_core import Array
from minnet_train.ranks import shares, sum_in_order

if TYPE_CHECKING:
    from mpi4py import MPI

T = TypeVar("T")

SMALL = 1 << 16
"""Up to so many bytes of all vectors, everybody receives everything and adds up: one message instead of two."""


class MpiRanks:
    """The processes of a communicator; `minnet_train.ranks.Ranks` says what each method does.

    A call waits for all processes, and would wait forever for one that has ended. Those that `world` returns end
    together.

    Args:
        communicator: of all processes that train together, such as ``MPI.COMM_WORLD``. It is duplicated, so that nobody
            else's messages are mixed up with ours; all of its processes make one of these at the same time.

    >>> from mpi4py import MPI
    >>> ranks = MpiRanks(MPI.COMM_SELF)
    >>> ranks
    <MpiRanks 0 of 1>
    >>> ranks.gather({"loss": 0.5})
    [{'loss': 0.5}]
    """

    def __init__(self, communicator: MPI.Intracomm) -> None:
        self.communicator = communicator.Dup()
        self._rank, self._size = communicator.rank, communicator.size
        self._buffers: dict[str, Array] = {}

    @property
    def rank(self) -> int:
        """The number of this process."""
        return self._rank

    @property
    def size(self) -> int:
        """How many processes there are."""
        return self._size

    def gather(self, own: T, /) -> list[T]:
        """See `Ranks`; the processes of one program trust each other, so that what they pass is pickled."""
        return self.communicator.allgather(own)

    def broadcast(self, value: T, /) -> T:
        """See `Ranks`; as `gather` otherwise."""
        sent: T = self.communicator.bcast(value)
        return sent

    def sum_of_shards(self, own: Sequence[Array], counts: Sequence[int], out: Array) -> None:
        """See `Ranks`.

        A sum of all reduces would depend on how many there are. So each process gets its slice of every vector, adds
        those up in order, and gives the others the sum: of K vectors of P elements, a process receives K / size * P
        elements, and then P. Nothing is pickled, and the memory between is kept for the next call.

        Raises:
            ValueError: if there are not as many vectors as ``counts`` says.
        """
        if len(own) != counts[self._rank]:
            raise ValueError(f"expected {counts[self._rank]} vectors of rank {self._rank}, received {len(own)}")
        if self._size == 1:
            sum_in_order(own, out)
        elif out.nbytes * sum(counts) <= SMALL:
            self._sum_of_everything(own, counts, out)
        else:
            self._sum_of_slices(own, counts, out)

    def _sum_of_everything(self, own: Sequence[Array], counts: Sequence[int], out: Array) -> None:
        sent = self._buffer("sent", len(own), out)
        for row, vector in zip(sent, own, strict=True):
            row[...] = vector
        received = self._buffer("received", sum(counts), out)
        self.communicator.Allgatherv(sent, (received, [count * len(out) for count in counts]))
        sum_in_order(received, out)

    def _sum_of_slices(self, own: Sequence[Array], counts: Sequence[int], out: Array) -> None:
        slices = [slice(share.start, share.stop) for share in shares(len(out), self._size)]
        lengths = [each.stop - each.start for each in slices]
        sent, start = self._buffer("sent", len(own), out).ravel(), 0
        for each, length in zip(slices, lengths, strict=True):
            for vector in own:
                sent[start : start + length] = vector[each]
                start += length
        mine = lengths[self._rank]
        received = self._buffer("received", sum(counts), out[:mine])
        self.communicator.Alltoallv(
            (sent, [len(own) * length for length in lengths]), (received, [count * mine for count in counts])
        )
        total = self._buffer("total", 1, out[:mine])[0]
        sum_in_order(received, total)
        self.communicator.Allgatherv(total, (out, lengths))

    def _buffer(self, name: str, rows: int, like: Array) -> Array:
        """Memory for so many vectors like this one, the same in every step."""
        size = rows * len(like)
        kept = self._buffers.get(name)
        if kept is None or kept.size < size or kept.dtype != like.dtype:
            kept = self._buffers[name] = np.empty(size, like.dtype)
        return kept[:size].reshape(rows, len(like))

    def __repr__(self) -> str:
        return f"<MpiRanks {self._rank} of {self._size}>"
