from __future__ import annotations

import shlex
import sys

import pytest

from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution
from minnet_test_support.processes import run_python
from minnet_test_support.sources import TWO_EXAMPLES, forget_modules, scale_source

WRONG = scale_source("Wrong", slope="2 * self.factor")
ONLY_CORE = {"MINNET_DISABLE_PLUGINS": ",".join(sorted(FIRST_PARTY - {"minnet-core"})), "MINNET_PLUGINS": "strange-a"}
HOMEWORK = ("homework.py:Wrong", "--input", "4,3")


@pytest.fixture
def minnet(run_minnet, monkeypatch, tmp_path):
    """Run the command in a folder with ``homework.py``: returns its exit code, stdout and stderr."""
    for name, value in ONLY_CORE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "homework.py").write_text(WRONG)
    (tmp_path / "my homework.py").write_text(WRONG)
    yield run_minnet
    forget_modules(tmp_path)


def install(site):
    points = {"minnet.layers": {"Strange": "strange_a:Wrong"}}
    install_distribution(
        site,
        "strange-a",
        {"strange_a": scale_source("Wrong", slope="2 * self.factor", examples=TWO_EXAMPLES)},
        entry_points=points,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "expected names to check, or --all, received neither"),
        ([*HOMEWORK, "--all"], "expected names to check, or --all, received both"),
        (["--all", "--args", "{}"], "expected --all without --args, --input, --target, --trait and --example"),
        (["--all", "--input", "4,3"], "expected --all without --args, --input, --target, --trait and --example"),
        (["--all", "--target", "real"], "expected --all without --args, --input, --target, --trait and --example"),
        (["--all", "--trait", "kinks"], "expected --all without --args, --input, --target, --trait and --example"),
        (["--all", "--example", "0"], "expected --all without --args, --input, --target, --trait and --example"),
        ([*HOMEWORK, "--args", "{"], "expected a JSON object such as '{\"beta\": 1.5}', received '{': "),
        ([*HOMEWORK, "--args", "{'factor': 2}"], "; JSON has double quotes"),
        ([*HOMEWORK, "--args", "[1]"], "expected a JSON object such as '{\"beta\": 1.5}', received '[1]'"),
        (
            [*HOMEWORK, "--input", "4,x"],
            "expected positive lengths such as 4,5, or 4,5;4,2 for a table, received '4,x'",
        ),
        (
            [*HOMEWORK, "--input", "0,3"],
            "expected positive lengths such as 4,5, or 4,5;4,2 for a table, received '0,3'",
        ),
        ([*HOMEWORK, "--input", "4;"], "expected positive lengths such as 4,5, or 4,5;4,2 for a table, received '4;'"),
        ([*HOMEWORK, "--input", ""], "expected positive lengths such as 4,5, or 4,5;4,2 for a table, received ''"),
        ([*HOMEWORK, "--input", "4,3:maks"], "received '4,3:maks'; did you mean 'mask'?"),
        ([*HOMEWORK, "--input", "4,3:\x1b[2J"], r"received '4,3:\x1b[2J'"),
        ([*HOMEWORK, "--seed", "-1"], "-1 is not in the range x>=0"),
        ([*HOMEWORK, "--example", "x"], "'x' is not a valid integer range"),
        ([*HOMEWORK, "--chek", "x"], "No such option"),
    ],
)
def test_a_command_line_that_cannot_be_read_exits_with_2(minnet, arguments, message):
    code, out, err = minnet("check", *arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Sequental"], "expected a component or a distribution that is installed, module:Class or FILE.py:Class, "),
        (["Sequental"], "received 'Sequental'; did you mean Sequential?"),
        (["absent.py:Wrong", "--input", "4"], "expected a Python file, received 'absent.py': there is no such file"),
        (
            ["homework.py:Rong", "--input", "4"],
            "homework.py:Rong: expected a class of homework.py; did you mean Wrong?",
        ),
        (["homework.py:Wrong"], "Wrong: expected EXAMPLES on the class, or the shape of an input (input=, --input)"),
        ([*HOMEWORK, "--check", "forward_run"], "there is no check 'forward_run'; did you mean 'forward_runs' or "),
        ([*HOMEWORK, "--check", "zzz"], "there is no check 'zzz'; see: minnet check --list"),
        ([*HOMEWORK, "--trait", "kink"], "received 'kink'; did you mean 'kinks'?"),
        ([*HOMEWORK, "--trait", "integer-input", "--trait", "positive-input"], "expected one domain of the input"),
        ([*HOMEWORK, "--target", "reel"], "expected a target among one-hot, classes, real, binary, signs, "),
        ([*HOMEWORK, "--target", "\x1b[2J"], r"received '\x1b[2J'"),
        (["json:JSONDecoder", "--input", "4"], "expected a layer, criterion or optimizer, received JSONDecoder"),
        (["strange_a:Wrong", "--example", "7"], "Wrong: expected an example from 0 to 1, received 7"),
    ],
)
def test_a_request_that_cannot_be_met_exits_with_2_and_one_line(site, minnet, arguments, message):
    install(site)
    code, out, err = minnet("check", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert message in err


def failure(out):
    """What is told of the failure of one check, with the command that runs it again."""
    (message,) = [part for part in out.rstrip("\n").split("\n\n") if " fails gradInput_is_the_slope\n" in part]
    return message, message.rpartition("again: ")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        HOMEWORK,
        ("homework.py:Wrong", "--input", "4,3", "--input", "2,2", "--args", '{"factor": 3}', "--trait", "kinks"),
        ("my homework.py:Wrong", "--input", "4,3", "--seed", "7"),
        ("strange-a", "--seed", "3"),
        ("Strange", "--example", "1"),
        ("strange_a:Wrong", "--example", "0"),
        ("Strange", "--input", "5,2"),
    ],
)
def test_the_line_that_is_printed_fails_again_with_the_same_message(site, minnet, arguments):
    install(site)
    code, out, _ = (
        minnet("check", *arguments, "--example", "0") if arguments[0] == "strange-a" else minnet("check", *arguments)
    )
    message, again = failure(out)
    assert code == 1
    program, *words = shlex.split(again)
    assert program == "minnet"
    done = run_python("-m", "minnet_core", *words, path=[site], **ONLY_CORE)
    assert done.returncode == 1
    assert failure(done.stdout) == (message, again)
    assert done.stderr == ""


def test_an_example_that_a_registered_class_has_not_is_an_error(site, minnet):
    install(site)
    code, out, err = minnet("check", "Strange", "--example", "7")
    assert (code, out) == (2, "")
    assert "Wrong: expected an example from 0 to 1, received 7" in err


def test_a_trait_is_not_silently_left_out_of_account(site, minnet):
    install(site)
    code, out, err = minnet("check", "Strange", "--trait", "kinks")
    assert (code, out) == (2, "")
    assert "expected the shape of an input (input=, --input) with traits or a target" in err


def test_a_file_that_exits_is_told_of(minnet, tmp_path):
    (tmp_path / "exits.py").write_text("import sys\nsys.exit(3)\n")
    code, out, err = minnet("check", "exits.py:Wrong", "--input", "4,3")
    assert (code, out) == (2, "")
    assert err == "Error: exits.py: cannot be imported: SystemExit: 3\n"


def test_a_file_that_cannot_be_imported_is_told_of(minnet, tmp_path):
    (tmp_path / "breaks.py").write_text("1 / 0\n")
    code, out, err = minnet("check", "breaks.py:Wrong", "--input", "4,3")
    assert (code, out) == (2, "")
    assert err == "Error: breaks.py: cannot be imported: ZeroDivisionError: division by zero\n"
