"""`Job`: a workload that a peer has made ready."""

from __future__ import annotations

import gc
from time import perf_counter, process_time

from .evidence import Evidence


class UnsupportedError(Exception):
    """A peer has no such thing; the message says what."""


class Job:
    """Steps to time.

    Attributes:
        note: what is to be known of this peer in this workload, for the report: which of its options was the fastest.
        exempt: why the peer gives no evidence, if it does not.
    """

    note: str = ""
    exempt: str = ""

    def step(self, index: int) -> object:
        """Do one step; ``index`` counts from 0 in each call of `seconds`."""
        raise NotImplementedError

    def finish(self) -> None:
        """Wait for what was begun, where a framework works in the background."""

    def evidence(self) -> Evidence:
        """Say what the first steps compute; called once, on a job that has done nothing yet."""
        raise NotImplementedError

    def seconds(self, steps: int) -> float:
        """Do steps and time them."""
        start = perf_counter()
        for index in range(steps):
            self.step(index)
        self.finish()
        return perf_counter() - start


def time_job(job: Job, steps: int) -> tuple[float, float]:
    """Time steps with the garbage collector off, as `timeit` does.

    Returns:
        The seconds for each step, and how many CPUs were busy meanwhile: whether the limit on threads held.
    """
    gc.disable()
    try:
        start, busy = perf_counter(), process_time()
        taken = job.seconds(steps)
        elapsed, busy = perf_counter() - start, process_time() - busy
    finally:
        gc.enable()
    return taken / steps, busy / elapsed if elapsed else 0.0
