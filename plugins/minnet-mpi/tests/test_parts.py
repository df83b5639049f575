"""Data in several files, by blocks, on several processes: the same bits, and an error of what has changed ends all."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pyarrow
from moons import arrays, write_experiment
from pyarrow import parquet

from minnet_test_support.processes import MINNET

SOURCE = 'source = { class = "Npy", path = "part-*.npy" }\nshuffle_block = 20'
TABLES = 'source = { class = "Parquet", path = "part-*.parquet", in_memory = false }\nshuffle_block = 20'


def write(folder: Path, rows: int = 60, **replaced: str) -> None:
    write_experiment(folder, source=SOURCE, **replaced)
    rng = np.random.default_rng(0)
    for part in range(4):
        features = rng.normal(size=(rows, 2)).astype(np.float32)
        np.save(folder / f"part-{part}.npy", features)
        np.save(folder / f"part-{part}_targets.npy", (features.sum(axis=1) > 0).astype(np.int64))


def write_tables(folder: Path, bad: float = 0.5, **replaced: str) -> None:
    write_experiment(folder, source=TABLES, **replaced)
    rng = np.random.default_rng(0)
    for part in range(4):
        features = rng.normal(size=(60, 2))
        label = (features.sum(axis=1) > 0).astype(np.int64)
        features[30, 1] = bad if part == 2 else 0.5
        table = pyarrow.table({"a": features[:, 0], "b": features[:, 1], "label": label})
        parquet.write_table(table, folder / f"part-{part}.parquet", row_group_size=20)


def train(mpi, ranks, *arguments):
    return mpi.minnet(ranks, "train", *arguments, "--import", "own.py")


def test_parts_give_the_same_bits_and_a_run_goes_on_with_another_number(mpi):
    write(mpi.folder)
    command = [*MINNET, "train", "moons.toml", "--import", "own.py", "--run", "alone", "-o", "alone.safetensors"]
    subprocess.run(command, cwd=mpi.folder, check=True, capture_output=True)
    begun = train(mpi, 3, "moons.toml", "--run", "run", "-o", "run.safetensors", "--epochs", "2")
    assert (begun.code, begun.errors) == (0, "")
    resumed = train(mpi, 2, "--resume", "run", "--epochs", "12", "-o", "run.safetensors")
    assert (resumed.code, resumed.errors) == (0, "")
    assert arrays(mpi.folder / "run.safetensors") == arrays(mpi.folder / "alone.safetensors")


def test_a_part_that_is_written_to_meanwhile_ends_all(mpi):
    write(mpi.folder, rows=600, epochs="epochs = 100000", early_stopping="")
    (mpi.folder / "slow").touch()  # an epoch takes seconds: rows that were read once are kept
    with mpi.start(2, [*MINNET, "train", "moons.toml", "--import", "own.py", "--run", "run"]) as process:
        until = time.monotonic() + 30
        while not (mpi.folder / "run" / "config.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        part = mpi.folder / "part-2.npy"
        os.utime(part, (1, 1))
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "part-2.npy: expected the file as it was when it was opened" in errors.splitlines()[0]


def test_tables_of_which_each_reads_a_part_give_the_same_bits(mpi):
    write_tables(mpi.folder)
    command = [*MINNET, "train", "moons.toml", "--import", "own.py", "--run", "alone", "-o", "alone.safetensors"]
    subprocess.run(command, cwd=mpi.folder, check=True, capture_output=True)
    done = train(mpi, 4, "moons.toml", "--run", "run", "-o", "run.safetensors")
    assert (done.code, done.errors) == (0, "")
    assert arrays(mpi.folder / "run.safetensors") == arrays(mpi.folder / "alone.safetensors")


def test_a_cell_that_cannot_be_used_is_told_once_whoever_has_read_it(mpi):
    write_tables(mpi.folder, bad=1e39)
    told = []
    for ranks in (1, 3):
        done = train(mpi, ranks, "moons.toml", "--run", "run")
        assert done.code == 1
        told.append(done.errors)
    assert told[0] == told[1]
    assert told[0].startswith(
        "Error: part-*.parquet, row 31 of part-2.parquet, column 2 ('b'): expected a finite float"
    )
