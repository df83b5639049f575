from __future__ import annotations

import subprocess
import sys

import minnet_train
from minnet_core.registry import Registry
from minnet_train.plugin import minnet_commands


def test_the_commands_are_contributed():
    assert [command.name for command in minnet_commands()] == ["train", "init", "evaluate", "predict"]


def test_the_summary_on_pypi_is_plain_text():
    assert minnet_train.__doc__
    assert "`" not in minnet_train.__doc__.splitlines()[0]


def test_every_command_and_argument_is_explained():
    for command in minnet_commands():
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.human_readable_name in command.help


def test_importing_the_plugin_does_not_import_numpy_or_the_trainer():
    program = "import sys, minnet_train.plugin; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "minnet_train.plugin" in modules
    assert not {"numpy", "cattrs", "safetensors", "minnet_train.trainer", "minnet_train.experiment"} & set(modules)


def test_every_public_name_is_there():
    assert minnet_train.__all__ == sorted(minnet_train.__all__)
    for name in minnet_train.__all__:
        value = getattr(minnet_train, name)
        assert isinstance(value, Registry) or value.__name__ == name
    assert set(minnet_train.__all__) <= set(dir(minnet_train))
