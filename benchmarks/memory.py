"""What a workload adds to the memory of its process."""

from __future__ import annotations

import gc
import re
import resource
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .job import Job

MEMORY_STEPS = 20
"""After that many, whatever a step leaves behind has shown."""

_STATUS = Path("/proc/self/status")


def peak_bytes() -> int:
    """The most memory that the process has had.

    Linux's VmHWM where there is one: ru_maxrss starts with what the parent process had.
    """
    if _STATUS.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())
        if found:
            return 1024 * int(found[1])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure_memory(prepare: Callable[[], Job], steps: int) -> dict[str, Any]:
    """Measure, in a process that has imported its framework and nothing more.

    Returns:
        ``peak_growth``, bytes that preparing and doing ``steps`` steps add to the peak; and of what goes through
        Python's allocator (all of NumPy's arrays, none of PyTorch's tensors), ``traced_peak``, what one step takes on
        top of what stays, and ``traced_growth``, what ``steps`` further steps leave behind: 0, or memory grows.
    """
    before = peak_bytes()
    job = prepare()
    job.seconds(steps)
    growth = peak_bytes() - before
    tracemalloc.start()
    try:
        job.seconds(steps)  # what stays from step to step is now known to tracemalloc
        settled = _traced()
        tracemalloc.reset_peak()
        job.seconds(1)
        peak = tracemalloc.get_traced_memory()[1] - settled
        settled = _traced()
        job.seconds(steps)
        left = _traced() - settled
    finally:
        tracemalloc.stop()
    return {"peak_growth": growth, "traced_peak": peak, "traced_growth": left, "steps": steps}


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
