"""A base experiment that trains in a tenth of a second, sweeps of it, and the real program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from minnet_core.cli import main
from minnet_sweep import SweepFolder
from minnet_sweep.trials import Beginning
from minnet_test_support.processes import MINNET

BASE = """\
# Two moons.
seed = 1
epochs = 3
batch_size = 32
model = [
    { class = "Linear", n_in = 2, n_out = 8 },
    { class = "ReLU" },   # this one may be another
    { class = "Linear", n_in = 8, n_out = 2 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 0.01 }

[data]
source = { class = "TwoMoons", n = 200 }
"""

SWEEP = """\
experiment = "base.toml"
trials = 4
sampler = "random"

[space]
"optimizer.lr" = { low = 1e-3, high = 0.1, log = true }
"""


@frozen
class Place:
    """A folder with a base experiment, where sweeps are written, begun, and run by the real program."""

    path: Path
    capsys: pytest.CaptureFixture[str]
    BASE = BASE
    SWEEP = SWEEP

    def write(self, sweep: str = SWEEP, base: str = BASE) -> Path:
        (self.path / "base.toml").write_text(base)
        (self.path / "sweep.toml").write_text(sweep)
        return self.path / "sweep.toml"

    def begin(self, sweep: str = SWEEP, base: str = BASE, tell: Callable[[str], None] = print) -> SweepFolder:
        return Beginning.read(self.write(sweep, base)).begun(self.path / "tried", tell)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*MINNET, "sweep", *arguments],
            cwd=self.path,
            text=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "COLUMNS": "120", "OPENBLAS_NUM_THREADS": "1"},
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=240)
        assert process.returncode == code, said
        return said

    def call(self, *arguments: str, code: int = 0) -> str:
        """Run a command that only reads, in this process, which has imported what it needs."""
        with pytest.raises(SystemExit) as caught:
            main(["sweep", *arguments], prog_name="minnet")
        said = "".join(self.capsys.readouterr())
        assert (caught.value.code or 0) == code, said
        return said

    @staticmethod
    def wait_until(condition: Callable[[], bool], seconds: float = 180) -> None:
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "it takes too long"
            time.sleep(0.01)

    @staticmethod
    def epochs(run: Path) -> list[dict[str, Any]]:
        """The reports of a run, but for the times."""
        file = run / "metrics.jsonl"
        if not file.is_file():
            return []
        lines = [line for line in file.read_text().split("\n")[:-1] if line]
        times = ("seconds", "samples_per_second")
        return [{key: value for key, value in json.loads(line).items() if key not in times} for line in lines]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(tmp_path, capsys)


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C mean something, here and in what is started from here: what runs behind ``&`` ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
