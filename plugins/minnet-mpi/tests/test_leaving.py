"""An error in one process ends all of them, and is told first; one that all meet is told once."""

from __future__ import annotations

import re

import pytest

COMMAND = """\
import time
import click
from minnet_core.cli.main import main
from minnet_mpi.plugin import minnet_ranks
from minnet_train.errors import DataError

def fail(rank, mode):
    if mode == "alike":
        raise DataError("no such file")
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


def test_a_process_that_hangs_on_its_way_out_does_not_keep_the_others(mpi):
    sooner = "ranks = world()\nimport minnet_mpi.leaving as it\nit.LATEST = 0.5"
    thread = "    import threading, time\n    threading.Thread(target=time.sleep, args=[60]).start()\n    raise "
    hanging = SCRIPT.replace("ranks = world()", sooner).replace("    raise ", thread)
    told(mpi.python(3, hanging, "one"), 1, r"Traceback (?s:.*)on rank 1 of 3, (?s:.*)")
