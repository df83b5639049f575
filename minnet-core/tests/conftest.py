"""What isolates the core's own tests from each other and from what is installed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import minnet_core
from minnet_core import Module
from minnet_core.cli.main import main
from minnet_core.testing import isolated
from minnet_test_support.components import DeclaredLinear
from minnet_test_support.sources import forget_modules


@pytest.fixture(scope="session")
def Linear() -> type[Module]:
    return DeclaredLinear


@pytest.fixture(autouse=True)
def _own_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what a test registers, and forget what it made discoverable."""
    for name in [name for name in os.environ if name.startswith("MINNET_")]:
        monkeypatch.delenv(name)
    with isolated():
        yield


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on ``sys.path`` for `install_distribution`; modules imported from it are forgotten."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    minnet_core.layers.refresh()
    yield folder
    forget_modules(tmp_path)


@pytest.fixture
def run_minnet(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command in this process: ``run_minnet("layers", "--json")`` returns its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(list(arguments), prog_name="minnet")
        return caught.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture(scope="session", autouse=True)
def interrupts():
    """Have Ctrl-C interrupt, also where a shell that runs tests in the background has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
