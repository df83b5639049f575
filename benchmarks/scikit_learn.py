"""`MinnetClassifier` and `MinnetRegressor` beside scikit-learn's: ``python -m benchmarks.scikit_learn``.

The same architecture, batches, learning rate, most epochs and rule to stop, and the defaults of each for all else, on
the digits, a set like covtype (54 columns, 7 classes, of ``make_classification``), the diabetes patients, so few that
both keep some apart to stop by, and ``make_friedman1``. Columns are standardized. `MLPRegressor` learns targets as they
are, and again as `MinnetRegressor` does, within a ``TransformedTargetRegressor``.
Each cell is a process of its own, with one thread, and the peers take turns, so that all meet the same machine. What is
told is the median over the seeds of what ``fit`` takes, on the clock and of the processor, which what else runs on the
machine changes less, and the mean accuracy, or R2, on a quarter of the data. The first ``fit`` of a process, which
imports what it needs, is told apart. With ``--json FILE`` the figures are
written there too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

PEERS = {
    "minnet": "minnet",
    "minnet-numpy": "minnet without minnet-fast",
    "minnet-float32": "minnet, dtype='float32'",
    "mlp": "scikit-learn",
    "mlp-scaled": "scikit-learn, targets scaled",
}
TASKS = {
    "digits": {"hidden": (100,), "epochs": 200},
    "digits-deep": {"hidden": (64, 32), "epochs": 200},
    "covtype-like": {"hidden": (64, 32), "epochs": 20},
    "diabetes": {"hidden": (64, 32), "epochs": 200, "early_stopping": True},
    "friedman": {"hidden": (64, 32), "epochs": 100},
}
CLASSIFICATIONS = ("digits", "digits-deep", "covtype-like")

PROGRAM = """
import json, sys, time, warnings
import numpy as np
task, peer, seed, spec = json.loads(sys.argv[1])
warnings.simplefilter("ignore")
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
classifies = task in ("digits", "digits-deep", "covtype-like")
if task.startswith("digits"):
    X, y = datasets.load_digits(return_X_y=True)
elif task == "covtype-like":
    X, y = datasets.make_classification(10_000, 54, n_informative=20, n_redundant=10, n_classes=7, random_state=1)
elif task == "diabetes":
    X, y = datasets.load_diabetes(return_X_y=True)
else:
    X, y = datasets.make_friedman1(5_000, 10, noise=1.0, random_state=1)
X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=y if classifies else None)
scaler = StandardScaler().fit(X)
X, X_test = scaler.transform(X), scaler.transform(X_test)
hidden, epochs = tuple(spec["hidden"]), spec["epochs"]
same = {"max_iter": epochs, "random_state": seed, "early_stopping": spec.get("early_stopping", False)}

def make():
    if peer.startswith("minnet"):
        from minnet_sklearn import MinnetClassifier, MinnetRegressor
        cls = MinnetClassifier if classifies else MinnetRegressor
        dtype = "float32" if peer == "minnet-float32" else None
        return cls(hidden, learning_rate=1e-3, dtype=dtype, **same)
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    own = (MLPClassifier if classifies else MLPRegressor)(
        hidden_layer_sizes=hidden, learning_rate_init=1e-3, **same
    )
    return TransformedTargetRegressor(own, transformer=StandardScaler()) if peer == "mlp-scaled" else own

seconds = []
for _ in range(2):
    estimator = make()
    start = time.perf_counter(), time.process_time()
    estimator.fit(X, y)
    seconds += time.perf_counter() - start[0], time.process_time() - start[1]
own = getattr(estimator, "regressor_", estimator)
print(json.dumps([*seconds, estimator.score(X_test, y_test), own.n_iter_]))
"""


@frozen
class Cell:
    """What a peer takes for a task with a seed.

    Attributes:
        task: a key of `TASKS`.
        peer: a key of `PEERS`.
        seed: of the division of the data, the first weights and the order of samples.
        first: seconds on the clock that the first ``fit`` of the process takes.
        seconds: those of the second.
        processor: seconds of the processor that the second takes.
        score: accuracy, or R2, on what was held out.
        epochs: how many there were.
    """

    task: str
    peer: str
    seed: int
    first: float
    seconds: float
    processor: float
    score: float
    epochs: int


def run(task: str, peer: str, seed: int, spec: dict[str, Any]) -> Cell:
    """Measure a peer in a process of its own.

    Raises:
        SystemExit: if it fails.
    """
    without = "minnet-torch,minnet-fast" if peer == "minnet-numpy" else "minnet-torch"
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MINNET_DISABLE_PLUGINS": without}
    command = [sys.executable, "-c", PROGRAM, json.dumps([task, peer, seed, spec])]
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{peer} on {task}: exit code {done.returncode}")
    first, _, seconds, processor, score, epochs = json.loads(done.stdout.splitlines()[-1])
    return Cell(task, peer, seed, first, seconds, processor, score, epochs)


def measure(tasks: list[str], peers: list[str], seeds: int) -> Iterator[Cell]:
    """Measure all, the peers by turns; targets of classes are not scaled."""
    for task in tasks:
        for seed in range(seeds):
            for peer in peers:
                if not (peer == "mlp-scaled" and task in CLASSIFICATIONS):
                    yield run(task, peer, seed, TASKS[task])


def table(cells: list[Cell]) -> str:
    """Lay the figures out, a line for each task and peer."""
    lines = [f"{'milliseconds':14}{'':30}{'clock':>8}{'cpu':>8}{'first':>8}{'score':>9}{'epochs':>8}"]
    for task, peer in dict.fromkeys((each.task, each.peer) for each in cells):
        own = [each for each in cells if (each.task, each.peer) == (task, peer)]
        times = (1e3 * statistics.median(getattr(c, name) for c in own) for name in ("seconds", "processor", "first"))
        score, epochs = (statistics.mean(getattr(c, name) for c in own) for name in ("score", "epochs"))
        told = "".join(f"{each:>8.0f}" for each in times)
        lines.append(f"{task:14}{PEERS[peer]:30}{told}{score:>9.4f}{epochs:>8.0f}")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", default=",".join(TASKS), help="some of them, with commas between")
    parser.add_argument("--peers", default=",".join(PEERS), help="some of them, with commas between")
    parser.add_argument("--seeds", type=int, default=5, help="how many processes there are for each cell")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    cells = []
    for cell in measure(options.tasks.split(","), options.peers.split(","), options.seeds):
        print(cell, file=sys.stderr, flush=True)
        cells.append(cell)
    print(table(cells))
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(each) for each in cells], indent=1), "utf-8")


if __name__ == "__main__":
    main()
