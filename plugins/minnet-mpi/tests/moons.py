"""An experiment that has everything whose result could depend on how many processes train it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from attrs import field, frozen
from safetensors.numpy import load

EXPERIMENT = """\
seed = 3
epochs = 12
batch_size = 21
shards = 8
output = "model.safetensors"
checkpoint_every = 4
average_decay = 0.9
model = [
    { class = "Linear", n_in = 2, n_out = 8 },
    { class = "BatchNormalization", alpha = 0.9 },
    { class = "ReLU" },
    { class = "own.py:Dropout", p = 0.2 },
    { class = "Dropout", p = 0.2 },
    { class = "Linear", n_in = 8, n_out = 2 },
    { class = "LogSoftMax" },
]
augmentations = [{ class = "Noise", deviation = 0.1 }]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam", lr = 0.3 }
schedule = { class = "ReduceOnPlateau", factor = 0.5, patience = 0 }
clip_norm = 1.0
early_stopping = { patience = 3, restore_best = true }

[data]
source = { class = "TwoMoons", n = 183, noise = 0.3 }
standardize = true
class_weights = { 0 = 2.0, 1 = 0.5 }
"""

# It does what tests ask for by files: be slow, fail on one rank, have no more room for files.
OWN = """\
import os
import resource
import time

import numpy as np

from minnet_core import Module

RANK = os.environ.get("PMI_RANK", "0")
with open(f"pid-{RANK}", "w") as file:
    file.write(str(os.getpid()))
if RANK == "0" and os.path.exists("full"):
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_900, resource.RLIM_INFINITY))
if os.path.exists(f"missing-{RANK}"):
    raise OSError("a library is missing on this node")


class Dropout(Module):
    \"\"\"As in a notebook: it draws from the generator of all.\"\"\"

    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def updateOutput(self, input):
        self.mask = np.ones_like(input)
        if os.path.exists(f"asleep-{RANK}"):
            time.sleep(60)
        if self.training:
            if os.path.exists("slow"):
                time.sleep(0.01)
            if os.path.exists(f"broken-{RANK}") and np.abs(input).max() > 1e-3:
                raise ArithmeticError("a layer that works on other machines")
            self.mask = (np.random.uniform(size=input.shape) >= self.p).astype(input.dtype) / (1 - self.p)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput
"""


def write_experiment(folder: Path, **replaced: str) -> None:
    """Write the experiment; ``batch_size="batch_size = 40"`` replaces a line."""
    lines = EXPERIMENT.splitlines()
    for name, line in replaced.items():
        (place,) = [number for number, each in enumerate(lines) if each.startswith(f"{name} =")]
        lines[place] = line
    (folder / "moons.toml").write_text("\n".join(lines))
    (folder / "own.py").write_text(OWN)


@frozen
class Ended:
    """All that a run leaves, but for the times."""

    model: bytes
    best: bytes
    output: bytes
    reports: list[dict[str, Any]]
    checkpoints: dict[str, dict[str, bytes]] = field(repr=False)


def ended(folder: Path, name: str) -> Ended:
    """What the run of this name has left, and the output of the same name."""
    run = folder / name
    files = [
        path.read_bytes()
        for path in (run / "model.safetensors", run / "best.safetensors", folder / f"{name}.safetensors")
    ]
    return Ended(*files, reports(run), checkpoints(run))


def reports(run: Path) -> list[dict[str, Any]]:
    """The reports of a run, without times."""
    lines = (run / "metrics.jsonl").read_text().splitlines() if (run / "metrics.jsonl").exists() else []
    timed = ("seconds", "samples_per_second")
    return [{name: value for name, value in json.loads(line).items() if name not in timed} for line in lines]


def checkpoints(run: Path) -> dict[str, dict[str, bytes]]:
    """The arrays of each checkpoint that is kept."""
    return {path.name: arrays(path) for path in sorted((run / "checkpoints").glob("step-*.safetensors"))}


def arrays(path: Path) -> dict[str, bytes]:
    """The arrays of a file, with their dtypes and shapes."""
    return arrays_of(path.read_bytes())


def arrays_of(contents: bytes) -> dict[str, bytes]:
    """The arrays of the contents of a file, with their dtypes and shapes."""
    found: dict[str, np.ndarray] = load(contents)
    return {f"{name} {array.dtype} {array.shape}": array.tobytes() for name, array in found.items()}
