"""Runs that were trained, and copies of one of them in which a few things are different."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from minnet_train import Run, Session, read_experiment

HOLD = """
import sys, time
from pathlib import Path
from minnet_train.runs import run_lock
with run_lock(Path(sys.argv[1], "lock")):
    print("held", flush=True)
    time.sleep(60)
"""

TINY = """\
seed = 3
epochs = 2
model = [{ class = "Linear", n_in = 2, n_out = 2 }, { class = "LogSoftMax" }]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 0.01 }
data = { source = { class = "TwoMoons", n = 40 } }
"""


def _train(path: Path, text: str = TINY, epochs: int | None = None) -> Path:
    file = path.with_name("tiny.toml")
    file.write_text(text)
    with Session.begin(Run.prepare(read_experiment(file)), path) as session:
        for report in session.epochs():
            if report.epoch == epochs:
                return path
        session.finish()
    return path


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Train a run in the current directory to its end, or for so many epochs; the experiment may be another text."""
    monkeypatch.chdir(tmp_path)
    return lambda name, **options: _train(Path(name), **options)


@pytest.fixture
def tiny() -> str:
    """The experiment, as TOML."""
    return TINY


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that is finished."""
    return _train(tmp_path_factory.mktemp("trained") / "run")


@pytest.fixture
def copy(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Copy the run into the current directory: with other keys of its experiment, and other reports."""
    monkeypatch.chdir(tmp_path)

    def make(
        path: str, settings: Mapping[str, Any] | None = None, reports: Sequence[Mapping[str, Any]] | None = None
    ) -> Path:
        shutil.copytree(trained, path)
        config = json.loads(Path(path, "config.json").read_text())
        for key, value in (settings or {}).items():
            place = config["experiment"]
            *steps, last = key.split(".")
            for step in steps:
                place = place[step]
            place[last] = value
        Path(path, "config.json").write_text(json.dumps(config))
        if reports is not None:
            Path(path, "metrics.jsonl").write_text("".join(json.dumps(report) + "\n" for report in reports))
        return Path(path)

    return make


@pytest.fixture
def held() -> Callable[[Path], Any]:
    """Have another process work on a run as long as the context lasts."""

    @contextmanager
    def hold(path: Path) -> Iterator[subprocess.Popen[str]]:
        with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            try:
                yield process
            finally:
                process.kill()

    return hold


@pytest.fixture
def minnet() -> Callable[..., Result]:
    """Call ``minnet`` with arguments."""
    from minnet_core.cli.main import main

    def call(*arguments: str, input: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return call


def _reports(epochs: int, offset: float = 0.0) -> list[dict[str, float]]:
    return [
        {
            "epoch": epoch,
            "step": 2 * epoch,
            "loss": 1 / epoch + offset,
            "validation_loss": abs(epoch - 3) + offset,
            "validation_accuracy": 0.5 + epoch / 100,
            "lr": 0.1,
            "seconds": 2.0,
            "samples_per_second": 100.0,
        }
        for epoch in range(1, epochs + 1)
    ]


@pytest.fixture
def reports() -> Callable[..., list[dict[str, float]]]:
    """Make the reports of so many epochs, of which the third is the best, and larger by an offset."""
    return _reports


@pytest.fixture
def three(copy: Callable[..., Path], reports: Callable[..., list[dict[str, float]]]) -> None:
    """Two runs that are over, and a damaged one."""
    copy("runs/a-1", {"epochs": 4}, reports(4, 0.25))
    (copy("runs/a-2", {"epochs": 5, "seed": 8, "optimizer.lr": 0.5}, reports(4)) / "model.safetensors").unlink()
    (copy("runs/a-10", reports=reports(4)) / "config.json").write_text("{")
