"""Measuring: all workloads, all peers, one number of threads after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from attrs import evolve

from .client import PeerError, PeerProcess
from .machine import describe_machine
from .peer import Peer
from .results import SCHEMA, Outcome, Results, Run
from .timing import Effort, memory_of, time_workload
from .workload import Workload

Say = Callable[[str], None]

_MEASURES_MEMORY = ("training", "inference")


def measure(
    workloads: Sequence[Workload], peers: Sequence[Peer], threads: Sequence[int], effort: Effort, say: Say
) -> Results:
    """Measure everything.

    Args:
        workloads: what.
        peers: whom; those that are not installed are skipped, and ``say`` says so.
        threads: numbers of threads, a run for each.
        effort: how long.
        say: is told how it goes.
    """
    started, machine = datetime.now(UTC).isoformat(timespec="seconds"), describe_machine()
    runs = []
    for index, number in enumerate(threads):
        # Memory does not depend on threads: the first run measures it for all.
        its = evolve(effort, memory=effort.memory and index == 0)
        runs.append(_run(workloads, peers, number, its, say))
    return Results(SCHEMA, started, machine, effort.clock, "cell", tuple(runs))


def _run(workloads: Sequence[Workload], peers: Sequence[Peer], threads: int, effort: Effort, say: Say) -> Run:
    absent = {peer.name: f"not installed: {', '.join(missing)}" for peer in peers if (missing := peer.missing())}
    outcomes: list[Outcome] = []
    versions = {}
    for peer in peers:
        if peer.name not in absent:
            with PeerProcess(peer, threads) as process:
                try:
                    versions[peer.name] = process.ask("versions")["versions"]
                except PeerError as error:
                    absent[peer.name] = f"does not start: {error}"
    for name, reason in absent.items():
        say(f"without {name}: {reason}")
    for count, workload in enumerate(workloads, start=1):
        say(f"{threads} thread{'s' * (threads > 1)}, {count} of {len(workloads)}: {workload.name}")
        with ExitStack() as stack:  # a process for each cell, whose heap has no history of others
            processes = [stack.enter_context(PeerProcess(peer, threads)) for peer in peers if peer.name in versions]
            outcome = time_workload(workload, processes, effort)
        for name, reason in outcome.left_out.items():
            if reason.startswith(("refused", "failed")):
                say(f"  without {name}: {reason}")
        outcomes.append(outcome)
    if effort.memory:
        by_name = {workload.name: workload for workload in workloads}
        outcomes = [_with_memory(outcome, by_name[outcome.workload], peers, threads, say) for outcome in outcomes]
    return Run(threads, versions, absent, tuple(outcomes))


def _with_memory(outcome: Outcome, workload: Workload, peers: Sequence[Peer], threads: int, say: Say) -> Outcome:
    if outcome.group not in _MEASURES_MEMORY:
        return outcome
    memory = {}
    for peer in peers:
        if peer.name in outcome.steps:
            say(f"memory of {peer.name}: {outcome.workload}")
            with PeerProcess(peer, threads) as process:
                memory[peer.name] = memory_of(workload, process)
    return evolve(outcome, memory=memory)
