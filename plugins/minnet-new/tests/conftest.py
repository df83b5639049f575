from __future__ import annotations

import os
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
