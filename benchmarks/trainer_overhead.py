"""What the loop of minnet-train costs a step: ``OPENBLAS_NUM_THREADS=1 python benchmarks/trainer_overhead.py``.

The bare loop calls model, criterion and optimizer, over batches that are ready; a `Trainer` shuffles, gathers rows,
checks the loss, adds it up, and asks whether to stop. The network is 2-16-2 and a batch has 32 samples, so a step is
short. All take turns, so a busy machine slows all; what is compared is the median of the differences within a turn.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from minnet_core import Criterion, Module, Optimizer, Sequential, hookimpl
from minnet_criterions import ClassNLLCriterion
from minnet_layers import Linear, LogSoftMax, ReLU
from minnet_optimizers import SGD, CosineDecay
from minnet_train import Samples, Trainer
from minnet_train.metrics import Accuracy

STEPS = 2000
BATCH = 32
ROUNDS = 31
TARGET = 10
"""Microseconds that a trainer without further options may add."""


class Callback:
    """Implements the hook of a step, and does nothing in it."""

    @hookimpl
    def minnet_step_end(self) -> None:
        """Do nothing."""


def parts() -> tuple[Module, Criterion, Optimizer]:
    """Make what is trained."""
    model = Sequential(Linear(2, 16, rng=0), ReLU(), Linear(16, 2, rng=1), LogSoftMax())
    return model, ClassNLLCriterion(), SGD(model, 1e-3)


def draw() -> Samples:
    """Draw samples of two classes for one epoch of all steps."""
    inputs = np.random.default_rng(0).normal(size=(STEPS * BATCH, 2)).astype(np.float32)
    return Samples(inputs, np.eye(2, dtype=np.float32)[(inputs[:, 0] > 0).astype(int)])


def bare(samples: Samples) -> float:
    """Seconds of the calls alone."""
    model, criterion, optimizer = parts()
    backward = getattr(model, "backwardParameters", model.backward)
    rows = np.random.default_rng(0).permutation(len(samples)).reshape(STEPS, BATCH)
    batches = [samples.batch(each) for each in rows]
    start = time.perf_counter()
    for inputs, targets in batches:
        model.zeroGradParameters()
        outputs = model.forward(inputs)
        criterion.forward(outputs, targets)
        backward(inputs, criterion.backward(outputs, targets))
        optimizer.step()
    return time.perf_counter() - start


def trained(**options: Any) -> Callable[[Samples], float]:
    """Seconds of a trainer with options."""

    def seconds(samples: Samples) -> float:
        (report,) = Trainer(*parts(), **options).fit(samples, epochs=1, batch_size=BATCH, rng=0)
        return report.seconds

    return seconds


WAYS: dict[str, Callable[[Samples], float]] = {
    "Trainer": trained(),
    "with Accuracy": trained(metrics=[Accuracy()]),
    "with a callback of each step": trained(callbacks=[Callback()]),
    "with a schedule of steps": trained(schedule=CosineDecay(per="step")),
    "with clip_norm": trained(clip_norm=1.0),
}


def main() -> None:
    """Measure in turns, and print the table."""
    samples = draw()
    turns = [(bare(samples), *(way(samples) for way in WAYS.values())) for _ in range(ROUNDS)]
    per_step = 1e6 / STEPS
    print(f"the bare loop takes {statistics.median(turn[0] for turn in turns) * per_step:.1f} us a step\n")
    print(f"{'':30}{'adds, us':>10}{'least':>8}")
    added = {}
    for column, name in enumerate(WAYS, start=1):
        added[name] = statistics.median(turn[column] - turn[0] for turn in turns) * per_step
        least = (min(turn[column] for turn in turns) - min(turn[0] for turn in turns)) * per_step
        print(f"{name:30}{added[name]:10.1f}{least:8.1f}")
    verdict = "within" if added["Trainer"] <= TARGET else "over"
    print(f"\na trainer adds {added['Trainer']:.1f} us a step, {verdict} the {TARGET} us that it may")


if __name__ == "__main__":
    main()
