from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

import minnet_train
from minnet_core.cli.main import main
from minnet_core.registry import Registry
from minnet_train.plugin import minnet_commands, minnet_registries


def test_the_commands_are_contributed():
    names = [command.name for command in minnet_commands()]
    assert names == ["train", "init", "evaluate", "predict", "plot", "runs"]


def test_the_registries_are_contributed_and_each_has_a_command():
    assert [registry.kind for registry in minnet_registries()] == ["augmentations", "datasets", "metrics", "schedules"]
    for kind in ("augmentations", "datasets", "metrics", "schedules"):
        listed = CliRunner().invoke(main, [kind, "--json"])
        assert {row["distribution"] for row in json.loads(listed.stdout)} <= {"minnet-train", "minnet-optimizers"}


@pytest.mark.parametrize("name", ["TwoMoons", "Shift", "TopK", "OneCycle"])
def test_what_is_in_them_is_explained(name):
    explained = CliRunner().invoke(main, ["explain", name])
    assert explained.exit_code == 0
    assert f"signature    {name}(" in explained.output


def test_the_summary_on_pypi_is_plain_text():
    assert minnet_train.__doc__
    assert "`" not in minnet_train.__doc__.splitlines()[0]


def test_what_minnet_says_of_a_command_is_what_it_says_itself():
    for command in minnet_commands():
        itself = command.load()
        assert itself.name == command.name
        for limit in range(10, 150):
            assert command.get_short_help_str(limit) == itself.get_short_help_str(limit)


def test_every_command_and_argument_is_explained():
    for command in [lazy.load() for lazy in minnet_commands()]:
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.human_readable_name in command.help


def test_importing_the_plugin_does_not_import_numpy_or_the_trainer():
    program = "import sys, minnet_train.plugin; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "minnet_train.plugin" in modules
    assert not {
        "numpy",
        "cattrs",
        "safetensors",
        "minnet_train.training.trainer",
        "minnet_train.experiment.experiment",
    } & set(modules)


def test_every_public_name_is_there():
    assert minnet_train.__all__ == sorted(minnet_train.__all__)
    for name in minnet_train.__all__:
        value = getattr(minnet_train, name)
        assert isinstance(value, Registry) or value.__name__ == name
    assert set(minnet_train.__all__) <= set(dir(minnet_train))
