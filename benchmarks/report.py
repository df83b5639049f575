"""The page of the documentation, written from the results of a run."""

from __future__ import annotations

from collections.abc import Iterator

from .evidence import TOLERANCE
from .peer import PEERS
from .results import Outcome, Results, Run
from .tables import BASE, memory_tables, overhead_table, time_tables

_INTRODUCTION = """\
# Benchmarks

<!-- Written by `python -m benchmarks report benchmarks/results.json`; change that instead of this page. -->

What a training step, a layer, a loss, an optimizer takes, beside the notebook that minnet grew out of, PyTorch, JAX,
scikit-learn, and the least that is possible.
Every number on this page comes from one run of

<!-- skip: next -->
```console
$ python -m benchmarks --threads {threads}{options} --json benchmarks/results.json
```

on {machine}.
Machines differ and are noisy: trust ratios before microseconds, and your own run before both.

## How it is measured

- Every peer is one warm process. In each of {rounds} rounds all of them do the same workload in turns, in an order
  that rotates; a ratio is the median of the ratios within rounds, so that what slows the machine slows both.
- A cell is the median of a peer in microseconds, and in parentheses minnet's time by the peer's: **below 1 minnet is
  faster**.
- {clock}
- The number of threads is said in the environment before anything is imported.
- Every process begins by releasing one large block, as any process has done that has run for long: before that, the
  allocator of Linux gives memory back in every step, which can double the time of a layer alone, whoever computes it.
- Before anything is timed, the peers prove that they compute the same from the same weights and batches: the losses of
  six steps, or the results of both passes, within {tolerance:g} of their size. A peer that computes something else is
  not timed. Random zeros cannot be the same in two frameworks, so the proof is with `p=0` and the timing with `p=0.5`.
- Everybody gets their best: PyTorch the fastest of its `foreach`, `fused` and for-loop optimizers, its joint batch
  normalization with scaling, its joint loss, and no waiting for the loss; JAX one compiled function for the whole
  step, the arrays that it replaces, and XLA's own random numbers.
- The floor is what NumPy cannot do without: the matrix products of a network, or reading and writing what a layer
  must. It computes no loss, so it is no competitor.

The peers: {peers}.
"""


_CLOCKS = {
    "wall": "The clock is that of the wall.",
    "cpu": "The clock counts the time that processors worked for a peer: the machine was busy with other things too.",
}


def report_markdown(results: Results) -> str:
    """Write the page."""
    return "\n".join(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    machine = results.machine
    rounds = max((len(its.rounds) for run in results.runs for its in run.outcomes), default=0)
    yield _INTRODUCTION.format(
        threads=",".join(str(run.threads) for run in results.runs),
        machine=f"{machine['cpus']} CPUs of an {machine['processor']} ({machine['system']}), {results.started[:10]}",
        options=f" --rounds {rounds}" + (f" --clock {results.clock}" if results.clock != "wall" else ""),
        rounds=rounds,
        clock=_CLOCKS[results.clock],
        tolerance=TOLERANCE,
        peers="; ".join(f"`{name}`, {peer.title}" for name, peer in PEERS.items() if _is_in(results, name)),
    )
    for run in results.runs:
        yield f"## {run.threads} thread{'s' * (run.threads > 1)}\n"
        for table in time_tables(run):
            yield f"### {table.columns[0].capitalize()}, {run.threads} thread{'s' * (run.threads > 1)}\n"
            yield f"{table.as_markdown()}\n"
        overhead = overhead_table(run)
        if overhead.rows:
            yield f"### The trainer's own time, {run.threads} thread{'s' * (run.threads > 1)}\n"
            yield "What the loop of minnet-train adds to the bare loop, in microseconds: shuffling, gathering the"
            yield "rows of a batch, and the check that the loss is finite.\n"
            yield f"{overhead.as_markdown()}\n"
    yield from _memory(results.runs)
    yield from _small_print(results)


def _memory(runs: tuple[Run, ...]) -> Iterator[str]:
    for run in runs:
        for index, table in enumerate(memory_tables(run)):
            if not index:
                yield "## Memory\n"
                yield "Measured in a fresh process for each peer and workload; JAX's includes what compiling takes."
                yield "What NumPy allocates is traced: if a step left anything behind, memory would grow with steps.\n"
            yield f"{table.title[0].upper()}{table.title[1:]}:\n"
            yield f"{table.as_markdown()}\n"


def _small_print(results: Results) -> Iterator[str]:
    yield "## Versions, and who is missing where\n"
    versions: dict[str, str] = {}
    for run in results.runs:
        for its in run.versions.values():
            versions.update(its)
    yield f"{', '.join(f'{name} {number}' for name, number in sorted(versions.items()))}.\n"
    absent = {name: reason for run in results.runs for name, reason in run.absent.items()}
    for name, reason in absent.items():
        yield f"- `{name}` is missing: {reason}."
    refused = {
        f"- `{name}` in {outcome.workload}: {reason}."
        for outcome in _outcomes(results)
        for name, reason in outcome.left_out.items()
        if reason.startswith(("refused", "failed"))
    }
    yield from sorted(refused)
    yield "- The option that was PyTorch's fastest: " + "; ".join(_options(results)) + "."
    fused = {outcome.notes[BASE] for outcome in _outcomes(results) if BASE in outcome.notes}
    if fused:
        yield f"- The inference workloads called fused are, of minnet: {', '.join(sorted(fused))}."
    yield "- A dash: the peer has no such thing. scikit-learn has one activation and no batch normalization; the"
    yield "  notebook has no AdamW, RMSprop or Adagrad."
    over = sorted(
        {
            f"`{name}` ({run.threads}: {cpus:g}, {outcome.workload})"
            for run in results.runs
            for outcome in run.outcomes
            for name, cpus in outcome.cpus.items()
            if cpus > run.threads + 0.1
        }
    )
    if over:
        yield f"- Busy with more CPUs than threads were allowed (allowed: busy, in what): {', '.join(over)}."
    yield ""


def _options(results: Results) -> Iterator[str]:
    chosen: dict[str, list[str]] = {}
    for outcome in results.runs[0].outcomes if results.runs else ():
        if "torch" in outcome.notes:
            chosen.setdefault(outcome.notes["torch"], []).append(outcome.workload)
    for option, workloads in chosen.items():
        yield f"{option} in {', '.join(workloads)}"


def _outcomes(results: Results) -> Iterator[Outcome]:
    for run in results.runs:
        yield from run.outcomes


def _is_in(results: Results, peer: str) -> bool:
    return any(peer in run.versions for run in results.runs)
