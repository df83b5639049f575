"""What the commands take for large tables: ``python benchmarks/table_files.py``.

A CSV file of a million rows and ten columns (80 MB) is used by ``minnet init``, ``train`` for three epochs,
``evaluate`` and ``predict``, and so is one of 3,000 rows and 5,000 columns.
Each command is a process of its own; its time is that of the whole program, its memory the peak of the process.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from attrs import asdict, frozen

LIMITS = {
    "rows: init": (2.0, 500e6),
    "rows: train": (6.0, 500e6),
    "rows: evaluate": (None, 500e6),
    "rows: predict": (None, 500e6),
    "columns: predict": (None, 300e6),
}
"""What each may take at most: seconds, and bytes."""

PROGRAM = "import sys, minnet_core.cli.main as m; sys.argv[0] = 'minnet'; sys.exit(m.main())"


@frozen
class Cost:
    """What a command takes.

    Attributes:
        name: the file and the command.
        seconds: on the clock.
        processor: seconds of all processors.
        memory: bytes at most.
    """

    name: str
    seconds: float
    processor: float
    memory: float

    @property
    def is_allowed(self) -> bool:
        """Whether it is within its limits."""
        seconds, memory = LIMITS.get(self.name, (None, None))
        return (seconds is None or self.seconds <= seconds) and (memory is None or self.memory <= memory)


WRITE = """\
import numpy, pyarrow, sys
from pyarrow import csv
path, rows, columns = sys.argv[1], *map(int, sys.argv[2:])
features = numpy.random.default_rng(0).normal(size=(rows, columns - 1)).round(5)
table = {f"c{index}": features[:, index] for index in range(columns - 1)}
csv.write_csv(pyarrow.table(table | {"y": features[:, :5].sum(axis=1).round(5)}), path)
"""
"""Writes a table of numbers whose last column is a sum of others; apart, for a process inherits its parent's peak."""


def write(path: Path, rows: int, columns: int) -> None:
    """Write a table."""
    subprocess.run([sys.executable, "-c", WRITE, str(path), str(rows), str(columns)], check=True)


def run(name: str, folder: Path, *arguments: str) -> Cost:
    """Run a command of minnet."""
    start = perf_counter()
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"minnet {' '.join(arguments)}: exit code {process.returncode}")
    return Cost(name, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024.0)


def measure(rows: int, columns: int) -> list[Cost]:
    """Write both tables and use them.

    Args:
        rows: of the long one.
        columns: of the wide one.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "rows.csv", rows, 10)
        write(folder / "columns.csv", 3000, columns)
        costs = [
            run("rows: init", folder, "init", "rows.toml", "--data", "rows.csv"),
            run("rows: train", folder, "train", "rows.toml", "--epochs", "3"),
            run("rows: evaluate", folder, "evaluate", "rows.safetensors"),
            run("rows: predict", folder, "predict", "rows.safetensors", "rows.csv", "-o", "answers.csv"),
            run("columns: init", folder, "init", "columns.toml", "--data", "columns.csv"),
            run("columns: train", folder, "train", "columns.toml", "--epochs", "1"),
            run("columns: predict", folder, "predict", "columns.safetensors", "columns.csv", "-o", "answers.csv"),
        ]
    return costs


def report(costs: Sequence[Cost]) -> str:
    """Write a table."""
    lines = [f"{'':18}{'seconds':>10}{'processor':>12}{'MB':>8}"]
    for cost in costs:
        over = "" if cost.is_allowed else "  more than it may take"
        lines.append(f"{cost.name:18}{cost.seconds:>10.2f}{cost.processor:>12.2f}{cost.memory / 1e6:>8.0f}{over}")
    return "\n".join(lines)


def main() -> int:
    """Measure; the exit code is 1 if something takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the long table")
    parser.add_argument("--columns", type=int, default=5000, help="of the wide table")
    parser.add_argument("--json", action="store_true", help="print JSON instead")
    options = parser.parse_args()
    costs = measure(options.rows, options.columns)
    print(json.dumps([asdict(cost) for cost in costs]) if options.json else report(costs))
    return 0 if all(cost.is_allowed for cost in costs) else 1


if __name__ == "__main__":
    sys.exit(main())
