"""What the trainer adds to a step: ``python benchmarks/trainer_time.py``, which fails above 10 us.

An epoch of a `minnet_train.Trainer` takes turns with the bare loop: forward, criterion, backward and optimizer over
batches that were made beforehand.
Each pair of the two has a process of its own.
So what the trainer adds is the choice of the samples of each batch, the check of the loss, and its sum.
Both have models of their own, of equal weights, and must end with equal losses.
What options cost besides is told too.
"""

import gc
import statistics
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from minnet_core import Criterion, Optimizer, Sequential, criterions, hookimpl, optimizers
from minnet_train import Samples, Trainer, schedules
from minnet_train.metrics import Accuracy

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.catalogue import WORKLOADS
from benchmarks.drawing import one_hot
from benchmarks.peers.minnet_peer import make_model
from benchmarks.workload import Training

TARGET = 10.0
"""Microseconds."""

NAMES = ("mlp-tiny", "mlp-small")
STEPS = 200
ROUNDS = 41


def parts(workload: Training) -> tuple[Sequential, Criterion, Optimizer]:
    """Make a model with what trains it."""
    model = make_model(workload.layers)
    return model, criterions["ClassNLLCriterion"](), optimizers["SGD"](model, **workload.optimizer.arguments)


def draw(workload: Training) -> Samples:
    """Draw the samples of an epoch."""
    rng = np.random.default_rng(0)
    rows, classes = STEPS * workload.batch, workload.layers[-2].arguments["n_out"]
    inputs = rng.standard_normal((rows, workload.layers[0].arguments["n_in"]), np.float32)
    return Samples(inputs, one_hot(rng.integers(0, classes, rows), classes))


class Callback:
    """Implements the hook of a step, and does nothing in it."""

    @hookimpl
    def minnet_step_end(self) -> None:
        """Do nothing."""


OPTIONS: dict[str, Callable[[], dict[str, Any]]] = {
    "": dict,
    "Accuracy": lambda: {"metrics": [Accuracy()]},
    "a callback of each step": lambda: {"callbacks": [Callback()]},
    "a schedule of steps": lambda: {"schedule": schedules["WarmUp"](100)},
    "clip_norm": lambda: {"clip_norm": 1e6},
}


def added(name: str, option: str) -> tuple[float, float]:
    """Return the microseconds of a bare step of a workload, and how many the trainer adds with an option."""
    workload, options = WORKLOADS[name], OPTIONS[option]()
    assert isinstance(workload, Training)
    samples, batch = draw(workload), workload.batch
    model, criterion, optimizer = parts(workload)
    trained = Trainer(*parts(workload), **options).epochs(samples, epochs=ROUNDS, batch_size=batch, rng=0)
    orders = np.random.default_rng(0)
    differences, bare = [], []
    gc.disable()
    for _ in range(ROUNDS):
        order = orders.permutation(len(samples))
        chosen = [order[start : start + batch] for start in range(0, len(order), batch)]
        batches = [(samples.inputs[rows], samples.targets[rows]) for rows in chosen]
        total = 0.0
        start = perf_counter()
        for inputs, targets in batches:
            model.zeroGradParameters()
            answers = model.forward(inputs)
            total += criterion.forward(answers, targets)
            model.backwardParameters(inputs, criterion.backward(answers, targets))
            optimizer.step()
        taken = perf_counter() - start
        report = next(trained)
        if "schedule" not in options and abs(report.loss - total / STEPS) > 1e-4:
            raise SystemExit(f"{workload.name}: the losses differ, {report.loss} and {total / STEPS}")
        bare.append(taken / STEPS * 1e6)
        differences.append((report.seconds - taken) / STEPS * 1e6)
    gc.enable()
    return statistics.median(bare), statistics.median(differences)


def main() -> int:
    """Print a line for each network; fail if the trainer adds more than the target."""
    worst = 0.0
    pairs = [(name, option) for name in NAMES for option in OPTIONS]
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:
        measured = processes.map(added, *zip(*pairs, strict=True))
        for (name, option), (bare, difference) in zip(pairs, measured, strict=True):
            if option:
                print(f"{'':12}  with {option}: {difference:.1f} us")
            else:
                worst = max(worst, difference)
                print(
                    f"{name:12}  bare step {bare:7.1f} us, the trainer adds {difference:5.1f} us (at most {TARGET:g})"
                )
    return int(worst > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
