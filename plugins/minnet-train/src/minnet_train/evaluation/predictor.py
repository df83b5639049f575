"""`Predictor`: a trained model with the preparation of its data, for raw rows in whatever form people have them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from minnet_core import Array, Module, load, read_header

from ..data import RawRows, is_csv
from ..errors import TaskError
from ..experiment import TrainingRecord, dialect_of
from ..metrics import find_conversion
from .predictions import outputs_of


@frozen(eq=False)
class Predictor:
    """A trained model that takes raw data: as they were in the training data, not scaled.

    Rows are a frame of pandas, polars or Arrow, a dict of columns, a list of dicts, an array (rows, columns), images
    with the axes that they had in the training data, or the path of a file, or of a folder of pictures. Columns are
    found by their names where the model and the rows have names, others being ignored; else they are taken in their
    order. No rows give no predictions.

    Attributes:
        path: of the file.
        model: the network alone, in evaluation mode, which takes what `transform` returns.
        record: what the file remembers of the training: the experiment, the preparation, the classes, the model card.

    >>> import tempfile
    >>> from minnet_train import ExperimentFile, Run, load_digits, load_predictor
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Run.prepare(ExperimentFile.default().experiment()).save(f"{folder}/digits.safetensors")
    ...     predictor = load_predictor(f"{folder}/digits.safetensors")
    >>> predictor.predict(load_digits().features[:3]).shape
    (3,)
    """

    path: str
    model: Module = field(repr=False)
    record: TrainingRecord = field(repr=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, check_versions: bool = True) -> Predictor:
        """Read a model with its preparation; see `load_predictor`."""
        record = TrainingRecord.read(read_header(path), path)
        model = load(path, check_versions=check_versions, prepared=True)
        model.evaluate()
        return cls(os.fspath(path), model, record)

    def taking(self, unknown: str) -> Predictor:
        """Return one to which a text that is none of the categories of its column is an error, or none of them.

        Args:
            unknown: ``error`` or ``ignore``.
        """
        preparation = self.record.preparation
        columns = evolve(preparation.columns, unknown=unknown)
        return evolve(self, record=evolve(self.record, preparation=evolve(preparation, columns=columns)))

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return self.record.task

    @property
    def features(self) -> tuple[str, ...] | None:
        """The names of the raw columns that it takes, in order; None if they have none."""
        return self.record.preparation.columns.names

    @property
    def classes_(self) -> Array:
        """The classes, in the order of the columns of `predict_proba`: integers or texts.

        Raises:
            TaskError: if it is a regression.
        """
        self._expect_classes("classes_")
        names = self.record.classes
        is_small = all(isinstance(name, str) or -(2**63) <= name < 2**63 for name in names)
        return np.array(names, None if is_small else object)

    def predict(self, data: Any) -> Array:
        """Predict the class of each row, (rows,), or the values of a regression in the units of the raw targets.

        Values are (rows,) if there is one target, else (rows, targets).

        Args:
            data: raw rows.

        Raises:
            DataError: a ValueError, if they have other columns, or a value that cannot be used.
            MissingLibraryError: if they have columns, and pyarrow, which reads those, is not installed.
        """
        outputs = self._outputs(data)
        if self.record.classes:
            labels: Array = self.classes_[outputs.argmax(axis=1)]
            return labels
        values = self.record.preparation.answers(outputs)
        return values[:, 0] if values.shape[1] == 1 else values

    def predict_proba(self, data: Any) -> Array:
        """Predict the probability of each class, (rows, classes), in the order of `classes_`.

        Args:
            data: raw rows.

        Raises:
            TaskError: if it is a regression, or the outputs of the network are no probabilities.
            DataError, MissingLibraryError: as `predict` does.
        """
        self._expect_classes("predict_proba")
        outputs = self._outputs(data)
        convert: Callable[[Array], Array] | None = find_conversion(outputs) if len(outputs) else np.asarray
        if convert is None:
            raise TaskError(
                f"{self.path}: expected outputs that are probabilities or their logarithms, as those of SoftMax and "
                "LogSoftMax, received scores, which decision_function returns"
            )
        return convert(outputs)

    def decision_function(self, data: Any) -> Array:
        """Return the outputs of the network for each class, (rows, classes); the largest is the predicted one.

        Raises:
            TaskError: if it is a regression.
            DataError, MissingLibraryError: as `predict` does.
        """
        self._expect_classes("decision_function")
        return self._outputs(data)

    def transform(self, data: Any) -> Array:
        """Prepare raw rows as the training data were: the inputs of ``model``, (rows, inputs), or images.

        Raises:
            DataError, MissingLibraryError: as `predict` does.
        """
        preparation = self.record.preparation
        parts = [preparation.inputs(raw) for raw in self.rows(data)]
        return np.concatenate(parts) if parts else np.empty((0, *preparation.columns.shape), preparation.dtype)

    def rows(self, data: Any, name: str = "") -> RawRows:
        """Find the raw features that the model takes in rows; what was decided about a file is a warning.

        Args:
            data: raw rows.
            name: what messages call rows in memory; empty for their type.

        Raises:
            DataError, MissingLibraryError: as `predict` does.
        """
        if not isinstance(data, (str, os.PathLike)):
            preparation, config = self.record.preparation, self.record.experiment.data
            return RawRows.of(
                data,
                preparation.columns,
                may_be_missing=preparation.fill is not None,
                date_format=config.option("date_format", ""),
                name=name,
            )
        rows, notes = self.open(os.fspath(data))
        for note in notes:
            warnings.warn(note, stacklevel=4)  # the caller of predict
        return rows

    def open(self, path: str) -> tuple[RawRows, tuple[str, ...]]:
        """Look at a file of raw rows; also returns what was decided about it that is not plain."""
        preparation, config = self.record.preparation, self.record.experiment.data
        dialect, told = dialect_of(config, path, preparation.columns.names or ()) if is_csv(path) else (None, ())
        rows = RawRows.open(
            path,
            preparation.columns,
            may_be_missing=preparation.fill is not None,
            dialect=dialect,
            features_name=config.option("features_name", None),
            is_resized=config.option("size", None) is not None,
        )
        return rows, (*told, *rows.notes)

    def _outputs(self, data: Any) -> Array:
        parts = list(outputs_of(self.model, self.record, self.path, self.rows(data)))
        if parts:
            return np.concatenate(parts)
        one = next(
            outputs_of(self.model, self.record, self.path, [np.zeros((1, self.record.preparation.columns.count))])
        )
        return one[:0]

    def _expect_classes(self, what: str) -> None:
        if not self.record.classes:
            raise TaskError(f"{self.path}: expected a classification for {what}, received a regression")


def load_predictor(path: str | os.PathLike[str], *, check_versions: bool = True) -> Predictor:
    """Read a model that ``minnet train`` wrote, with the preparation of its data.

    Args:
        path: of the file.
        check_versions: refuse a file whose components are now installed in an incompatible version, as
            `minnet_core.load` does.

    Returns:
        A predictor, which takes raw data.

    Raises:
        ModelFileError: if the file has no record of a training; and whatever `minnet_core.load` raises.
    """
    return Predictor.load(path, check_versions=check_versions)
