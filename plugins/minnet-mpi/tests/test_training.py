"""``mpiexec -n N minnet train`` ends with the same bits for each N, which are those of one process with as many shards."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from flowers import Ended, arrays, ended, reports, write_experiment

from minnet_test_support.processes import MINNET

SIZES = (1, 2, 3, 4)


def trained(mpi, ranks, name, *arguments):
    """Train by so many processes, or without mpiexec, and tell what is left."""
    done = train(mpi, ranks, "flowers.toml", "--run", name, "-o", f"{name}.safetensors", *arguments)
    assert done.code == 0, done.errors
    return ended(mpi.folder, name)


def train(mpi, ranks, *arguments, **options):
    return mpi.minnet(ranks, "train", *arguments, "--import", "own.py", **options)


@pytest.fixture(scope="module")
def alone(mpi_in, tmp_path_factory) -> Ended:
    """What one process leaves that knows nothing of MPI."""
    folder = tmp_path_factory.mktemp("alone")
    write_experiment(folder)
    command = [*MINNET, "train", "flowers.toml", "--run", "run", "-o", "run.safetensors", "--import", "own.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return ended(folder, "run")


@pytest.mark.parametrize("ranks", SIZES)
def test_all_that_a_run_leaves_has_the_same_bits(mpi, alone, ranks):
    write_experiment(mpi.folder)
    assert trained(mpi, ranks, "run") == alone


def test_the_experiment_has_what_could_differ(alone):
    assert len(alone.checkpoints) >= 2
    assert len({report["lr"] for report in alone.reports}) > 1, "the schedule has done nothing"
