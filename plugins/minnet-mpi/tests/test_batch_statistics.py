"""Batch statistics of the whole batch, of which each process has some shards: the same bits on any number of them."""

from __future__ import annotations

import subprocess

import pytest
from attrs import evolve
from moons import arrays_of, ended, write_experiment

from minnet_test_support.processes import MINNET

WHOLE = 'shards = 6\nbatch_statistics = "batch"'


def train(mpi, ranks, *arguments):
    done = mpi.minnet(ranks, "train", *arguments, "--import", "own.py")
    assert done.code == 0, done.errors
    return done.output


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """What one process leaves that knows nothing of MPI."""
    folder = tmp_path_factory.mktemp("together")
    write_experiment(folder, shards=WHOLE, epochs="epochs = 2")
    command = [*MINNET, "train", "moons.toml", "--run", "run", "-o", "run.safetensors", "--import", "own.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return ended(folder, "run")


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_all_that_a_run_leaves_has_the_same_bits(mpi, alone, together, ranks):
    write_experiment(mpi.folder, shards=WHOLE, epochs="epochs = 2")
    output = train(mpi, ranks, "moons.toml", "--run", "run", "-o", "run.safetensors")
    assert "; batch statistics of the whole batch\n" in output
    assert ended(mpi.folder, "run") == together
    assert together.model != alone.model


def test_a_run_goes_on_with_another_number_of_ranks(mpi, together):
    write_experiment(mpi.folder, shards=WHOLE)
    train(mpi, 3, "moons.toml", "--run", "run", "-o", "run.safetensors", "--epochs", "1")
    train(mpi, 2, "--resume", "run", "--epochs", "2", "-o", "run.safetensors")
    found = ended(mpi.folder, "run")
    assert evolve(found, best=together.best) == together
    assert arrays_of(found.best) == arrays_of(together.best)  # it may say that it was to be trained for an epoch alone


def test_an_error_in_one_shard_ends_all(mpi):
    write_experiment(mpi.folder, shards=WHOLE)
    (mpi.folder / "broken-1").touch()
    done = mpi.minnet(4, "train", "moons.toml", "--no-run", "--import", "own.py")
    assert done.code == 1
    assert done.seconds < 30
    assert done.errors.index("a layer that works on other machines") < done.errors.index("rank 1 of 4")
