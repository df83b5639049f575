"""What more processes add to a step of training, and where they stop paying: ``python benchmarks/scaling.py``.

In four minutes it measures, of networks from the table of benchmarks, with one BLAS thread each:

- the step of a Trainer on whole batches, and in shards, in one process;
- the same in shards on 2 and 4 processes of mpiexec, of which more than there are processors take turns;
- latency and bandwidth between two of them: half of a ping-pong of 8 bytes, and of 4 MB that are in no cache.

From that it simulates up to 1,024 ranks, each on a processor of its own, for a network as it was measured here and for
one of a cluster. The model of a step on R ranks, of K shards, of a network of P parameters, is

    compute   ceil(K / R) (c + rows of a shard b) + f     b a row, f what is done once a step, c what a shard adds
    begin     ceil(log2 R) L                              rank 0 tells where random numbers begin
    gather    g + 2 ceil(log2 R) L + 300 K / B            losses and the like: two collective calls, 300 bytes a shard
    sum       (R - 1) L + max(V / R, K / R) 4 P / B       each receives its slice of all V vectors, pairwise
              + V P / R a                                 and adds them up; rank 0 has added its own before
              + ceil(log2 R) L + 4 P (R - 1) / (R B)      and gets the sums of the others

with b, f, c, g and a measured here, latency L and bandwidth B. Nothing overlaps, all links are alike and free, and
nobody waits for a slower rank.

With ``batch_statistics = "batch"``, c is another, that of a shard in step with the others. N layers normalize, of F
features together; what they tell forwards and backwards, losses and results are gathered one after another:

    gather    (2 N + 2) (g + 2 ceil(log2 R) L)            as often as that, and of a feature three numbers of 8 bytes
              + (300 + 40 F) K / B                        forwards, and two backwards

It is measured with one process and with two, of a network that has such layers.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from attrs import asdict, frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.catalogue import WORKLOADS
from benchmarks.drawing import one_hot
from benchmarks.machine import describe_machine
from benchmarks.peers.minnet_peer import make_model
from benchmarks.workload import Training
from minnet_core import criterions, optimizers
from minnet_train import Samples, Trainer
from minnet_train.ranks import ALONE, Ranks, sum_in_order

NAMES = ("mlp-small", "digits-64", "wide-elu")
SHARDS = 8
STEPS = 12
ROUNDS = 7
RANKS = tuple(2**power for power in range(11))
ROWS = 64
"""Of each rank, where the batch grows with their number."""
BATCH = 8192
"""Where it does not."""
PAYS = 1.1
"""So many times faster twice the ranks must be, to be worth it."""
MANY = 2048
"""Samples of a batch that is measured besides, of which there is enough to do for two processors."""
LARGE = 1 << 22
"""Bytes of a message whose time is that of its bytes."""
RESULT = 300
"""Bytes that are gathered of a shard: its loss, weight, and statistics that it has moved."""
STATISTICS = 40
"""Bytes that a shard tells of a feature that is normalized over the batch: three numbers, and backwards two."""


@frozen
class Network:
    """A network between ranks.

    Attributes:
        name: of the row.
        latency: seconds until a message arrives that has no bytes.
        bandwidth: bytes in a second.
    """

    name: str
    latency: float
    bandwidth: float


CLUSTER = Network("of a cluster: 2 us, 10 GB/s", 2e-6, 10e9)


@frozen
class Costs:
    """What a step is made of, in seconds.

    Attributes:
        row: of the batch.
        step: whatever the batch.
        shard: that a shard adds.
        gather: that gathering takes in Python.
        add: to add a parameter to another.
        parameters: how many there are.
        shard_in_step: that a shard adds if statistics are of the whole batch.
        normalizing: how many layers have such statistics.
        features: of these layers together.
    """

    row: float
    step: float
    shard: float
    gather: float
    add: float
    parameters: int
    shard_in_step: float = 0.0
    normalizing: int = 0
    features: int = 0

    def whole(self, batch: int) -> float:
        """Seconds of a step in one process that divides nothing."""
        return batch * self.row + self.step

    def divided(self, batch: int, shards: int, ranks: int, network: Network, *, in_step: bool = False) -> float:
        """Seconds of a step in shards, on so many ranks, with statistics of each or of all; see the model above."""
        own = math.ceil(shards / ranks)
        times, shard = (2 * self.normalizing + 2, self.shard_in_step) if in_step else (1, self.shard)
        computed = own * (shard + batch / shards * self.row) + self.step + times * self.gather
        if ranks == 1:
            return computed
        rounds, size = math.ceil(math.log2(ranks)), 4 * self.parameters
        begun = rounds * network.latency
        vectors = shards - own + 1
        told = RESULT + STATISTICS * self.features * in_step
        gathered = times * 2 * rounds * network.latency + told * shards / network.bandwidth
        exchanged = (ranks - 1) * network.latency + max(vectors / ranks, own) * size / network.bandwidth
        added = vectors * self.parameters / ranks * self.add
        spread = rounds * network.latency + size * (ranks - 1) / ranks / network.bandwidth
        return computed + begun + gathered + exchanged + added + spread


def trainer_and_samples(name: str, batch: int, **options: Any) -> tuple[Trainer, Samples]:
    """Make a network of the table with samples for `STEPS` steps."""
    workload = WORKLOADS[name]
    assert isinstance(workload, Training)
    model = make_model(workload.layers)
    optimizer = optimizers[workload.optimizer.name](model, **workload.optimizer.arguments)
    rng, rows, classes = np.random.default_rng(0), STEPS * batch, workload.layers[-2].arguments["n_out"]
    inputs = rng.standard_normal((rows, workload.layers[0].arguments["n_in"]), np.float32)
    trainer = Trainer(model, criterions["ClassNLLCriterion"](), optimizer, threads=1, **options)
    return trainer, Samples(inputs, one_hot(rng.integers(0, classes, rows), classes))


def step_seconds(
    name: str, batch: int, shards: int | None, ranks: Ranks = ALONE, *, normalized_over: str = "shard"
) -> float:
    """Seconds of a step, in the fastest of some epochs: others share the processors."""
    trainer, samples = trainer_and_samples(name, batch, shards=shards, ranks=ranks, batch_statistics=normalized_over)
    reports = list(trainer.epochs(samples, epochs=ROUNDS + 1, batch_size=batch, rng=0))
    return min(report.seconds for report in reports[1:]) / STEPS


def fastest(measure: Callable[[], Any], repeats: int, rounds: int = 7) -> float:
    """Seconds of a call, in the fastest of some rounds."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(repeats):
            measure()
        taken.append((perf_counter() - start) / repeats)
    return min(taken)


def worker(name: str, batch: int, shards: int, normalized_over: str) -> None:
    """Run on each rank, and have rank 0 print what was measured."""
    from minnet_mpi import MpiRanks, world  # here, as what follows does without where nothing of MPI is installed

    ranks = world()
    seconds = step_seconds(name, batch, shards, ranks, normalized_over=normalized_over)
    found: dict[str, Any] = {"step": seconds}
    if isinstance(ranks, MpiRanks) and ranks.size == 2:
        found |= link(ranks)
    if ranks.rank == 0:
        print(json.dumps(found))


def link(ranks: Any) -> dict[str, float]:
    """Measure what lies between two ranks."""
    communicator, other = ranks.communicator, 1 - ranks.rank
    found = {}
    for kind, size, repeats in (("small", 8, 500), ("large", LARGE, 16)):
        # Of large messages so many that no cache holds them: gradients are new in each step, too.
        buffers = cycle(np.zeros((1 if kind == "small" else 16, size), np.uint8))

        def pingpong(buffers: Iterator[np.ndarray] = buffers) -> None:
            buffer = next(buffers)
            if ranks.rank == 0:
                communicator.Send(buffer, other)
                communicator.Recv(buffer, other)
            else:
                communicator.Recv(buffer, other)
                communicator.Send(buffer, other)

        found[kind] = fastest(pingpong, repeats) / 2
    return {"latency": found["small"], "bandwidth": LARGE / (found["large"] - found["small"])}


def on_ranks(count: int, name: str, batch: int, shards: int, normalized_over: str = "shard") -> dict[str, Any]:
    """Measure a step on so many processes of mpiexec."""
    beside = Path(sys.executable).with_name("mpiexec")
    mpiexec = str(beside) if beside.exists() else shutil.which("mpiexec")
    if mpiexec is None:
        raise SystemExit("expected mpiexec, found none: pip install minnet-mpi[mpich]")
    command = [mpiexec, "-n", str(count), sys.executable, __file__]
    command += ["--worker", name, str(batch), str(shards), normalized_over]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def normalized(name: str) -> list[int]:
    """The features of each layer of a network that normalizes over the batch."""
    workload = WORKLOADS[name]
    assert isinstance(workload, Training)
    found, features = [], 0
    for layer in workload.layers:
        features = layer.arguments.get("n_out", features)
        if layer.name == "BatchNormalization":
            found.append(features)
    return found


def costs(name: str, batch: int, whole: float, divided: float, in_step: float) -> Costs:
    """Measure what a step is made of, in this process, beside what it takes on whole batches and in shards."""
    half = step_seconds(name, batch // 2, None)
    row = max(whole - half, 0.0) / (batch - batch // 2)
    trainer, _ = trainer_and_samples(name, 1)
    parameters = trainer.model.flattenParameters()[0].size
    one, other = np.ones(parameters, np.float32), np.zeros(parameters, np.float32)
    shown = [{"loss": 0.5, "weight": 8.0, "changed": {}}] * SHARDS
    return Costs(
        row=row,
        step=whole - batch * row,
        shard=max(divided - whole, 0.0) / SHARDS,
        gather=fastest(lambda: json.loads(json.dumps(shown)), 200),
        add=fastest(lambda: sum_in_order([one, one], other), 20) / parameters / 2,
        parameters=parameters,
        shard_in_step=max(in_step - whole, 0.0) / SHARDS,
        normalizing=len(normalized(name)),
        features=sum(normalized(name)),
    )


def measured(name: str) -> dict[str, Any]:
    """Measure a network on whole batches, in shards, and on several ranks."""
    workload = WORKLOADS[name]
    assert isinstance(workload, Training)
    batch = workload.batch
    whole = step_seconds(name, batch, None)
    steps, links = {"whole": whole, "1": step_seconds(name, batch, SHARDS)}, {}
    for count in (2, 4):
        found = on_ranks(count, name, batch, SHARDS)
        steps[str(count)] = found.pop("step")
        links |= found
    many = {"whole": step_seconds(name, MANY, None), "1": step_seconds(name, MANY, SHARDS)}
    many["2"] = on_ranks(2, name, MANY, SHARDS)["step"]
    in_step = {}
    if normalized(name):
        for rows in (batch, MANY):
            alone = step_seconds(name, rows, SHARDS, normalized_over="batch")
            in_step[str(rows)] = {"1": alone, "2": on_ranks(2, name, rows, SHARDS, "batch")["step"]}
    made_of = costs(name, batch, whole, steps["1"], in_step[str(batch)]["1"] if in_step else 0.0)
    return {
        **{"name": name, "batch": batch, "steps": steps, "many": many, "in step": in_step},
        **{"link": links, "costs": made_of},
    }


def last_that_pays(seconds: Sequence[float]) -> int:
    """The number of ranks from which on twice as many are not worth it."""
    for index in range(len(RANKS) - 1):
        if seconds[index] / seconds[index + 1] < PAYS:
            return RANKS[index]
    return RANKS[-1]


def simulated(its: Costs, network: Network) -> list[str]:
    """The lines of the tables of a network of ranks: one batch for all, and one that grows with them."""
    fixed = [its.divided(BATCH, max(SHARDS, ranks), ranks, network) for ranks in RANKS]
    growing = [its.divided(ROWS * ranks, max(SHARDS, ranks), ranks, network) for ranks in RANKS]
    gains = [its.whole(BATCH) / seconds for seconds in fixed]
    shares_of_ideal = [its.whole(ROWS) / seconds for seconds in growing]
    in_step = [its.whole(BATCH) / its.divided(BATCH, max(SHARDS, r), r, network, in_step=True) for r in RANKS]
    good = [ranks for ranks, share in zip(RANKS, shares_of_ideal, strict=True) if share >= 0.5]
    efficient = f"at least half of ideal up to {good[-1]}" if good else "never half of ideal"
    return [
        f"  {network.name}",
        f"    times as fast, batch {BATCH:,}   {_cells(gains, '6.1f')}",
        *([f"    with statistics of the batch {_cells(in_step, '6.1f')}"] if its.normalizing else []),
        f"    share of ideal, {ROWS} rows each {_cells(shares_of_ideal, '6.2f')}",
        f"    a batch of {BATCH:,}: from {last_that_pays(fixed)} on, twice the ranks are less than {PAYS:g} times as "
        f"fast; {ROWS} rows each: {efficient}",
    ]


def _cells(values: Sequence[float], layout: str) -> str:
    return "".join(format(value, layout) for value in values)


def told(result: dict[str, Any], network: Network) -> list[str]:
    """The lines about a network that is trained."""
    its, steps, batch = result["costs"], result["steps"], result["batch"]
    lines = [
        f"{result['name']}: {its.parameters:,} parameters, batch {batch}",
        f"  step: whole {1e6 * steps['whole']:,.0f} us; {SHARDS} shards on 1, 2, 4 ranks: "
        f"{', '.join(f'{1e6 * steps[count]:,.0f}' for count in ('1', '2', '4'))} us",
        f"  step of a batch of {MANY:,}: whole {1e6 * result['many']['whole']:,.0f} us; {SHARDS} shards on 1, 2 ranks: "
        f"{1e6 * result['many']['1']:,.0f}, {1e6 * result['many']['2']:,.0f} us",
        *(
            f"  step of a batch of {rows} with its statistics, {SHARDS} shards on 1, 2 ranks: "
            f"{1e6 * found['1']:,.0f}, {1e6 * found['2']:,.0f} us"
            for rows, found in result["in step"].items()
        ),
        f"  made of: {1e6 * its.row:.2f} us a row, {1e6 * its.step:.0f} a step, {1e6 * its.shard:.0f} a shard; "
        f"simulated here on 2 ranks: {1e6 * its.divided(batch, SHARDS, 2, network):,.0f} us",
        f"  ranks                            {_cells(RANKS, '6d')}",
    ]
    for each in (network, CLUSTER):
        lines += simulated(its, each)
    return lines


def main() -> None:
    """Measure, simulate, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", default=",".join(NAMES), help="some of them, with commas between")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if chosen.worker:
        name, batch, shards, normalized_over = chosen.worker
        worker(name, int(batch), int(shards), normalized_over)
        return
    results = [measured(name) for name in chosen.networks.split(",")]
    latency = statistics.median(result["link"]["latency"] for result in results)
    bandwidth = statistics.median(result["link"]["bandwidth"] for result in results)
    figures = f"{1e6 * latency:.1f} us, {bandwidth / 1e9:.1f} GB/s"
    here = Network(f"as between two processes here: {figures}", latency, bandwidth)
    print(json.dumps(describe_machine()))
    for result in results:
        print("", *told(result, here), sep="\n")
    if chosen.json:
        plain = [{**result, "costs": asdict(result["costs"])} for result in results]
        chosen.json.write_text(json.dumps({"machine": describe_machine(), "results": plain}, indent=1))


if __name__ == "__main__":
    main()
