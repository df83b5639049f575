"""Real programs on a run that is small and fast, but has everything that a checkpoint must hold."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from minnet_test_support.processes import MINNET

EXPERIMENT = """\
seed = 3
epochs = 60
batch_size = 5
output = "model.safetensors"
checkpoint_every = 3
model = [
    { class = "Linear", n_in = 2, n_out = 8 },
    { class = "BatchNormalization", alpha = 0.9 },
    { class = "ReLU" },
    { class = "Dropout", p = 0.2 },
    { class = "Linear", n_in = 8, n_out = 3 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 1e-2 }
schedule = { class = "ReduceOnPlateau", factor = 0.9, patience = 2 }
clip_norm = 1.0
early_stopping = { patience = 100, restore_best = true }

[data]
source = "flowers.csv"
scale = 10
"""

FLOWERS = "length,width,species\n" + "".join(
    f"{length + step % 4},{width + step % 3},{species}\n"
    for step in range(8)
    for length, width, species in ((1, 1, "setosa"), (4, 2, "versicolor"), (6, 4, "virginica"))
)


@frozen
class Ended:
    """All that a run leaves, but for the times."""

    model: bytes
    best: bytes
    output: bytes
    reports: list[dict[str, Any]]


@frozen
class Program:
    """``minnet train`` on the experiment, each time in a process of its own.

    Attributes:
        folder: where runs are begun.
    """

    folder: Path

    def arguments(self, run: Path) -> list[str]:
        """What begins a run, or goes on with it."""
        if (run / "config.json").exists():
            return ["--resume", str(run)]
        return ["survival.toml", "--run", str(run), "-o", f"{run.name}.safetensors"]

    def start(
        self, *arguments: str, cwd: Path | None = None, prefix: Sequence[str] = (), **options: Any
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*prefix, *MINNET, "train", *arguments],
            cwd=cwd or self.folder,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def train(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, **options) as process:
            output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def end(self, run: Path, **options: Any) -> Ended:
        """Train to the end, whatever there is already, and tell what came of it."""
        done = self.train(*self.arguments(run), **options)
        assert done.returncode == 0, done.stderr
        return self.ended(run)

    def ended(self, run: Path) -> Ended:
        output = self.folder / f"{run.name}.safetensors"
        files = [path.read_bytes() for path in (run / "model.safetensors", run / "best.safetensors", output)]
        return Ended(*files, [without_times(report) for report in reports(run)])


def reports(run: Path) -> list[dict[str, Any]]:
    """The reports that a run has made so far."""
    path = run / "metrics.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if name not in ("seconds", "samples_per_second")}


def _program(folder: Path) -> Program:
    (folder / "survival.toml").write_text(EXPERIMENT)
    (folder / "flowers.csv").write_text(FLOWERS)
    return Program(folder)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return _program(tmp_path)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """What the run leaves that nothing interrupts."""
    program = _program(tmp_path_factory.mktemp("whole"))
    ended = program.end(program.folder / "whole")
    assert [report["epoch"] for report in ended.reports] == list(range(1, 61))
    assert ended.output == ended.model
    return ended
