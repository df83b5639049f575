from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import minnet_onnx
from minnet_core.exporting import installed_exporters
from minnet_core.plugins import plugin_host
from minnet_core.testing import all_checks
from minnet_onnx.checks import CHECKS
from minnet_onnx.plugin import minnet_checks

LISTED = """import minnet_core as m, minnet_core.testing as t
assert 'outputs_of_onnxruntime_are_those_of_the_layer' in [c.name for c in t.all_checks()]"""
MODULES = [each.name for each in pkgutil.walk_packages(minnet_onnx.__path__, "minnet_onnx.")]
WITHOUT_ONNX = """import sys
sys.modules['onnx'] = None
import minnet_onnx
try:
    minnet_onnx.to_onnx
except ImportError as error:
    print(type(error).__name__, error)"""


def printed(program: str) -> str:
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_checks_are_contributed_after_those_of_the_core():
    assert minnet_checks() == list(CHECKS)
    assert [check for check in all_checks() if check.family == "onnx"] == list(CHECKS)
    assert "minnet-onnx:onnx" in {plugin.qualified for plugin in plugin_host().loaded}


def test_every_check_says_what_passing_proves():
    for check in CHECKS:
        assert check.proves.endswith(".")


def test_the_exporter_is_contributed():
    assert installed_exporters()[".onnx"].summary


@pytest.mark.parametrize("program", ["import minnet_onnx.plugin, minnet_core", LISTED])
def test_onnx_is_not_imported_before_it_is_needed(program):
    modules = printed(f"{program}\nimport sys\nprint(*sys.modules)").split()
    assert "minnet_onnx" in modules
    assert not {"onnx", "onnxruntime"} & set(modules)


def test_without_onnx_one_sentence_says_what_to_install():
    (line,) = printed(WITHOUT_ONNX).splitlines()
    assert line.startswith("MissingOnnxError minnet-onnx: expected the package onnx")
    assert line.endswith("pip install onnx")


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name):
    assert importlib.import_module(name).__doc__


def test_what_is_exported_is_there():
    assert set(minnet_onnx.__all__) >= {"to_onnx", "from_onnx", "ExportError", "ImportOnnxError"}
    for name in minnet_onnx.__all__:
        assert getattr(minnet_onnx, name).__doc__


def test_the_summary_on_pypi_is_plain_text():
    assert "`" not in minnet_onnx.__doc__.splitlines()[0]
