"""`ThreadRanks`: ranks of a training that are threads, which share nothing but what they tell each other."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Any, TypeVar

import numpy as np
from attrs import Factory, define, field

T = TypeVar("T")


class LeftError(Exception):
    """A rank waits for another one that has ended."""


@define(eq=False)
class _Table:
    """What the ranks tell each other, call by call."""

    size: int
    told: dict[int, dict[int, bytes]] = Factory(dict)
    left: set[int] = Factory(set)
    changed: Condition = Factory(Condition)

    def exchange(self, call: int, rank: int, own: bytes, timeout: float) -> list[bytes]:
        with self.changed:
            told = self.told.setdefault(call, {})
            told[rank] = own
            self.changed.notify_all()
            missing = set(range(self.size))
            while missing := missing - told.keys():
                if missing & self.left:
                    raise LeftError(f"rank {rank} waits for rank {min(missing & self.left)}, which has ended")
                if not self.changed.wait(timeout):
                    raise LeftError(f"rank {rank} has waited {timeout} s for {missing}")
            return [told[each] for each in range(self.size)]

    def leave(self, rank: int) -> None:
        with self.changed:
            self.left.add(rank)
            self.changed.notify_all()


@define(eq=False)
class ThreadRanks:
    """One of the ranks; `together` makes them.

    What is passed is pickled and read again, as between processes, so that no rank sees memory of another.

    Attributes:
        rank: the number of this one.
        size: how many there are.
        calls: how often something was gathered, broadcast or added up.
    """

    rank: int
    size: int
    _table: _Table = field(repr=False)
    calls: int = 0

    def gather(self, own: Any) -> list[Any]:
        """Return what every rank has passed."""
        self.calls += 1
        return [pickle.loads(each) for each in self._table.exchange(self.calls, self.rank, pickle.dumps(own), 60)]

    def broadcast(self, value: Any) -> Any:
        """Return what rank 0 has passed."""
        return self.gather(value if self.rank == 0 else None)[0]

    def sum_of_shards(self, own: Sequence[np.ndarray], counts: Sequence[int], out: np.ndarray) -> None:
        """Add up the vectors of all ranks, one after another."""
        gathered = self.gather(list(own))
        assert [len(each) for each in gathered] == list(counts)
        first, *others = [vector for each in gathered for vector in each]
        assert first.dtype == out.dtype
        total = first
        for vector in others:
            total = total + vector
        out[...] = total


def together(size: int, work: Callable[[ThreadRanks], T]) -> list[T]:
    """Do something on so many ranks at a time, and return what each returns.

    Of the errors, that of the lowest rank is raised that has not only waited for another one.
    """
    table = _Table(size)
    results: list[Any] = [None] * size
    errors: dict[int, BaseException] = {}

    def run(rank: int) -> None:
        try:
            results[rank] = work(ThreadRanks(rank, size, table))
        except BaseException as error:
            errors[rank] = error
        finally:
            table.leave(rank)

    threads = [Thread(target=run, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = [errors[rank] for rank in sorted(errors) if not isinstance(errors[rank], LeftError)]
    for error in own or list(errors.values()):
        raise error
    return results
