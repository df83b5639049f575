"""`Results`: how the experiments end, from several seeds, in a JSON file."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from attrs import asdict, evolve, field, frozen

from minnet_train import Run, read_experiment

from .catalogue import FOLDER

DISTRIBUTIONS = ("minnet-core", "minnet-layers", "minnet-criterions", "minnet-optimizers", "minnet-train", "numpy")
"""Whose versions are noted: they decide the numbers."""


@frozen
class Outcome:
    """How one experiment ended.

    Attributes:
        name: of its file, without ``.toml``.
        digest: SHA-256 of that file: another one means that the results are out of date.
        parameters: how many numbers were learned.
        reports: of each epoch with seed 0, as a line of ``metrics.jsonl`` has it.
        last: for each seed, the report of the last epoch.
        best: for each seed, the smallest loss on held-out samples of any epoch.
    """

    name: str
    digest: str
    parameters: int
    reports: tuple[Mapping[str, Any], ...] = field(converter=tuple, repr=False)
    last: tuple[Mapping[str, Any], ...] = field(converter=tuple, repr=False)
    best: tuple[float, ...] = field(converter=tuple, repr=False)

    @classmethod
    def measure(cls, name: str, seeds: int) -> tuple[Outcome, Run]:
        """Run an experiment with the seeds from 0 on; returns the run of seed 0, too."""
        experiment = read_experiment(FOLDER / f"{name}.toml")
        runs = [Run.prepare(evolve(experiment, seed=seed)) for seed in range(seeds)]
        histories = [[_rounded(report.as_dict()) for report in run.epochs()] for run in runs]
        outcome = cls(
            name=name,
            digest=digest(name),
            parameters=runs[0].model.summary().parameters,
            reports=histories[0],
            last=[reports[-1] for reports in histories],
            best=[min(report["validation_loss"] for report in reports) for reports in histories],
        )
        return outcome, runs[0]


@frozen
class Results:
    """How the experiments ended, with which versions."""

    versions: Mapping[str, str]
    outcomes: Mapping[str, Outcome]

    @classmethod
    def of(cls, outcomes: Mapping[str, Outcome]) -> Results:
        """Add the versions of now."""
        return cls({"python": platform.python_version(), **{name: version(name) for name in DISTRIBUTIONS}}, outcomes)

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read what `write` has written."""
        data = json.loads(path.read_text())
        return cls(data["versions"], {each["name"]: Outcome(**each) for each in data["outcomes"]})

    def write(self, path: Path) -> None:
        """Write JSON, an experiment on a line."""
        lines = ",\n".join(json.dumps(asdict(outcome)) for outcome in self.outcomes.values())
        path.write_text(f'{{"versions": {json.dumps(dict(self.versions))}, "outcomes": [\n{lines}\n]}}\n')


def digest(name: str) -> str:
    """Return the SHA-256 of an experiment's file."""
    return sha256((FOLDER / f"{name}.toml").read_bytes()).hexdigest()


def _rounded(report: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the numbers that the page shows, with as many digits as mean something."""
    left_out = ("step", "lr", "seconds", "samples_per_second")  # the rate is the same in all epochs
    return {
        key: float(f"{value:.5g}") if isinstance(value, float) else value
        for key, value in report.items()
        if key not in left_out
    }
