from __future__ import annotations

import subprocess
import sys

import pytest

import minnet_torch
from minnet_core.plugins import plugin_host
from minnet_core.testing import all_checks
from minnet_torch.checks import CHECKS
from minnet_torch.layer_checks import LAYER_CHECKS
from minnet_torch.plugin import minnet_checks

LISTED = """import minnet_core as m, minnet_core.testing as t
assert 'output_is_that_of_pytorch' in [c.name for c in t.all_checks()]"""
WITHOUT = "t.check_component(t.Case(type('Same', (m.Module,), {}), input=(2, 3)), on_fail=None)"


def modules_after(program: str) -> set[str]:
    program = f"{program}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_checks_are_contributed_after_those_of_the_core():
    assert minnet_checks() == [*CHECKS, *LAYER_CHECKS]
    assert [check for check in all_checks() if check.family == "reference"] == list(CHECKS)
    assert "minnet-torch:torch" in {plugin.qualified for plugin in plugin_host().loaded}


def test_every_check_says_what_passing_proves():
    for check in CHECKS:
        assert check.proves.endswith(".")


def test_importing_the_plugin_imports_neither_numpy_nor_pytorch():
    assert not {"numpy", "torch"} & modules_after("import minnet_torch.plugin")


def test_neither_the_command_nor_what_is_exported_imports_pytorch_before_it_is_used():
    assert "torch" not in modules_after("import minnet_torch\nfrom minnet_core.cli.main import main")


@pytest.mark.parametrize("program", [LISTED, f"{LISTED}\n{WITHOUT}"])
def test_pytorch_is_not_imported_where_no_case_names_a_counterpart(program):
    modules = modules_after(program)
    assert "minnet_torch.checks" in modules
    assert "torch" not in modules


@pytest.mark.parametrize(
    "name",
    [
        *("autograd", "counterpart", "isolation", "lookup", "mapping", "pair", "tensors"),
        *("bridge", "bridge.inverse", "commands.convert", "conversion", "requirement"),
    ],
)
def test_every_module_can_be_imported_alone(name):
    assert f"minnet_torch.{name}" in modules_after(f"import minnet_torch.{name}")


def test_the_summary_on_pypi_is_plain_text():
    assert minnet_torch.__doc__
    assert "`" not in minnet_torch.__doc__.splitlines()[0]
