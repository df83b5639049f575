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

The time of training steps, layers, losses and optimizers, compared with the course notebook that minnet grew out of,
PyTorch, JAX, scikit-learn, and a lower bound. All numbers on this page come from one run of

<!-- skip: next -->
```console
$ python -m benchmarks --threads {threads}{options} --json benchmarks/results.json
```

on {machine}.
Machines differ and are noisy: ratios are more reliable than microseconds, and your own run more than either.

## How it is measured

- {processes}
- In each of {rounds} rounds, all peers run the same workload one after the other, in rotating order; a ratio
  is the median of the ratios within rounds, so that noise affects both peers alike.
- A cell is the peer's median time in microseconds, and in parentheses minnet's time divided by the peer's: **below 1,
  minnet is faster**.
- {clock}
- The number of threads is set in the environment before anything is imported.
- Before anything is timed, the peers must compute the same results from the same weights and batches: the losses of six
  steps, or the results of both passes, with a relative difference of at most {tolerance:g}. A peer that computes
  something else is not timed. Dropout masks differ between frameworks, so results are compared with `p=0` and timed
  with `p=0.5`.
- Each peer is used in its fastest form: PyTorch with the fastest of its `foreach`, `fused` and for-loop optimizers, its
  affine batch normalization, its combined loss, and without synchronizing on the loss; JAX with one compiled function
  for the whole step, donated arrays, and XLA's own random numbers.
- The floor is the minimum that NumPy needs: the matrix products of a network, or the memory traffic of a layer. It
  computes no loss, so it is not a competitor.

The peers: {peers}.
"""


_CLOCKS = {
    "wall": "Times are wall-clock times.",
    "cpu": "Times are CPU times, because the machine was not idle.",
}


_PROCESSES = {
    "cell": """\
Each cell, one peer in one workload, has a process of its own, which has done nothing before but prove and warm up that
  workload: what else a process has allocated and freed can double the time of a layer, or halve it. Allocators are as
  each peer leaves them; minnet's keeps the memory of freed results, unless `MINNET_KEEP_ALLOCATOR=1` is set.
  Between its turns a process is stopped, as threads that wait by spinning would take a processor from the others.""",
    "peer": """\
Each peer is one warm process for all workloads. It starts by releasing one large block, as any long-running process
  has done: before that, the allocator of Linux returns memory to the system in every step, which can double the time
  of a single layer in every framework. (`python -m benchmarks` now gives each cell a process of its own.)""",
}


def report_markdown(results: Results) -> str:
    """Write the page."""
    return "\n".join(_lines(results))


def _lines(results: Results) -> Iterator[str]:
    machine = results.machine
    rounds = max((len(its.rounds) for run in results.runs for its in run.outcomes), default=0)
    yield _INTRODUCTION.format(
        threads=",".join(str(run.threads) for run in results.runs),
        machine=f"{machine['cpus']} CPUs of an {machine['processor']} ({machine['system']}), {results.started[:10]}"
        + (f";\n{machine['remark']}" if "remark" in machine else ""),  # what somebody who measured has written there
        options=f" --rounds {rounds}" + (f" --clock {results.clock}" if results.clock != "wall" else ""),
        rounds=rounds,
        clock=_CLOCKS[results.clock],
        processes=_PROCESSES[results.processes],
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
            yield f"### Overhead of the trainer, {run.threads} thread{'s' * (run.threads > 1)}\n"
            yield "The time that the training loop of minnet-train adds to a plain loop, in microseconds: shuffling,"
            yield "gathering the rows of a batch, and checking that the loss is finite.\n"
            yield f"{overhead.as_markdown()}\n"
    yield from _memory(results.runs)
    yield from _small_print(results)


def _memory(runs: tuple[Run, ...]) -> Iterator[str]:
    for run in runs:
        for index, table in enumerate(memory_tables(run)):
            if not index:
                yield "## Memory\n"
                yield "Measured in a fresh process for each peer and workload; JAX includes compilation."
                yield "NumPy's allocations are traced to show whether a step leaks memory.\n"
            yield f"{table.title[0].upper()}{table.title[1:]}:\n"
            yield f"{table.as_markdown()}\n"


def _small_print(results: Results) -> Iterator[str]:
    yield "## Versions and missing results\n"
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
    yield "- PyTorch's fastest option: " + "; ".join(_options(results)) + "."
    fused = {outcome.notes[BASE] for outcome in _outcomes(results) if BASE in outcome.notes}
    if fused:
        yield f"- minnet runs the fused inference workloads with {', '.join(sorted(fused))}."
    yield "- A dash means that the peer lacks the feature, or was not asked: scikit-learn has one activation and no"
    yield "  batch normalization; the notebook has no AdamW, RMSprop or Adagrad."
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
        yield f"- Peers that used more CPUs than threads were allowed (allowed: used, workload): {', '.join(over)}."
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
