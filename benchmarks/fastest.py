"""Choosing the fastest of several ways in which a peer can do the same."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping

from .job import Job, time_job

_ROUNDS = 5
_SECONDS = 0.02


def fastest(ways: Mapping[str, Callable[[], Job]]) -> Job:
    """Time the ways in turns, and return a fresh job of the one whose median is the least; its note says which.

    A way that raises is left out: not every option exists for every optimizer.

    Raises:
        RuntimeError: if none works; it says why.
    """
    jobs: dict[str, Job] = {}
    problem: Exception | None = None
    for name, make in ways.items():
        try:
            job = make()
            time_job(job, 3)  # what is compiled or allocated once
        except (RuntimeError, TypeError, ValueError) as error:
            problem = error
        else:
            jobs[name] = job
    if not jobs:
        raise RuntimeError(f"none of {', '.join(ways)} works: {problem}") from problem
    steps = {name: max(1, int(_SECONDS / max(time_job(job, 1)[0], 1e-7))) for name, job in jobs.items()}
    rounds = [{name: time_job(job, steps[name])[0] for name, job in jobs.items()} for _ in range(_ROUNDS)]
    best = min(jobs, key=lambda name: statistics.median(taken[name] for taken in rounds))
    jobs.clear()
    chosen = ways[best]()
    chosen.note = best
    return chosen
