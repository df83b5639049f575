"""How much time a second worker saves: ``python benchmarks/sweep.py``, in three minutes.

Twelve configurations of a network for the handwritten digits are tried by one worker, one after another, and by two;
on two processors these take 0.6 of the time at most. The clock runs from the start of ``minnet sweep run DIR`` to its
end, so starting the processes counts; making the folder, which tries every value, does not, for that is the same for
any number of workers. The results do not depend on the number of workers, and that is looked at, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import describe_machine
from minnet_sweep import SweepFolder
from minnet_sweep.trials import Beginning

MOST = 0.6
ROUNDS = 2

BASE = """
epochs = 100
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


def measure(folder: Path, name: str, workers: int) -> tuple[float, list[float | None]]:
    """Run the sweep in a new folder, and return the seconds that it takes and what came out."""
    begun = Beginning.read(folder / "sweep.toml").begun(folder / name)
    command = [sys.executable, "-m", "minnet_core", "sweep", "run", str(begun.path), "--workers", str(workers)]
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})
    seconds = perf_counter() - start
    return seconds, [trial.value for trial in SweepFolder.open(begun.path).study().trials()]


def main() -> int:
    """Measure in turns, and print the best of each; 1 if two workers take more than they may."""
    print(describe_machine())
    seconds: dict[int, list[float]] = {1: [], 2: []}
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "base.toml").write_text(BASE)
        (folder / "sweep.toml").write_text(SWEEP)
        for turn in range(ROUNDS):
            for workers, taken in seconds.items():
                time, found = measure(folder, f"{workers}-{turn}", workers)
                taken.append(time)
                results.append(found)
                print(f"{workers} workers: {time:.1f} s", flush=True)
    ratio = min(seconds[2]) / min(seconds[1])
    print(f"12 configurations: {ratio:.2f} of the time of one after another, {MOST} at most")
    print(f"results are {'the same' if all(each == results[0] for each in results) else 'not the same'}")
    return int(ratio > MOST or any(each != results[0] for each in results))


if __name__ == "__main__":
    sys.exit(main())
