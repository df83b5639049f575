from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result
from flit_core.wheel import make_wheel_in

from minnet_core.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory, and no settings of minnet."""
    for name in [name for name in os.environ if name.startswith("MINNET_")]:
        monkeypatch.delenv(name)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def new() -> Callable[..., Result]:
    """Run ``minnet new`` in this process."""

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, ["new", *map(str, arguments)], prog_name="minnet")

    return run


@pytest.fixture
def install(tmp_path: Path) -> Callable[[Path], Path]:
    """Install a project as pip would; returns the directory that then has it, for ``PYTHONPATH``."""

    def run(project: Path) -> Path:
        site = tmp_path / "site"
        with ZipFile(make_wheel_in(project / "pyproject.toml", tmp_path).file) as archive:
            archive.extractall(site)
        return site

    return run


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python in a new process: ``python("-m", "pytest", cwd=project, PYTHONPATH=site)``."""

    def run(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONPATH"))}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env={**kept, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run
