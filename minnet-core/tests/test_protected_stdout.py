"""JSON is all that is on stdout, whatever a plugin writes to; and an error of its command says whose it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from minnet_core.cli.protected_stdout import protected_stdout
from minnet_core.discovery import FIRST_PARTY
from minnet_core.testing import install_distribution
from minnet_test_support.processes import MINNET, run_python

COMMAND = "import sys; from minnet_core.cli.main import main; sys.argv[0] = 'minnet'; main()"
ONLY_THIS = {
    "MINNET_PLUGINS": "strange-a",
    "MINNET_DISABLE_PLUGINS": ",".join(sorted(FIRST_PARTY - {"minnet-core"})),
}

LAYER = """
from minnet_core import Module, hookimpl

class Strange(Module): ...

@hookimpl
def minnet_commands():
    return []
"""

WRITES = {
    "buffer": "import sys; sys.stdout.buffer.write(b'noise\\n')",
    "original": "import sys; print('noise', file=sys.__stdout__)",
    "descriptor": "import os; os.write(1, b'noise\\n')",
    "child": "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(\"noise\")'], check=True)",
    "C": "import ctypes; ctypes.CDLL(None).printf(b'noise\\n')",
    "thread": "import os, threading; threading.Thread(target=os.write, args=(1, b'noise\\n')).start()",
}
"""What writes to stdout -> a line that does so."""

COMMANDS = """
import os
import click
from minnet_core import hookimpl

class Odd(BaseException): ...

@click.command()
@click.argument("how")
@click.option("--json", "as_json", is_flag=True)
def fail(how, as_json):
    os.write(1, b"[1]\\n")
    if how == "escapes":
        raise KeyError("\\x1b[2Jbug")
    if how == "odd":
        raise Odd("nobody expects it")

@hookimpl
def minnet_commands():
    return [fail]
"""


def minnet(site, *arguments):
    return run_python("-c", COMMAND, *arguments, path=[site], **ONLY_THIS)


def install(site, source, **groups):
    install_distribution(site, "strange-a", {"strange_a": source}, entry_points=groups)


@pytest.mark.parametrize("how", WRITES)
def test_what_a_plugin_writes_where_it_is_imported_does_not_reach_stdout(tmp_path, how):
    if how == "C" and not sys.platform.startswith("linux"):
        pytest.skip("it may buffer otherwise")
    points = {"minnet.layers": {"Strange": "strange_a:Strange"}, "minnet": {"hooks": "strange_a"}}
    install(tmp_path, f"{WRITES[how]}\n{LAYER}", **points)
    done = minnet(tmp_path, "plugins", "--json")
    assert json.loads(done.stdout), done.stderr
    assert "noise" in done.stderr
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_without_json_nothing_is_moved(tmp_path):
    install(tmp_path, f"{WRITES['descriptor']}\n{LAYER}", **{"minnet.layers": {"Strange": "strange_a:Strange"}})
    assert "noise\n" in minnet(tmp_path, "plugins").stdout


def test_what_a_checked_layer_writes_does_not_reach_stdout(tmp_path):
    source = f"import os\n{LAYER}".replace("...", "\n    def updateOutput(self, input): os.write(1, b'noise')")
    install(tmp_path, source, **{"minnet.layers": {"Strange": "strange_a:Strange"}})
    done = minnet(tmp_path, "check", "strange_a:Strange", "--input", "4,3", "--check", "forward_runs", "--json")
    assert json.loads(done.stdout)[0]["case"] == "Strange"
    assert "noise" in done.stderr


def test_a_command_of_a_plugin_writes_where_it_likes(tmp_path):
    install(tmp_path, COMMANDS, minnet={"hooks": "strange_a"})
    done = minnet(tmp_path, "fail", "not", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[1]\n", "")


@pytest.mark.parametrize(
    ("how", "told"), [("escapes", r"KeyError: '\x1b[2Jbug'"), ("odd", "strange_a.Odd: nobody expects it")]
)
def test_an_error_of_a_command_says_whose_it_is(tmp_path, how, told):
    install(tmp_path, COMMANDS, minnet={"hooks": "strange_a"})
    done = minnet(tmp_path, "fail", how)
    assert (done.returncode, done.stdout) == (1, "[1]\n")
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-2:] == [told, "in minnet fail, a command of strange-a 0.1.0 (strange_a)"]


def test_a_stream_in_the_place_of_stdout_is_left_alone(capsys):
    stdout = sys.stdout
    with protected_stdout():
        assert sys.stdout is stdout
        print("ours")
    assert capsys.readouterr().out == "ours\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no process without a stdout so")
@pytest.mark.parametrize("arguments", [("layers",), ("layers", "--json")])
def test_a_process_without_a_stdout_is_told_nothing_and_works(arguments):
    """As a service or a shell starts one that closes it: ``minnet layers >&-``."""
    command = [*MINNET, *arguments]
    done = subprocess.run(command, preexec_fn=lambda: os.close(1), stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_everything_is_as_it_was_afterwards():
    code = """
import os, sys
from minnet_core.cli.protected_stdout import protected_stdout
stdout, before = sys.stdout, set(os.listdir("/dev/fd"))
print("first")
with protected_stdout():
    print("second")
    os.write(1, b"noise")
assert sys.stdout is stdout
assert set(os.listdir("/dev/fd")) == before
os.write(1, b"third")
"""
    if not os.path.isdir("/dev/fd"):
        pytest.skip("it lists no descriptors")
    done = run_python(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "first\nsecond\nthird", "noise")
