"""What importing costs: NumPy and attrs, and nothing that waits until it is used."""

import subprocess
import sys

import pytest

LATE = ("cattrs", "click", "copier", "importlib.metadata", "packaging", "pluggy", "rich", "safetensors", "minnet_train")


def modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


def test_importing_the_layers_and_criterions_imports_nothing_heavy():
    before = modules_after("import numpy, attrs")
    after = modules_after("import minnet_core, minnet_layers, minnet_criterions")
    assert not [name for name in LATE if name in after - before]


@pytest.mark.parametrize(
    "statement",
    [
        *("import minnet_core", "import minnet_core.cli.main", "import minnet_new.plugin", "import minnet_onnx.plugin"),
        *("import minnet_serve.plugin", "import minnet_train.plugin"),
    ],
)
def test_the_command_starts_without_numpy(statement):
    assert "numpy" not in modules_after(statement)


def test_help_imports_no_numpy_and_no_module_of_a_command():
    after = modules_after("from minnet_core.cli import main; main(['--help'], standalone_mode=False)")
    assert "minnet_train.plugin" in after
    commands = ("minnet_core.cli.commands", "minnet_train.commands", "minnet_new.command", "minnet_serve.command")
    commands += ("minnet_sweep.commands",)
    assert not [name for name in after if name == "numpy" or name.startswith(commands)]


def test_looking_a_layer_up_imports_its_package_alone():
    after = modules_after("from minnet_core import layers; layers['Linear']")
    assert {name for name in after if name.startswith("minnet_") and "." not in name} == {
        "minnet_core",
        "minnet_layers",
    }
