"""`world`: the processes that were started together with this one, as the ranks of its trainings."""

from __future__ import annotations

import os
from functools import cache

from minnet_train.ranks import Alone, Ranks

from .failing_to_join import joining
from .launching import Launched, launched
from .leaving import Departure
from .library import load_mpi
from .mpi_ranks import MpiRanks

_ONE = Alone()  # and not `ALONE`, which is what a training has that nobody thinks of dividing


def world() -> Ranks:
    """Return the processes that mpiexec, or srun, started together with this one, which may be the only one.

    ``Trainer(..., ranks=world())`` therefore divides its batches into shards however many there are, and has the same
    bits. An error that ends the program on one of several ends all, with its message first.

    Raises:
        RanksError: if there are several, but no library of MPI by which they could speak with each other.

    >>> world().size
    1
    """
    found = launched(os.environ)
    return _ONE if found is None or found.size == 1 else _joined(found)[0]


def departure() -> Departure | None:
    """Return how this process leaves the others; None if it is alone."""
    found = launched(os.environ)
    return None if found is None or found.size == 1 else _joined(found)[1]


@cache
def _joined(found: Launched) -> tuple[MpiRanks, Departure]:
    """Do once what all processes do together."""
    with joining():
        communicator = load_mpi(found).COMM_WORLD
        leaving = Departure(communicator)
        ranks = MpiRanks(communicator)
    leaving.watch_uncaught_errors()
    return ranks, leaving
