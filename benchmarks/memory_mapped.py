"""That training on a file takes as much memory as its batches, not as the file: ``python benchmarks/memory_mapped.py``.

Files of two sizes are written, and a network learns each for an epoch with ``minnet train``, evaluates it and predicts
for it, every command in a process of its own.
Their peaks of memory are compared; what is the same file read whole is beside it.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from attrs import frozen

ROOT = Path(__file__).parents[1]
COLUMNS = 784
ALLOWED = 1.15
"""How much more memory the larger file may take: the indices of its rows and its labels, which are in memory."""

EXPERIMENT = """\
epochs = 1
batch_size = 128
output = "model.safetensors"
model = [{{ class = "Linear", n_in = {columns}, n_out = 10 }}, {{ class = "LogSoftMax" }}]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "SGD", lr = 0.01 }}

[data]
source = {{ class = "Npy", path = "{features}", targets = "targets.npy" }}
standardize = {standardize}
"""

PROCESS = """\
import sys
sys.path.insert(0, {root!r})
from benchmarks.memory import peak_bytes
import numpy, minnet_core.cli.main
before = peak_bytes()
sys.argv = ["minnet", *{arguments!r}]
try:
    minnet_core.cli.main.main()
except SystemExit as error:
    assert not error.code, error.code
print("\\n" + str(peak_bytes() - before))
"""


@frozen
class Peaks:
    """The most memory that the commands add to what importing NumPy takes, in bytes, for a file of ``rows``."""

    rows: int
    file: int
    train: int
    evaluate: int
    predict: int


def write(folder: Path, rows: int) -> int:
    """Write features and targets, a part at a time; returns the size of the features."""
    path = folder / "features.npy"
    features = np.lib.format.open_memmap(path, "w+", np.float32, (rows, COLUMNS))
    rng = np.random.default_rng(0)
    for start in range(0, rows, 4096):
        part = features[start : start + 4096]
        part[:] = rng.random(part.shape, np.float32)
    features.flush()
    np.save(folder / "targets.npy", rng.integers(0, 10, rows))
    return path.stat().st_size


def peak_of(folder: Path, *arguments: str) -> int:
    """Run a command of minnet; how much it adds to the peak."""
    code = PROCESS.format(root=str(ROOT), arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


def measure(rows: int) -> Peaks:
    """Write a file and use it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        size = write(folder, rows)
        text = EXPERIMENT.format(columns=COLUMNS, features="features.npy", standardize="true")
        (folder / "experiment.toml").write_text(text)
        return Peaks(
            rows,
            size,
            peak_of(folder, "train", "experiment.toml"),
            peak_of(folder, "evaluate", "model.safetensors", "--split", "all"),
            peak_of(folder, "predict", "model.safetensors", "features.npy", "-o", "answers.csv"),
        )


def report(small: Peaks, large: Peaks) -> str:
    """Write a table."""
    lines = [f"{'':10}{'rows':>10}{'file':>10}{'train':>10}{'evaluate':>10}{'predict':>10}  (MB)"]
    for each in (small, large):
        sizes = "".join(f"{value / 1e6:>10.0f}" for value in (each.file, each.train, each.evaluate, each.predict))
        lines.append(f"{'':10}{each.rows:>10,}{sizes}")
    return "\n".join(lines)


def is_flat(small: Peaks, large: Peaks, allowed: float = ALLOWED) -> bool:
    """Whether no command takes much more memory for the larger file."""
    pairs: Mapping[str, tuple[int, int]] = {
        name: (getattr(small, name), getattr(large, name)) for name in ("train", "evaluate", "predict")
    }
    return all(after <= before * allowed for before, after in pairs.values())


def main() -> int:
    """Measure; the exit code is 1 if memory grows with the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=(50_000, 400_000), help="of the smaller and larger file")
    parser.add_argument("--json", action="store_true", help="print JSON instead")
    options = parser.parse_args()
    small, large = (measure(rows) for rows in options.rows)
    found = {"small": small, "large": large}
    if options.json:
        fields = ("rows", "file", "train", "evaluate", "predict")
        print(json.dumps({name: {key: getattr(each, key) for key in fields} for name, each in found.items()}))
    else:
        print(report(small, large))
    return 0 if is_flat(small, large) else 1


if __name__ == "__main__":
    sys.exit(main())
