from __future__ import annotations

import ast
import pkgutil
import sys
import tomllib
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import pytest

import minnet_core
from minnet_test_support.processes import run_python

INIT = Path(minnet_core.__file__)
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(minnet_core.__path__, "minnet_core.")
    if not module.name.endswith("__main__")
)


def test_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'minnet_core' has no attribute 'Linear'"):
        minnet_core.Linear  # noqa: B018
    assert not hasattr(minnet_core, "__wrapped__")


# A fork for each module, begun in that of its package, which Python imports first in any case: nothing else of minnet
# is there. What minnet needs is, for NumPy alone takes longer than all of them.
IMPORT_ALONE = """
import os, sys
import attrs, click, numpy, packaging.version, pluggy, rich.console, safetensors.numpy

def fails(name):
    if pid := os.fork():
        return os.waitpid(pid, 0)[1] != 0
    try:
        __import__(name)
    except BaseException as error:
        print(name, repr(error), flush=True)
        os._exit(1)
    os._exit(any([fails(each) for each in sys.argv[1:] if each.rpartition(".")[0] == name]))

sys.exit(fails("minnet_core"))
"""


def test_every_module_can_be_imported_alone_with_warnings_as_errors():
    done = run_python("-W", "error", "-c", IMPORT_ALONE, *MODULES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(MODULES) > 25


def test_importing_the_package_imports_neither_numpy_nor_metadata():
    code = "import sys, minnet_core; print({'numpy', 'attrs', 'pluggy', 'importlib.metadata'} & set(sys.modules))"
    done = run_python("-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}")  # no .pth file is run
    assert done.stdout == "set()\n", done


def test_asking_for_a_hook_marker_does_not_import_numpy():
    done = run_python("import sys; from minnet_core import hookimpl, layers; print('numpy' in sys.modules)")
    assert done.stdout == "False\n", done


def test_core_imports_only_what_it_declares():
    declared = {name.split(" ")[0] for name in tomllib.loads(PROJECT.read_text("utf-8"))["project"]["dependencies"]}
    imported = set()
    for path in INIT.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.partition(".")[0])
    assert imported - sys.stdlib_module_names <= declared | {"minnet_core"}


def test_version_is_a_literal_and_types_are_shipped():
    assert f'__version__ = "{minnet_core.__version__}"' in INIT.read_text("utf-8")
    assert files("minnet_core").joinpath("py.typed").is_file()


def test_command_is_installed():
    (command,) = [point for point in entry_points(group="console_scripts") if point.name == "minnet"]
    assert command.value == "minnet_core.cli.main:main"
