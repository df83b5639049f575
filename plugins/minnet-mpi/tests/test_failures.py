"""Whatever happens to one rank, all end within seconds, it is told first, and the run can be gone on with."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import pytest
from moons import ended, reports, write_experiment

from minnet_core.testing import install_distribution
from minnet_test_support.processes import MINNET

COMMAND = [*MINNET, "train", "moons.toml", "--run", "run", "-o", "run.safetensors", "--import", "own.py"]

SECONDS = 20.0
"""More than enough on a busy machine: it takes two on one that is not."""

PLUGIN = """\
import os
from minnet_core import hookimpl
from minnet_train import DivergenceError

WHO, RANK = os.environ["WHO"], os.environ.get("PMI_RANK")

@hookimpl
def minnet_step_end(trainer):
    if trainer.step == 6 and WHO == RANK == "2":
        raise RuntimeError("of a plugin")

@hookimpl
def minnet_epoch_end(trainer):
    if WHO == "all" or WHO == RANK == "1":
        raise DivergenceError("of a plugin")
"""


def failing(mpi, ranks, who):
    """Train with a plugin that fails on this rank."""
    write_experiment(mpi.folder)
    site = mpi.folder / "site"
    install_distribution(site, "its-hooks", {"its_hooks": PLUGIN}, entry_points={"minnet": {"it": "its_hooks"}})
    return mpi.run(ranks, COMMAND, variables={"PYTHONPATH": str(site), "WHO": who})


def started(mpi, ranks):
    """Start a training of so many ranks that takes long, and wait until it has saved something."""
    write_experiment(mpi.folder)
    (mpi.folder / "slow").touch()
    process = mpi.start(ranks, COMMAND)
    until = time.monotonic() + 60
    while len(reports(mpi.folder / "run")) < 2:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def pid(mpi, rank):
    return int((mpi.folder / f"pid-{rank}").read_text())


def finished(process):
    """Wait for the end, which must come soon; returns what was written to stderr."""
    begun = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert time.monotonic() - begun < SECONDS
    return errors


def expect_gone(mpi, ranks):
    """No process is left behind."""
    until = time.monotonic() + 10
    for number in (pid(mpi, rank) for rank in range(ranks)):
        while Path(f"/proc/{number}/stat").exists() and " Z " not in Path(f"/proc/{number}/stat").read_text():
            assert time.monotonic() < until, number
            time.sleep(0.01)


def expect_as_if_nothing_had_happened(mpi, alone, ranks):
    """The run is gone on with, by another number of ranks, and ends as one that was never interrupted."""
    for file in ("slow", "full", "broken-2"):
        (mpi.folder / file).unlink(missing_ok=True)
    done = mpi.minnet(ranks, "train", "--resume", "run", "--import", "own.py")
    assert done.code == 0, done.errors
    assert ended(mpi.folder, "run") == alone


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")
def test_a_rank_that_is_killed_ends_all(mpi, alone):
    process = started(mpi, 4)
    os.kill(pid(mpi, 2), signal.SIGKILL)
    finished(process)
    assert process.returncode != 0
    expect_gone(mpi, 4)
    expect_as_if_nothing_had_happened(mpi, alone, 2)


def test_an_error_of_a_plugin_on_one_rank_ends_all_and_is_told_first(mpi, alone):
    done = failing(mpi, 4, "2")
    assert done.code == 1
    assert re.match(
        r"Error: plugin its-hooks:it failed in minnet_step_end: RuntimeError: of a plugin\n"
        r"on rank 2 of 4, \S+, which ends all of them\n",
        done.errors,
    ), done.errors
    assert done.errors.count("Error: plugin") == 1
    assert done.seconds < SECONDS
    expect_as_if_nothing_had_happened(mpi, alone, 2)


@pytest.mark.parametrize(
    ("who", "pattern"),
    [
        ("1", r"on rank 1 of 3, \S+, which ends all of them\n(?s:.*)"),
        ("all", r"run is at step \d+\n"),  # as rank 0 knows
    ],
)
def test_a_plugin_that_finds_a_divergence_is_heard_once_on_whatever_rank_it_does(mpi, who, pattern):
    done = failing(mpi, 3, who)
    assert done.code == 1
    assert re.fullmatch(r"Error: of a plugin\nin minnet_epoch_end of plugin its-hooks:it\n" + pattern, done.errors)
    assert done.seconds < SECONDS


def test_a_bug_on_one_rank_ends_all_with_its_traceback(mpi):
    write_experiment(mpi.folder)
    (mpi.folder / "broken-2").touch()
    done = mpi.run(4, COMMAND)
    assert done.code == 1
    told = done.errors.partition("Abort(1)")[0]
    assert re.match(r"Traceback \(most recent call last\):\n", told)
    assert "ArithmeticError: a layer that works on other machines\n" in told
    assert re.search(r"^on rank 2 of 4, \S+, which ends all of them$", told, re.MULTILINE)
    assert told.count("Traceback") == 1
    assert done.seconds < SECONDS


def test_what_one_rank_cannot_prepare_is_told_once(mpi):
    write_experiment(mpi.folder)
    (mpi.folder / "missing-1").touch()
    done = mpi.run(3, COMMAND)
    assert done.code == 1
    assert done.errors == (
        "Error: rank 1 of 3: ExperimentError: imports: own.py: cannot be imported: OSError: a library is missing on "
        "this node\n"
    )


def test_a_full_disk_of_the_first_rank_ends_all_and_says_what_is_kept(mpi, alone):
    write_experiment(mpi.folder)
    (mpi.folder / "full").touch()
    done = mpi.run(3, COMMAND)
    assert done.code == 1
    found = re.match(
        r"Error: run: the run could not be written: File too large; (?:its checkpoint of step \d+ is kept|there is no "
        r"checkpoint yet)\n(?:.*\n)*?\n  minnet train --resume run --import own\.py\n"
        r"on rank 0 of 3, \S+, which ends all of them\n",
        done.errors,
    )
    assert found, done.errors
    assert done.seconds < SECONDS
    expect_as_if_nothing_had_happened(mpi, alone, 2)


def test_ctrl_c_saves_and_ends_all(mpi, alone):
    process = started(mpi, 3)
    process.send_signal(signal.SIGINT)
    errors = finished(process)
    assert process.returncode == 130, errors
    found = re.search(
        r"Interrupted after step (\d+), which is saved\.\n\n  minnet train --resume run --import own\.py\n", errors
    )
    assert found, errors
    assert errors.count("Interrupted") == 1
    assert "MPI_Abort" not in errors
    assert (mpi.folder / "run" / "checkpoints" / f"step-{int(found[1]):08}.safetensors").exists()
    expect_gone(mpi, 3)
    expect_as_if_nothing_had_happened(mpi, alone, 2)


def test_ctrl_c_ends_all_while_the_others_wait_for_one_that_is_not_ready(mpi):
    write_experiment(mpi.folder)
    (mpi.folder / "asleep-0").touch()
    process = mpi.start(3, COMMAND)
    until = time.monotonic() + 60
    while not all((mpi.folder / f"pid-{rank}").exists() for rank in range(3)):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    errors = finished(process)
    assert process.returncode == 130, errors
    assert "Error" not in errors
    assert "rank" not in errors.partition("Abort")[0]
    expect_gone(mpi, 3)


def test_sigterm_to_every_rank_does_the_same(mpi):
    """As Slurm sends it when the time of a job is over."""
    process = started(mpi, 2)
    for rank in (1, 0):
        os.kill(pid(mpi, rank), signal.SIGTERM)
    errors = finished(process)
    assert process.returncode == 143, errors
    assert errors.count("which is saved.") == 1
