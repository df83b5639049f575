"""Choosing the fastest of several ways in which a peer can do the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .job import Job

_ROUNDS = 7
_SECONDS = 0.02


def fastest(ways: Mapping[str, Callable[[], Job]]) -> str:
    """Time the ways in turns, and return the name of the one with the shortest turn.

    Not of the shortest median: here one way is to be found and not its time, and what else the machine does can only
    make a turn longer.
    A way that raises is left out: not every option exists for every optimizer.

    Raises:
        RuntimeError: if none works; it says why.
    """
    jobs: dict[str, Job] = {}
    problem: Exception | None = None
    for name, make in ways.items():
        try:
            job = make()
            job.seconds(3)  # what is compiled or allocated once
        except (RuntimeError, TypeError, ValueError) as error:
            problem = error
        else:
            jobs[name] = job
    if not jobs:
        raise RuntimeError(f"none of {', '.join(ways)} works: {problem}") from problem
    steps = {name: max(1, int(_SECONDS / max(job.seconds(1), 1e-7))) for name, job in jobs.items()}
    rounds = [{name: job.seconds(steps[name]) / steps[name] for name, job in jobs.items()} for _ in range(_ROUNDS)]
    return min(jobs, key=lambda name: min(taken[name] for taken in rounds))
