"""An error in one process ends all of them, and is told first; one that all meet is told once."""

from __future__ import annotations

import os
import re
import signal
import sys
import time

import pytest

COMMAND = """\
import os
import signal
import time
from threading import Timer
import click
from minnet_core.cli.main import main
from minnet_mpi.plugin import minnet_ranks
from minnet_train.errors import DataError

def fail(rank, mode):
    if mode == "alike":
        raise DataError("no such file")
    if mode == "noted":
        error = DataError("no such file")
        error.add_note(f"as rank {rank} knows")
        raise error
    if mode == "own":
        time.sleep(0.1 * (3 - rank))
        raise DataError(f"no file {rank}")
    if mode == "again" and rank == 2:
        Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
        raise DataError("a bad row")
    if mode == "ctrl-c":
        raise KeyboardInterrupt
    if mode == "usage":
        raise click.UsageError("expected more")
    if mode == "signal":
        raise SystemExit(130)
    if mode == "last":
        if rank == 0:
            time.sleep(0.5)
            raise DataError("the disk is full")
        return
    if mode == "some" and rank in (1, 3) or mode == "one" and rank == 2:
        raise DataError("a bad row")
    if mode == "bug" and rank == 2:
        raise ZeroDivisionError("unforeseen")
    if mode == "leave" and rank == 2:
        raise SystemExit(0)
    if mode == "three" and rank == 2:
        raise click.exceptions.Exit(3)
    ranks.gather("a step")

@main.command()
@click.argument("mode")
def together(mode):
    global ranks
    ranks = minnet_ranks()
    assert minnet_ranks() is ranks
    fail(ranks.rank, mode)

main()
"""

SCRIPT = """\
import sys
from minnet_mpi import world

ranks = world()
assert world() is ranks
ranks.gather(0)
if sys.argv[1] == "all" or ranks.rank == 1:
    raise ValueError("in a script")
ranks.gather(1)
"""

ABORT = r"(?s:.*)"
"""What the launcher adds, if it comes to that."""


def told(done, code, pattern):
    assert done.code == code, done.errors
    assert re.fullmatch(pattern, done.errors), done.errors
    assert done.seconds < 20  # for a busy machine: it is 2 seconds on one that is not


@pytest.mark.parametrize(
    ("mode", "code", "pattern"),
    [
        ("alike", 1, r"Error: no such file\n"),
        ("noted", 1, r"Error: no such file\nas rank 0 knows\n"),
        ("own", 1, "".join(rf"Error: no file {rank}\non rank {rank} of 4, \S+\n" for rank in range(4))),
        ("ctrl-c", 130, ""),
        ("usage", 2, r"Usage: .* together .*\n(.*\n)*Error: expected more\n"),
        ("signal", 130, ""),
        ("one", 1, r"Error: a bad row\non rank 2 of 4, \S+, which ends all of them\n" + ABORT),
        ("some", 1, r"Error: a bad row\non rank 1 of 4, \S+, which ends all of them\n" + ABORT),
        ("last", 1, r"Error: the disk is full\non rank 0 of 4, \S+, which ends all of them\n" + ABORT),
        (
            "bug",
            1,
            r"Traceback \(most recent call last\):\n(?s:.*)\nZeroDivisionError: unforeseen\n"
            r"on rank 2 of 4, \S+, which ends all of them\n" + ABORT,
        ),
        ("leave", 1, r"rank 2 of 4, \S+, left before the others, which ends all of them\n" + ABORT),
        ("three", 3, r"rank 2 of 4, \S+, left before the others, which ends all of them\n" + ABORT),
    ],
)
def test_who_fails_in_a_command_ends_all_and_is_heard(mpi, mode, code, pattern):
    told(mpi.python(4, COMMAND, "together", mode), code, pattern)


def test_a_command_that_does_not_fail_says_nothing(mpi):
    told(mpi.python(4, COMMAND, "together", "no"), 0, "")


AGAIN = COMMAND.replace(
    "\nmain()\n",
    """
import contextlib, sys
with contextlib.suppress(click.ClickException):
    main(["together", "alike"], standalone_mode=False)
try:
    raise KeyError("which is being handled")
except KeyError:
    main(["together", "no"], standalone_mode=False)
main()
""",
)


def test_a_program_that_goes_on_after_an_error_of_all_may_fail_again(mpi):
    told(mpi.python(4, AGAIN, "together", "no"), 0, "")
    told(mpi.python(4, AGAIN, "together", "one"), 1, r"Error: a bad row\non rank 2 of 4, (?s:.*)")


@pytest.mark.parametrize(
    ("who", "pattern"),
    [
        ("all", r"Traceback \(most recent call last\):\n(?:  .*\n)*ValueError: in a script\n"),
        (
            "one",
            r"Traceback \(most recent call last\):\n(?:  .*\n)*ValueError: in a script\n"
            r"on rank 1 of 3, \S+, which ends all of them\n" + ABORT,
        ),
    ],
)
def test_an_uncaught_error_of_a_script_ends_all(mpi, who, pattern):
    told(mpi.python(3, SCRIPT, who), 1, pattern)


LIBRARY = """\
import os, sys
if os.environ["PMI_RANK"] == "1":
    os.environ["MPI4PY_LIBMPI"] = "/nowhere/libmpi.so"
"""


@pytest.mark.parametrize(
    ("program", "pattern"),
    [
        (COMMAND.replace("\nmain()\n", "\nmain(['together', 'no'])\n"), r"Error: 3 processes were started .*\n"),
        (SCRIPT, r"Traceback (?s:.*)\nminnet_train\.errors\.RanksError: 3 processes were started .*\n"),
    ],
)
def test_one_that_has_no_library_of_mpi_ends_those_that_wait_for_it(mpi, program, pattern):
    done = mpi.python(3, LIBRARY + program, "all")
    assert done.code != 0
    assert re.match(pattern, done.errors), done.errors
    assert done.errors.count("no library of MPI can be loaded") == 1
    assert done.seconds < 20


WAITING = """\
import os, time
if os.environ["PMI_RANK"] == "0":
    time.sleep(60)
open("pid", "w").write(str(os.getpid()))
from minnet_mpi import world
world()
"""


def test_ctrl_c_ends_all_while_one_waits_for_another_to_start(mpi):
    (mpi.folder / "program.py").write_text(WAITING)
    begun = time.monotonic()
    with mpi.start(2, [sys.executable, "program.py"]) as process:
        while not (mpi.folder / "pid").exists() and time.monotonic() < begun + 30:
            time.sleep(0.05)
        time.sleep(1)  # for MPI to be loaded
        os.kill(int((mpi.folder / "pid").read_text()), signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=30)
        finally:
            process.terminate()
    assert process.returncode != 0
    assert "Traceback" not in errors
    assert time.monotonic() - begun < 20


def test_ctrl_c_once_more_does_not_keep_one_from_ending_all(mpi):
    done = mpi.python(3, COMMAND, "together", "again")
    assert done.code != 0
    assert done.seconds < 20


def test_a_process_that_hangs_on_its_way_out_does_not_keep_the_others(mpi):
    sooner = "ranks = world()\nimport minnet_mpi.leaving as it\nit.LATEST = 0.5"
    thread = "    import threading, time\n    threading.Thread(target=time.sleep, args=[60]).start()\n    raise "
    hanging = SCRIPT.replace("ranks = world()", sooner).replace("    raise ", thread)
    told(mpi.python(3, hanging, "one"), 1, r"Traceback (?s:.*)on rank 1 of 3, (?s:.*)")
