"""A peer's process: ``python -m benchmarks.server MODULE THREADS``, told by lines of JSON what to do.

It serves one workload, so that what it has allocated and freed before a timing is of that one alone.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from typing import Any

from .catalogue import WORKLOADS
from .job import Job, UnsupportedError, time_job
from .memory import measure_memory
from .threads import limit_threads
from .workload import for_proof


class Server:
    """Answers requests; every method that is not private is one."""

    def __init__(self, module: str, threads: int) -> None:
        self._module = importlib.import_module(module)
        limit_threads(threads)
        self._job: Job | None = None

    def prove(self, workload: str) -> dict[str, Any]:
        """Say what the first steps compute, in a job that is thrown away."""
        self._job = None
        job: Job = self._module.prepare(for_proof(WORKLOADS[workload]))
        if job.exempt:
            return {"exempt": job.exempt}
        return {"evidence": job.evidence()}

    def prepare(self, workload: str) -> dict[str, Any]:
        """Make a workload ready."""
        self._job = None
        self._job = self._module.prepare(WORKLOADS[workload])
        gc.collect()  # of what was before, of which nothing shall be collected while others have their turn
        return {"note": self._job.note}

    def time(self, steps: int) -> dict[str, Any]:
        """Time steps of the workload that is ready."""
        if self._job is None:
            raise RuntimeError("expected prepare before time")
        seconds, cpus = time_job(self._job, steps)
        return {"seconds": seconds, "cpus": cpus}

    def memory(self, workload: str, steps: int) -> dict[str, Any]:
        """Measure what a workload adds to the memory of a process that has done nothing yet."""
        return measure_memory(lambda: self._module.prepare(WORKLOADS[workload]), steps)

    def versions(self) -> dict[str, Any]:
        """Say which versions of which packages are at work."""
        return {"versions": self._module.versions()}


def answer(server: Server, line: str) -> dict[str, Any]:
    """Do what a line asks; an error is an answer too, so that the others can go on."""
    request = json.loads(line)
    try:
        reply: dict[str, Any] = getattr(server, request.pop("do"))(**request)
    except UnsupportedError as error:
        return {"unsupported": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return reply


def main() -> None:
    """Serve until the pipe is closed; what libraries print goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(answer(server, line)), file=replies, flush=True)


if __name__ == "__main__":
    main()
