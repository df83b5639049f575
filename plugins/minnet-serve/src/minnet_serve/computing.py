"""`Computing`: threads that compute answers, and how many requests are read or answered at a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from attrs import define, field

from .errors import RefusedError
from .limits import Limits

Answer = Callable[[bytes, float], bytes]
"""What answers a body until a deadline by ``time.monotonic``."""


@define(eq=False)
class Work:
    """A body that waits for a thread, or is being answered by one.

    Attributes:
        answer: what answers it.
        body: emptied if nobody waits for the answer any more: the queue of the threads keeps the rest for a while.
        deadline: by ``time.monotonic``.
    """

    answer: Answer
    body: bytes
    deadline: float

    def __call__(self) -> bytes:
        """Answer the body, in a thread."""
        return self.answer(self.body, self.deadline)


@define(eq=False)
class Slot:
    """The place of one request among those that are read or answered at a time; free when its thread is done."""

    _pool: ThreadPoolExecutor
    _work: Work | None = field(default=None, init=False)
    _future: Future[bytes] | None = field(default=None, init=False)

    async def compute(self, work: Work) -> bytes:
        """Compute an answer in a thread, once; what waits for a thread is forgotten if this is cancelled."""
        self._work = work
        self._future = self._pool.submit(work)
        return await asyncio.wrap_future(self._future)

    def leave(self, release: Callable[[], object]) -> None:
        """Call `release` as soon as no thread has the body any more: now, or at the end of the computation."""
        if self._future is None or self._work is None:
            release()
            return
        if self._future.cancel():
            self._work.body = b""
        self._future.add_done_callback(lambda _: release())


@define(eq=False)
class Computing:
    """Threads, and places for the requests that wait for them.

    A thread cannot be stopped. A request that is given up while a thread has it keeps its place until the thread is
    done, so that no more bodies are in memory than there are places.

    Attributes:
        limits: how many there are of both.
        pool: the threads.
    """

    limits: Limits
    pool: ThreadPoolExecutor = field(init=False)
    _places: threading.BoundedSemaphore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.limits.threads, thread_name_prefix="minnet-serve")
        self._places = threading.BoundedSemaphore(self.limits.requests)

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Take a place for the time of a request.

        Raises:
            RefusedError: 503, if all are taken.
        """
        if not self._places.acquire(blocking=False):
            raise RefusedError(
                503, f"expected {self.limits.requests} requests at a time at most, received another; ask again later"
            )
        slot = Slot(self.pool)
        try:
            yield slot
        finally:
            slot.leave(self._places.release)
