"""`Beginning`: an experiment with what the options of ``minnet train`` change in it."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import click
import numpy as np
from attrs import evolve, frozen

from ..display import reading_display, say_notes
from ..experiment import Experiment, ExperimentFile, Setting, Start
from ..ranks import ALONE, Ranks
from ..runs import Run

_OF_START = ("from_model", "freeze", "new_head", "new_preparation")


@frozen
class Beginning:
    """An experiment with what the options of the command change in it.

    Attributes:
        file: of the experiment, with the keys that are set.
        experiment: as it will be run.
        is_output_given: whether the file is not to blame for the output.
        force: whether the model of another run may be replaced.
        threads: how many multiply matrices; None for as many as suit.
        ranks: that it is divided among.
    """

    file: ExperimentFile
    experiment: Experiment
    is_output_given: bool
    force: bool
    threads: int | None = None
    ranks: Ranks = ALONE

    @classmethod
    def read(cls, path: str | None, given: dict[str, Any], *, force: bool, ranks: Ranks = ALONE) -> Beginning:
        """Read the file, or the default one, and change it as the options say."""
        settings = tuple(map(Setting.read, given.pop("settings", ())))
        file = evolve(ExperimentFile.read(path) if path else ExperimentFile.default(), settings=settings)
        taken = {key: given.pop(key) for key in _OF_START if key in given}
        threads = given.pop("threads", None)
        experiment = file.experiment(given.pop("imports", ()))
        start = _start(experiment.start, **taken) if taken else experiment.start
        return cls(file, evolve(experiment, start=start, **given), "output" in given, force, threads, ranks)

    @property
    def title(self) -> str:
        """Say which experiment it is, and what is set in it."""
        changed = "".join(f", {setting.text}" for setting in self.file.settings)
        return f"experiment  {self.file.name}, seed {self.experiment.seed}{changed}"

    def prepare(self) -> Run:
        """Build everything, and see whether the output can be written."""
        run = self.prepared(self.experiment)
        with nullcontext() if self.is_output_given else self.file.locating_errors():
            run.try_saving(self.experiment.output, replace=self.force)
        return run

    def prepared(self, experiment: Experiment) -> Run:
        """Build everything."""
        np.random.seed(experiment.seed % 2**32)  # layers of notebooks draw from the global generator
        with self.file.locating_errors():
            with reading_display():
                run = Run.prepare(experiment, threads=self.threads, ranks=self.ranks)
            say_notes(run.dataset.notes)
        return run


def _start(
    start: Start | None,
    from_model: str | None = None,
    freeze: tuple[str, ...] = (),
    new_head: bool = False,
    new_preparation: bool = False,
) -> Start:
    if from_model is not None:
        start = evolve(start, model=from_model) if start is not None else Start(model=from_model)
    if start is None:
        raise click.UsageError("expected --from MODEL, which --freeze, --new-head and --new-preparation are about")
    names = tuple(name.strip() for each in freeze for name in each.split(","))
    return evolve(
        start,
        freeze=names or start.freeze,
        head="new" if new_head else start.head,
        preparation="new" if new_preparation else start.preparation,
    )
