"""``mpiexec -n N minnet train`` leaves the same bits for each N: those of one process with as many shards."""

from __future__ import annotations

import re
import subprocess

import pytest
from moons import arrays, arrays_of, ended, write_experiment

from minnet_test_support.processes import MINNET


def train(mpi, ranks, *arguments, **options):
    return mpi.minnet(ranks, "train", *arguments, "--import", "own.py", **options)


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_all_that_a_run_leaves_has_the_same_bits(mpi, alone, ranks):
    write_experiment(mpi.folder)
    done = train(mpi, ranks, "moons.toml", "--run", "run", "-o", "run.safetensors")
    assert (done.code, done.errors) == (0, "")
    assert ended(mpi.folder, "run") == alone
    epochs = re.findall(r"^ +(\d+) +\d\.", done.output, re.MULTILINE)
    assert epochs == [str(report["epoch"]) for report in alone.reports], "the first rank alone prints"


def test_the_experiment_has_what_could_differ(alone):
    assert len(alone.checkpoints) >= 2
    assert len({report["lr"] for report in alone.reports}) > 1, "the schedule has done nothing"
    assert 4 < len(alone.reports) < 12, "training was not stopped early"


@pytest.mark.parametrize(("first", "then"), [(2, 3), (3, 0)])
def test_a_run_goes_on_with_another_number_of_ranks(mpi, alone, first, then):
    """0 is without mpiexec."""
    write_experiment(mpi.folder)

    def run(ranks, *arguments):
        if ranks:
            done = train(mpi, ranks, *arguments)
            assert done.code == 0, done.errors
            return done.output
        command = [*MINNET, "train", *arguments, "--import", "own.py"]
        return subprocess.run(command, cwd=mpi.folder, check=True, capture_output=True, text=True).stdout

    run(first, "moons.toml", "--run", "run", "-o", "run.safetensors", "--epochs", "2")  # before the best
    output = run(then, "--resume", "run", "--epochs", "12", "-o", "run.safetensors")
    assert f"shards      8 of each batch, {f'by {then} ranks' if then else 'one after another'}" in output
    assert ended(mpi.folder, "run") == alone


@pytest.mark.parametrize("ranks", [1, 3])
def test_eight_shards_are_what_mpiexec_takes_by_itself(mpi, alone, ranks):
    write_experiment(mpi.folder, shards="keep = 1")
    done = train(mpi, ranks, "moons.toml", "--no-run", "-o", "it.safetensors")
    assert done.code == 0, done.errors
    assert arrays(mpi.folder / "it.safetensors") == arrays_of(alone.output)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["moons.toml"], 1, "Error: moons.toml, line 1: seed: expected"),
        (["moons.toml", "--epoch", "3"], 2, "Error: No such option '--epoch'"),
    ],
)
def test_what_is_wrong_with_the_experiment_or_the_command_line_is_told_once(mpi, arguments, code, told):
    write_experiment(mpi.folder, seed="seed = 'x'")
    done = mpi.minnet(3, "train", *arguments)
    assert done.code == code, done.errors
    assert done.errors.count(told) == done.errors.count("Error") == 1
    assert "rank" not in done.errors


def test_help_is_printed_once(mpi):
    done = mpi.minnet(2, "train", "--help")
    assert (done.code, done.errors, done.output.count("Usage: ")) == (0, "", 1)


def test_fewer_shards_than_ranks_are_told_once(mpi):
    write_experiment(mpi.folder, shards="shards = 2")
    done = train(mpi, 3, "moons.toml", "--no-run")
    assert done.code == 1
    assert done.errors.count("shards") == done.errors.count("Error") == 1
    assert "expected at least one for each of the 3 ranks, received 2" in done.errors
