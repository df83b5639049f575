"""minnet-fast is installed with a compiler and without one; the C sources are as they should be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from minnet_test_support.environment import Environment

pytest.importorskip("setuptools")

DISTRIBUTION = Path(__file__).parent.parent
C_FILES = sorted((DISTRIBUTION / "c").glob("*.c"))
CODE = """
import minnet_fast, numpy as np
from minnet_core import Sequential, compile
from minnet_layers import Linear
model = minnet_fast.accelerate(Sequential(Linear(3, 2)))
assert compile(model).forward(np.ones((4, 3), np.float32)).shape == (4, 2)
print(minnet_fast.extension is None, minnet_fast.describe())
"""


def sources(folder):
    """Copy the distribution as a clone has it, without what was built."""
    built = shutil.ignore_patterns("*.so", "*.pyd", "build", "dist", "*.egg-info", "__pycache__", "tests")
    return shutil.copytree(DISTRIBUTION, folder / "minnet-fast", ignore=built)


def without_compilers(environment, folder):
    """Make a folder of programs in which there is no compiler, and return it as a PATH."""
    programs = folder / "programs"
    programs.mkdir()
    for name in ("sh", "bash", "env", "uname"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    scripts = environment.variables["PATH"].partition(os.pathsep)[0]
    return os.pathsep.join([scripts, str(programs)])


@pytest.mark.skipif(sys.platform == "win32", reason="the compiler of Windows is not found by PATH")
def test_without_a_compiler_it_is_installed_without_the_extension(tmp_path):
    environment = Environment.create(tmp_path / "environment", without=["minnet-fast"])
    path = without_compilers(environment, tmp_path)
    install = ("pip", "install", "--no-build-isolation", "--no-deps", sources(tmp_path))
    environment.run(*install, PATH=path, CC="", MINNET_FAST_REQUIRE_EXTENSION="")
    told = environment.run("python", "-c", CODE, PATH=path).stdout
    assert told.startswith("True not compiled (")
    assert "install a C compiler, then pip install" in told
    failed = environment.run(*install, PATH=path, CC="", MINNET_FAST_REQUIRE_EXTENSION="1", code=None)
    assert failed.returncode != 0


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a compiler")
def test_with_a_compiler_it_is_installed_with_the_extension(tmp_path):
    environment = Environment.create(tmp_path / "environment", without=["minnet-fast"])
    environment.run("pip", "install", "--no-build-isolation", "--no-deps", sources(tmp_path))
    assert environment.run("python", "-c", CODE).stdout.startswith("False ")
    installed = environment.site / "minnet_fast"
    assert {path.suffix for path in installed.iterdir() if path.is_file()} == {".py", ".pyi", ".so", ".typed"}


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a compiler")
@pytest.mark.parametrize("path", C_FILES, ids=lambda path: path.name)
def test_a_compiler_that_warns_of_all_warns_of_nothing(path):
    headers = ["-I", sysconfig.get_paths()["include"], "-isystem", np.get_include()]
    options = ["-std=c11", "-O1", "-fopenmp-simd", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    subprocess.run(["cc", *options, *headers, str(path)], check=True)


@pytest.mark.skipif(shutil.which("clang-format") is None, reason="needs clang-format")
def test_the_c_files_are_formatted():
    files = [*C_FILES, *(DISTRIBUTION / "c").glob("*.h")]
    subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, files)], check=True)


def test_no_c_file_is_long():
    for path in (DISTRIBUTION / "c").iterdir():
        assert len(path.read_text("utf-8").splitlines()) <= 400, path.name
