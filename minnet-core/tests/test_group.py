"""``minnet`` itself: ``-p no:NAME``, commands that are missing, and whose a command is."""

from __future__ import annotations

import os

import pytest

from minnet_core import layers
from minnet_core.cli.main import main
from minnet_core.discovery.scan import discovering
from minnet_core.testing import install_distribution

HOOK = """
import os
import click
from minnet_core import hookimpl
with open(os.environ["MARKS"], "a") as marks:
    marks.write(__name__ + " ")

@click.command()
def fail():
    raise KeyError("no")

@click.command()
def show():
    click.echo(os.environ.get("MINNET_DISABLE_PLUGINS", "nothing"))

@hookimpl
def minnet_commands(): return [fail, show]
"""
LAYER = """
import os
from minnet_core import Module
with open(os.environ["MARKS"], "a") as marks:
    marks.write(__name__ + " ")
class X(Module): ...
"""


@pytest.fixture
def marks(site, tmp_path, monkeypatch):
    """What has been imported of the two distributions that are installed."""
    file = tmp_path / "marks"
    file.touch()
    monkeypatch.setenv("MARKS", str(file))
    install_distribution(site, "strange-a", {"strange_a": HOOK}, entry_points={"minnet": {"a": "strange_a"}})
    install_distribution(site, "strange-b", {"strange_b": LAYER}, entry_points={"minnet.layers": {"X": "strange_b:X"}})
    layers.refresh()
    return file.read_text


@pytest.mark.parametrize(
    "command", [("layers",), ("plugins",), ("doctor",), ("--help",), ("check", "--list"), ("explain", "Sequential")]
)
def test_nothing_of_a_disabled_distribution_is_imported(marks, run_minnet, command):
    run_minnet("-p", "no:strange-a", "-p", "no:Strange_B", *command)
    assert marks() == ""
    assert "MINNET_DISABLE_PLUGINS" not in os.environ, "the switch ends with the command"
    run_minnet("plugins")
    assert marks().split() == ["strange_a", "strange_b"]


def test_a_disabled_distribution_is_neither_listed_nor_asked_for_commands(marks, run_minnet):
    assert "strange-b" not in run_minnet("-p", "no:strange-b", "layers")[1]
    assert "strange-b" in run_minnet("layers")[1]
    assert run_minnet("-p", "no:strange-a", "show")[0] == 2
    assert run_minnet("-p", "no:strange-b", "show") == (0, "strange-b\n", "")
    assert ["strange-b", "0.1.0", "disabled", "X"] in [
        line.split() for line in run_minnet("-p", "no:strange-b", "plugins")[1].splitlines()
    ]


def test_what_is_disabled_already_stays_disabled(marks, run_minnet, monkeypatch):
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "strange-b")
    assert run_minnet("-p", "no:strange-a", "layers")[0] == 0
    assert marks() == ""
    assert os.environ["MINNET_DISABLE_PLUGINS"] == "strange-b"


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("strange-a", "expected no:NAME, and -p again for another, received 'strange-a'"),
        ("no:", "expected no:NAME, and -p again for another, received 'no:'"),
        ("no:strange-a,strange-b", "expected no:NAME, and -p again for another, received 'no:strange-a,strange-b'"),
        ("no:strange-c", "did you mean 'no:strange-b' or 'no:strange-a'?"),
        ("no:zzzzzz", "no distribution 'zzzzzz' with components or hooks is installed; there are "),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(marks, run_minnet, choice, told):
    code, out, err = run_minnet("-p", choice, "layers")
    assert (code, out) == (2, "")
    assert told in err
    assert marks() == ""


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("train", "minnet-train"),
        ("new", "minnet-new"),
        ("predict", "minnet-train"),
        ("serve", "minnet-serve"),
        ("sweep", "minnet-sweep"),
    ],
)
def test_a_command_of_ours_that_is_missing_is_answered_with_what_to_install(run_minnet, monkeypatch, name, home):
    with discovering(tuple):
        code, _, err = run_minnet(name)
    assert code == 2
    assert f"No such command '{name}': it comes with {home}, which is not installed; pip install {home}" in err


def test_a_command_of_ours_that_is_disabled_is_said_to_be(site, run_minnet, monkeypatch):
    install_distribution(site, "minnet-train", {"train": HOOK}, entry_points={"minnet": {"train": "train"}})
    monkeypatch.setenv("MINNET_DISABLE_PLUGINS", "minnet-train")
    layers.refresh()
    assert "'train': it comes with minnet-train, which is disabled" in run_minnet("train")[2]


def test_an_error_of_a_command_says_whose_command_it_is(marks):
    with pytest.raises(KeyError) as caught:
        main(["fail"], standalone_mode=False)
    assert caught.value.__notes__ == ["in minnet fail, a command of strange-a 0.1.0 (strange_a)"]
