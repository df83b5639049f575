"""How much time a second worker saves: ``python benchmarks/sweep.py``, in three minutes.

Twelve configurations of a network for the handwritten digits are tried by one worker, one after another, and by two;
on two processors these take 0.6 of the time at most, for trainings of a second. The shorter they are, the more counts
what is the same for any number of workers, that processes start: what comes out for half a second is told, too.

The clock runs from the start of ``minnet sweep run DIR`` to its end, so starting the processes counts; making the
folder, which tries every value, does not. The results do not depend on the number of workers, and that is looked at,
too.

One worker and two take turns, and each pair has a ratio of its own, of which the median counts. Beside the time on the
clock there is that of the processors, which says how many of them there were to be had: pairs in which the machine was
busy with something else, so that the workers waited for processors, do not count, in either direction.

At last the same experiments are trained without a sweep, by twelve times ``minnet train``, one after another.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from minnet_sweep import SweepFolder
from minnet_sweep.reports import best_text
from minnet_sweep.trials import Beginning

MOST = 0.6
ROUNDS = 5
EPOCHS = {"half a second": 30, "a second": 60}
JUDGED = "a second"
FEWEST = {1: 0.8, 2: 1.4}
"""Processors that so many workers must have had, on average: else the machine was busy, and the ratio says nothing."""

BASE = """
epochs = {epochs}
batch_size = 32
model = [
    { class = "Linear", n_in = 64, n_out = 256 },
    { class = "ReLU" },
    { class = "Linear", n_in = 256, n_out = 128 },
    { class = "ReLU" },
    { class = "Linear", n_in = 128, n_out = 10 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 3e-3 }

[data]
source = "digits"
scale = 16.0
"""

SWEEP = """
experiment = "base.toml"
metric = "validation_accuracy"
sampler = "grid"

[space]
"optimizer.lr" = { low = 1e-4, high = 1e-2, log = true, points = 6 }
"model[1]" = [{ class = "ReLU" }, { class = "Tanh" }]
"""


# Modules are compiled once, as where users run it: else each process spends a third of its start on that.
VARIABLES = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
VARIABLES["OPENBLAS_NUM_THREADS"] = "1"


@frozen
class Taken:
    """What a sweep took, on the clock and of all processors together, and what came out."""

    workers: int
    seconds: float
    used: float
    results: list[float | None]

    @property
    def was_free(self) -> bool:
        """Whether the workers had the processors that they could use."""
        return self.used / self.seconds >= FEWEST[self.workers]


def measure(folder: Path, name: str, workers: int) -> Taken:
    """Run the sweep in a new folder."""
    begun = Beginning.read(folder / "sweep.toml").begun(folder / name)
    command = [sys.executable, "-m", "minnet_core", "sweep", "run", str(begun.path), "--workers", str(workers)]
    before, start = children_seconds(), perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=VARIABLES)
    seconds, used = perf_counter() - start, children_seconds() - before
    found = Taken(workers, seconds, used, [trial.value for trial in SweepFolder.open(begun.path).study().trials()])
    print(f"{workers} workers: {seconds:.1f} s, {used:.1f} s of processors", flush=True)
    return found


def without_a_sweep(folder: Path, sweep: SweepFolder) -> float:
    """Train what a sweep has tried by hand; returns the seconds on the clock."""
    commands = []
    for trial in sweep.study().trials():
        name = f"by-hand-{trial.number}"
        (folder / f"{name}.toml").write_text(best_text(sweep, trial, folder))
        options = [f"{name}.toml", "--run", name, "-o", f"{name}.safetensors"]
        commands.append([sys.executable, "-m", "minnet_core", "train", *options])
    start = perf_counter()
    for command in commands:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, env=VARIABLES)
    return perf_counter() - start


def children_seconds() -> float:
    """Return the time of processors that processes started from here, and those that they started, have taken."""
    times = os.times()
    return times.children_user + times.children_system


def turns(folder: Path) -> list[tuple[Taken, Taken]]:
    """Run the sweep of a folder by one worker and by two, in turns."""
    pairs = []
    for turn in range(ROUNDS):
        order = (1, 2) if turn % 2 == 0 else (2, 1)
        pair = {workers: measure(folder, f"{workers}-{turn}", workers) for workers in order}
        pairs.append((pair[1], pair[2]))
    return pairs


def compare(folder: Path, trainings: str) -> bool:
    """Measure trainings of one length, and print the median; returns whether that is what it should be."""
    folder.mkdir()
    (folder / "base.toml").write_text(BASE.replace("{epochs}", str(EPOCHS[trainings])))
    (folder / "sweep.toml").write_text(SWEEP)
    print(f"\ntrainings of {trainings}: {EPOCHS[trainings]} epochs", flush=True)
    pairs = turns(folder)
    by_hand = without_a_sweep(folder, SweepFolder.open(folder / "1-0"))
    are_same = len({str(each.results) for pair in pairs for each in pair}) == 1
    print(f"results are {'the same' if are_same else 'not the same'}")
    cost = median(two.used / one.used for one, two in pairs)
    print(f"two workers take {cost:.2f} of the time of processors that one takes")
    by_two = median(two.seconds for _, two in pairs)
    print(f"12 times minnet train: {by_hand:.1f} s, of which two workers take {by_two / by_hand:.2f}")
    free = [two.seconds / one.seconds for one, two in pairs if one.was_free and two.was_free]
    if not free:
        print(f"the machine is busy: nobody had {FEWEST[1]} and {FEWEST[2]} processors, so nothing can be said of time")
        return are_same
    ratio = median(free)
    print(f"12 configurations: {ratio:.2f} of the time of one after another, {MOST} at most; {len(free)} pairs")
    return are_same and (trainings != JUDGED or ratio <= MOST)


def main() -> int:
    """Measure; 1 if two workers take more time than they may, or results differ."""
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        are_right = [compare(Path(name, trainings.replace(" ", "-")), trainings) for trainings in EPOCHS]
    return int(not all(are_right))


if __name__ == "__main__":
    sys.exit(main())
