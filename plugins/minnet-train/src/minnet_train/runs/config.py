"""`RunConfig`: the experiment of a run as it was resolved, and where it was started."""

from __future__ import annotations

import os
from typing import Any, Literal, Self

from attrs import evolve, frozen

from ..errors import ExperimentError, RunError
from ..experiment import Experiment, structure_experiment, unstructure_experiment

FORMAT = 1
"""Raised when a run of the old form can no longer be gone on with as one of the new."""


@frozen(kw_only=True)
class RunConfig:
    """Everything that decides how a run ends.

    Attributes:
        experiment: with the defaults and the options of the command filled in, the seed among them.
        folder: absolute, what relative paths in the experiment are relative to: where the run was started.
        fingerprint: of the data that it learns from.
    """

    experiment: Experiment
    folder: str
    fingerprint: str

    @property
    def best(self) -> tuple[str, Literal["min", "max"]]:
        """Which number of a report tells the best epoch, and whether the smallest or the largest is the best."""
        stopping = self.experiment.early_stopping
        if stopping is None:
            return "validation_loss", "min"
        return stopping.metric, "max" if stopping.mode == "max" else "min"

    def located(self) -> Experiment:
        """Return the experiment with paths that mean the same from whatever directory it is resumed."""
        folder = "" if self.folder == os.getcwd() else self.folder
        data = self.experiment.data.relative_to(folder)
        return evolve(self.experiment, data=data, output=os.path.join(folder, self.experiment.output))

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        return {
            "format": FORMAT,
            "experiment": unstructure_experiment(self.experiment),
            "folder": self.folder,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, data: Any, where: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            RunError: if it is something else, or of a later format.
        """
        version = data.get("format") if isinstance(data, dict) else None
        if not isinstance(version, int):
            raise RunError(f"{where}: expected the config of a run, received {str(data)[:80]!r}")
        if version > FORMAT:
            raise RunError(
                f"{where}: expected format {FORMAT} or older, received format {version}, which a newer minnet wrote; "
                "pip install -U minnet-train"
            )
        try:
            experiment = structure_experiment(data["experiment"])
            return cls(experiment=experiment, folder=str(data["folder"]), fingerprint=str(data["fingerprint"]))
        except (KeyError, TypeError, ExperimentError) as error:
            raise RunError(f"{where}: expected the config of a run: {error}") from error
