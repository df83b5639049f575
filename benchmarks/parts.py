"""That training on many files takes as much memory as blocks of them: ``python benchmarks/parts.py``.

Parts of NPY and of Parquet are written, few and twice as many, of the same rows.
A network learns each for an epoch with ``minnet train`` and predicts for it, every command in a process of its own.
Beside their peaks of memory is what Parquet takes that is read whole, and how long each takes.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from attrs import asdict, frozen

ROOT = Path(__file__).parents[1]
COLUMNS = 50
ROWS = 250_000
"""Of each part."""

PER_ROW = 100
"""So many bytes may each row take that is in a file: its target, and where it is in the split."""

EXPERIMENT = """\
epochs = 1
batch_size = 256
output = "{name}.safetensors"
model = [
    {{ class = "Linear", n_in = {columns}, n_out = 32 }},
    {{ class = "ReLU" }},
    {{ class = "Linear", n_in = 32, n_out = 2 }},
    {{ class = "LogSoftMax" }},
]
criterion = {{ class = "ClassNLLCriterion" }}
optimizer = {{ class = "SGD", lr = 0.01 }}

[data]
source = {source}
standardize = true
shuffle_block = {block}
"""

SOURCES = {
    "npy": ('"part-*.npy"', "part-*.npy"),
    "parquet": ('{ class = "Parquet", path = "part-*.parquet", in_memory = false }', "part-*.parquet"),
    "in memory": ('{ class = "Parquet", path = "part-*.parquet", in_memory = true }', "part-*.parquet"),
}
"""Way of reading -> the source, and the files to predict for."""

PROCESS = """\
import sys, time
sys.path.insert(0, {root!r})
from benchmarks.memory import peak_bytes
import numpy, minnet_core.cli.main
before, start = peak_bytes(), time.perf_counter()
sys.argv = ["minnet", *{arguments!r}]
try:
    minnet_core.cli.main.main()
except SystemExit as error:
    assert not error.code, error.code
print()
print(peak_bytes() - before, time.perf_counter() - start)
"""


@frozen
class Figures:
    """What the commands take: bytes that they add to what importing NumPy takes, and seconds."""

    way: str
    rows: int
    train: int
    predict: int
    train_seconds: float
    predict_seconds: float


def write(folder: Path, parts: int, rows: int, block: int) -> None:
    """Write the parts, in both formats."""
    import pyarrow
    from pyarrow import parquet

    rng = np.random.default_rng(0)
    for index in range(parts):
        features = rng.standard_normal((rows, COLUMNS), np.float32)
        targets = (features[:, :5].sum(axis=1) > 0).astype(np.int64)
        np.save(folder / f"part-{index:03}.npy", features)
        np.save(folder / f"part-{index:03}_targets.npy", targets)
        columns = {f"x{column}": features[:, column] for column in range(COLUMNS)} | {"y": targets}
        parquet.write_table(pyarrow.table(columns), folder / f"part-{index:03}.parquet", row_group_size=block)


def run(folder: Path, *arguments: str) -> tuple[int, float]:
    """Run a command of minnet: how much it adds to the peak, and how long it takes."""
    code = PROCESS.format(root=str(ROOT), arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    peak, seconds = done.stdout.split()[-2:]
    return int(peak), float(seconds)


def measure(parts: int, rows: int = ROWS, block: int = 50_000) -> Iterator[Figures]:
    """Write so many parts, and use them in each way."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, parts, rows, block)
        for way, (source, files) in SOURCES.items():
            file = way.replace(" ", "-")
            text = EXPERIMENT.format(name=file, columns=COLUMNS, source=source, block=block)
            (folder / f"{file}.toml").write_text(text)
            train, train_seconds = run(folder, "train", f"{file}.toml")
            predict, seconds = run(folder, "predict", f"{file}.safetensors", files, "-o", "answers.csv")
            yield Figures(way, parts * rows, train, predict, train_seconds, seconds)


def is_flat(small: Figures, large: Figures) -> bool:
    """Whether more rows take no more memory than `PER_ROW` bytes each, of which a row in float64 has many more."""
    allowed = PER_ROW * (large.rows - small.rows)
    return large.train - small.train <= allowed and large.predict - small.predict <= allowed


HEADER = f"{'':10}{'rows':>12}{'train':>10}{'predict':>10}{'train':>10}{'predict':>10}  (MB, seconds)"


def line(figures: Figures) -> str:
    """Write a line of the table."""
    sizes = "".join(f"{value / 1e6:>10.0f}" for value in (figures.train, figures.predict))
    return f"{figures.way:10}{figures.rows:>12,}{sizes}{figures.train_seconds:>10.1f}{figures.predict_seconds:>10.1f}"


def main() -> int:
    """Measure; the exit code is 1 if memory grows with the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, nargs=2, default=(4, 8), help="of 250,000 rows: few, and more")
    parser.add_argument("--json", action="store_true", help="print JSON instead")
    options = parser.parse_args()
    found: dict[str, list[Figures]] = {way: [] for way in SOURCES}
    if not options.json:
        print(HEADER)
    for parts in options.parts:
        for each in measure(parts):
            found[each.way].append(each)
            if not options.json:
                print(line(each), flush=True)
    if options.json:
        print(json.dumps({way: [asdict(each) for each in figures] for way, figures in found.items()}))
    return 0 if all(is_flat(*found[way]) for way in ("npy", "parquet")) else 1


if __name__ == "__main__":
    sys.exit(main())
