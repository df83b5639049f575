"""`TrainingRecord`: what a model file remembers of its training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from minnet_core import Array, ModelFileError, ModelHeader

from .csv_table import CsvTable
from .dataset import Dataset
from .errors import DataError, ExperimentError
from .experiment import Experiment
from .samples import scaled
from .structure import structure_experiment, unstructure_experiment

KEY = "minnet-train"
"""Where the record is in the metadata of a model file."""


@frozen(kw_only=True)
class TrainingRecord:
    """What a model file remembers of its training.

    Attributes:
        experiment: as it was run; a model file does not say under which name it was written.
        classes: the names of the outputs.
        features: how many inputs the model takes.
        columns: the names of the inputs, or None if the data had none.
        fingerprint: `Dataset.fingerprint` of the data.
    """

    experiment: Experiment
    classes: tuple[int, ...] | tuple[str, ...]
    features: int
    columns: tuple[str, ...] | None
    fingerprint: str

    @classmethod
    def of(cls, experiment: Experiment, dataset: Dataset) -> TrainingRecord:
        """Record a run."""
        return cls(
            experiment=experiment,
            classes=dataset.classes,
            features=dataset.features.shape[1],
            columns=dataset.columns,
            fingerprint=dataset.fingerprint(),
        )

    def to_metadata(self) -> dict[str, Any]:
        """Write the record as JSON can hold it."""
        experiment = unstructure_experiment(self.experiment)
        del experiment["output"]  # the same training gives the same file, whatever its name
        return {
            KEY: {
                "experiment": experiment,
                "classes": list(self.classes),
                "features": self.features,
                "columns": None if self.columns is None else list(self.columns),
                "fingerprint": self.fingerprint,
            }
        }

    @classmethod
    def read(cls, header: ModelHeader, path: str | os.PathLike[str]) -> TrainingRecord:
        """Read the record of a model file.

        Raises:
            ModelFileError: if it has none, or one of another form.
        """
        record: Mapping[str, Any] | None = header.metadata.get(KEY)
        if record is None:
            raise ModelFileError(
                f"{os.fspath(path)}: expected a model that minnet train saved, received one that does not say which "
                "classes and data it belongs to"
            )
        try:
            return cls(
                experiment=structure_experiment(record["experiment"]),
                classes=tuple(record["classes"]),
                features=int(record["features"]),
                columns=None if record["columns"] is None else tuple(record["columns"]),
                fingerprint=str(record["fingerprint"]),
            )
        except (KeyError, TypeError, ValueError, ExperimentError) as error:
            raise ModelFileError(
                f"{os.fspath(path)}: its record of the training is of another form: {error}"
            ) from error

    def inputs(self, table: CsvTable) -> Array:
        """Take the model's inputs from a table, scaled as for training.

        Columns are found by name where both the table and the model have names; others are then ignored.

        Raises:
            DataError: if the table has other columns, or a cell that is no number.
        """
        return scaled(table.numbers(self._positions(table)), self.experiment.data.scale)

    def expect_outputs(self, shape: tuple[int, ...], path: str | os.PathLike[str]) -> None:
        """Check that the model has an output for each class.

        Raises:
            ModelFileError: if it has more or fewer.
        """
        if shape != (len(self.classes),):
            raise ModelFileError(
                f"{os.fspath(path)}: expected an output for each of its {len(self.classes)} classes, received {shape}"
            )

    def _positions(self, table: CsvTable) -> list[int]:
        width = len(table.rows[0])
        if self.columns is not None and table.header is not None:
            missing = [name for name in self.columns if table.header.count(name) != 1]
            if missing:
                raise DataError(
                    f"{table.name}: expected one column for each feature of the model, {', '.join(self.columns)}; "
                    f"missing or there twice: {', '.join(missing)}"
                )
            return [table.header.index(name) for name in self.columns]
        if width != self.features:
            raise DataError(
                f"{table.name}, line {table.lines[0]}: expected {self.features} columns, one for each feature of the "
                f"model, received {width}"
            )
        return list(range(width))
