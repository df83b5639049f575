"""Commands whose modules are imported when they run: what stands for them is as good as they are."""

from __future__ import annotations

import re

import click
import pytest
from click.shell_completion import ShellComplete

from minnet_core.cli import LazyCommand, main
from minnet_core.testing import install_distribution

PLUGIN = """
from minnet_core import hookimpl
from minnet_core.cli import LazyCommand
@hookimpl
def minnet_commands():
    return [LazyCommand("fit", "strange_a.fit:fit", "Fit a curve."), LazyCommand("tell", "strange_a.fit:tell", "Tell.")]
"""
COMMANDS = """
import click
print("imported")
@click.command()
@click.option("--degree", help="Of the polynomial.")
def fit(degree):
    '''Fit a curve.

    Of any degree.'''
    click.echo(f"degree {degree}")
@click.group()
def tell():
    '''Tell.'''
@tell.command()
def more(): click.echo("more")
"""

OWN = [command for command in main.commands.values() if isinstance(command, LazyCommand)]


@pytest.fixture
def installed(site):
    """A plugin with two lazy commands."""
    install_distribution(
        site, "strange-a", {"strange_a": PLUGIN, "strange_a.fit": COMMANDS}, entry_points={"minnet": {"a": "strange_a"}}
    )


@pytest.mark.parametrize("command", OWN, ids=lambda command: command.name)
def test_what_help_says_of_a_command_of_the_core_is_what_it_says_itself(command):
    itself = command.load()
    assert type(itself) is click.Command
    assert itself.name == command.name
    for limit in range(10, 150):
        assert command.get_short_help_str(limit) == itself.get_short_help_str(limit)


def test_all_commands_of_the_core_but_the_listings_are_lazy():
    assert {command.name for command in OWN} == {"check", "doctor", "explain", "export", "plugins"}


def test_help_lists_a_lazy_command_without_importing_it(installed, run_minnet):
    code, out, err = run_minnet("--help")
    assert (code, err) == (0, "")
    assert re.search(r"\n  fit +Fit a curve\.\n", out)


def test_its_own_help_and_running_it_are_those_of_the_command_itself(installed, run_minnet):
    code, out, err = run_minnet("fit", "--help")
    assert (code, err) == (0, "strange-a: imported\n")
    assert "Of any degree." in out
    assert "Of the polynomial." in out
    assert run_minnet("fit", "--degree", "3")[:2] == (0, "degree 3\n")
    assert run_minnet("tell", "more")[:2] == (0, "more\n")
    assert run_minnet("fit", "--wrong")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "incomplete", "completions"),
    [([], "fi", ["fit"]), (["fit"], "--d", ["--degree"]), (["tell"], "m", ["more"]), (["check"], "--se", ["--seed"])],
)
def test_shells_complete_it(installed, arguments, incomplete, completions):
    complete = ShellComplete(main, {}, "minnet", "_MINNET_COMPLETE")
    assert [item.value for item in complete.get_completions(arguments, incomplete)] == completions


def test_it_runs_in_a_group_that_knows_nothing_of_lazy_commands(installed, monkeypatch, site, capsys):
    monkeypatch.syspath_prepend(site)
    group = click.Group("other", {"fit": LazyCommand("fit", "strange_a.fit:fit", "Fit a curve.")})
    group.main(["fit", "--degree", "2"], standalone_mode=False)
    group.commands["fit"].main(["--degree", "3"], standalone_mode=False)
    assert capsys.readouterr().out.endswith("degree 2\ndegree 3\n")


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import absent_thing", "ModuleNotFoundError: No module named 'absent_thing'"),
        ("x = 1", "AttributeError: module 'strange_a.fit' has no attribute 'fit'"),
        ("fit = 7", "TypeError: expected a click command in strange_a.fit:fit, received 7"),
    ],
)
def test_one_that_cannot_be_imported_harms_no_other_and_says_whose_it_is(site, run_minnet, source, cause):
    modules = {"strange_a": PLUGIN, "strange_a.fit": source}
    install_distribution(site, "strange-a", modules, entry_points={"minnet": {"a": "strange_a"}})
    assert run_minnet("--help")[0] == 0
    assert run_minnet("layers")[0] == 0
    code, out, err = run_minnet("fit")
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: strange-a:a (strange-a 0.1.0, strange_a) cannot load its command 'fit': {cause}")
