"""Timing the peers of one workload in turns."""

from __future__ import annotations

import statistics

from attrs import frozen

from .client import PeerError, PeerProcess
from .memory import MEMORY_STEPS
from .proving import prove
from .results import Outcome
from .workload import Workload


@frozen
class Effort:
    """How much time to take.

    Attributes:
        rounds: in each of them every peer is timed once.
        seconds: about how long one timing is.
        memory: whether to measure memory too, in processes of their own.
        clock: ``wall``, or ``cpu``: the seconds that processors worked for a peer, which others on a busy machine
            change less. A peer that waits for its own threads looks worse by it.
    """

    rounds: int
    seconds: float
    memory: bool = False
    clock: str = "wall"


def time_workload(workload: Workload, processes: list[PeerProcess], effort: Effort) -> Outcome:
    """Prove, make ready, find out how many steps fill a timing, and time in rounds; the order rotates."""
    verdict = prove(workload, processes)
    notes: dict[str, str] = {}
    steps: dict[str, int] = {}
    ready = []
    for process in processes:
        name = process.peer.name
        if name not in verdict.proofs:
            continue
        try:
            note = process.ask("prepare", workload=workload.name)["note"]
            steps[name] = _steps_for(process, effort.seconds)
        except PeerError as error:
            verdict.left_out[name] = f"failed: {error}"
            continue
        if note:
            notes[name] = note
        ready.append(process)
    rounds: list[dict[str, float]] = []
    busy: dict[str, list[float]] = {process.peer.name: [] for process in ready}
    for index in range(effort.rounds if ready else 0):
        first = index % len(ready)
        taken = {}
        for process in (*ready[first:], *ready[:first]):
            name = process.peer.name
            reply = process.ask("time", steps=steps[name])
            taken[name] = reply["seconds"] * (reply["cpus"] if effort.clock == "cpu" else 1)
            busy[name].append(reply["cpus"])
        rounds.append(taken)
    cpus = {name: round(statistics.median(its), 2) for name, its in busy.items() if its}
    return Outcome(
        workload.name, workload.group, tuple(rounds), verdict.proofs, verdict.left_out, notes, steps, cpus, memory={}
    )


def _steps_for(process: PeerProcess, seconds: float) -> int:
    """How many steps take about that long; on the way to that number the peer gets warm."""
    process.ask("time", steps=1)  # which compiles
    steps = 1
    while True:
        taken = float(process.ask("time", steps=steps)["seconds"])
        wanted = max(1, round(seconds / max(taken, 1e-9)))
        if wanted <= 2 * steps:
            return wanted
        steps = min(wanted, 10 * steps)


def memory_of(workload: Workload, process: PeerProcess) -> dict[str, int]:
    """Measure the memory of a workload in a process that has done nothing yet."""
    return dict(process.ask("memory", workload=workload.name, steps=MEMORY_STEPS))
