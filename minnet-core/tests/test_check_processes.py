"""``minnet check`` in several processes: what it prints does not depend on them, and what ends one fails one case."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from minnet_core import Sequential
from minnet_core.testing import Case, usual_jobs
from minnet_test_support.processes import MINNET, run_python

SOURCE = """
import ctypes, os, sys, time
from pathlib import Path
import numpy as np
from minnet_core import Module

print("it is imported")

class Right(Module):
    def updateOutput(self, input):
        self.output = 2 * input
        return self.output
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 2 * gradOutput
        return self.gradInput

class Wrong(Right):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = 3 * gradOutput
        return self.gradInput
"""

ENDING = """
class Crashes(Right):
    def updateGradInput(self, input, gradOutput):
        ctypes.string_at(0)

class Exits(Right):
    def updateOutput(self, input):
        print("\\x1b[2Jgood bye", file=sys.stderr)
        os._exit(3)

class Hangs(Right):
    def updateGradInput(self, input, gradOutput):
        time.sleep(600)

class Interrupts(Right):
    def updateGradInput(self, input, gradOutput):
        raise KeyboardInterrupt

class Last(Right):
    def updateOutput(self, input):
        Path("made").touch()
        Path("threads").write_text(os.environ["OPENBLAS_NUM_THREADS"])
        return super().updateOutput(input)
"""

WAITING = """
class First(Right):
    def updateGradInput(self, input, gradOutput):
        Path(f"{os.getpid()}.pid").touch()
        time.sleep(600)

class Second(First): ...
"""


def check(folder, source, *arguments):
    (folder / "layers.py").write_text(source)
    return run_python(*MINNET[1:], "check", "layers.py", "--input", "4,3", *arguments, cwd=folder, MINNET_PLUGINS="")


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """The folder of classes that end their process, and what is reported of each."""
    folder = tmp_path_factory.mktemp("ended")
    done = check(folder, SOURCE + ENDING, "--check", "arguments_are_not_written_to", "-j2", "--limit", "4", "--json")
    assert done.returncode == 1, done.stderr
    return folder, {report["case"]: report for report in json.loads(done.stdout)}


def failure(report):
    (name,) = report["failures"]
    return next(result["message"] for result in report["results"] if result["check"] == name)


def test_every_case_has_a_report_in_order_whatever_others_did_to_their_process(ended):
    _, reports = ended
    assert list(reports) == ["Right", "Wrong", "Crashes", "Exits", "Hangs", "Interrupts", "Last"]
    assert [name for name, report in reports.items() if not report["failures"]] == ["Right", "Wrong", "Last"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param(
            "Crashes", "ended its process by SIGSEGV", marks=pytest.mark.skipif(os.name == "nt", reason="POSIX")
        ),
        ("Hangs", "did not end in 4 s"),
        ("Interrupts", "ended its process with exit code 1"),
    ],
)
def test_a_case_that_ends_its_process_fails_the_check_that_ran_and_the_line_is_named(ended, name, told):
    folder, reports = ended
    message = failure(reports[name])
    line = next(
        n for n, text in enumerate((folder / "layers.py").read_text().splitlines(), 1) if f"class {name}" in text
    )
    assert f"\n  {told}" in message
    assert name == "Interrupts" or f", at {folder / 'layers.py'}:{line + 2}\n" in message


def test_what_a_process_wrote_last_is_quoted(ended):
    _, reports = ended
    assert "exit code 3\n  the last that it wrote: \\x1b[2Jgood bye\n" in failure(reports["Exits"])
    assert "\n  the last that it wrote: KeyboardInterrupt\n" in failure(reports["Interrupts"])


def test_each_process_has_one_thread_of_blas(ended):
    folder, _ = ended
    assert (folder / "threads").read_text() == "1"


def test_two_processes_print_what_one_does(tmp_path):
    arguments = ("--check", "gradInput_is_the_slope", "--verbose", "--jobs")
    one, two = (check(tmp_path, SOURCE, *arguments, jobs) for jobs in "12")
    assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr)
    assert one.returncode == 1
    assert "Wrong fails gradInput_is_the_slope" in one.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signals to groups of processes")
def test_an_interrupt_ends_all_processes_without_a_traceback(tmp_path):
    (tmp_path / "layers.py").write_text(SOURCE + WAITING)
    command = [*MINNET, "check", "layers.py", "--input", "4,3", "--jobs", "2"]
    waiting = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while len(started := list(tmp_path.glob("*.pid"))) < 2:
        assert waiting.poll() is None, waiting.communicate()
        time.sleep(0.02)
    os.killpg(waiting.pid, signal.SIGINT)
    _, err = waiting.communicate()
    assert (waiting.returncode, err) == (1, "\nAborted!\n")
    for path in started:
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.stem), 0)


def test_few_cases_are_not_worth_a_process_and_many_have_one_for_each_processor(monkeypatch):
    case = Case(Sequential, input=(4, 3))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5}, raising=False)
    assert [usual_jobs([case] * count) for count in (0, 1, 15, 16, 24, 400)] == [1, 1, 1, 2, 3, 3]


FORKING = """
class Forks(Right):
    def updateOutput(self, input):
        if (pid := os.fork()) == 0:
            time.sleep(600)
        Path("pid").write_text(f"{pid}")
        os._exit(4)
"""

SCRIPT = """
import os, sys
from functools import partial
from minnet_core.testing import cases_of, examine_all
print("the script runs")
sys.path.insert(0, os.getcwd())  # as the command does
make = partial(cases_of, "layers.py", input=[(4, 3)])
for report in examine_all(make(), make, ["has_a_repr"], jobs=2):
    print(report.case, *(result.message for result in report.failures))
"""


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_a_script_needs_no_guard_nor_other_names_than_python_and_waits_for_no_process_of_a_component(tmp_path):
    for name in ("json", "numbers", "queue", "random", "socket"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('a file of a user is imported')")
    (tmp_path / "layers.py").write_text(SOURCE.replace('print("it is imported")', "") + FORKING)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "script.py"
    script.write_text(SCRIPT)
    with (tmp_path / "printed").open("w+") as printed:  # no pipe, whose end the process that stays would keep
        subprocess.run([sys.executable, script], cwd=tmp_path, stdout=printed, stderr=printed, check=False)
        printed.seek(0)
        first, *others = printed.read().split(" ended its process with exit code 4")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)  # an error unless it runs
    assert (" ".join(first.split()), len(others)) == ("the script runs Right Wrong Forks Forks fails is_made", 1)


OWN = """
from layers import Right
from minnet_core.testing import cases_of, examine_all
class Mine(Right): ...
def make():
    return cases_of(Mine, input=[(4, 3)])
examine_all(make(), make, ["has_a_repr"], jobs=2)
"""


def test_a_process_that_ends_before_it_begins_is_no_fault_of_a_component(tmp_path):
    (tmp_path / "layers.py").write_text(SOURCE)
    (tmp_path / "script.py").write_text(OWN)
    done = run_python("-B", "script.py", cwd=tmp_path, MINNET_PLUGINS="")
    assert "RuntimeError: expected a process that makes the cases once more, received one with exit" in done.stderr
