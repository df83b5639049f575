"""`TrainingRecord`: what a model file remembers of its training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from attrs import evolve, field, frozen
from cattrs import ClassValidationError, Converter
from cattrs.gen import make_dict_unstructure_fn, override

from minnet_core import ModelFileError, ModelHeader
from minnet_core.saving import INPUTS, path_text

from ..data import Columns, Dataset, Preparation, Standardization
from .experiment import Experiment
from .model_card import ModelCard
from .structure import structure_experiment, unstructure_experiment

KEY = "minnet-train"
"""Where the record is in the metadata of a model file."""

LOADER = "minnet_train.load_predictor"
"""What loads a model with its preparation; `minnet_core.load` tells of it."""

FORMAT = 2
"""The form of the record, the first that was released."""


@frozen(kw_only=True)
class TrainingRecord:
    """What a model file remembers of its training.

    Attributes:
        experiment: as it was run; a model file does not say under which name it was written.
        preparation: of raw data.
        classes: the names of the outputs; empty for a regression.
        outputs: the names of the outputs of a regression, or None.
        fingerprint: `Dataset.fingerprint` of the data.
        card: how the model came about; None in a file of before there were cards.

    A file names no Python file to import: of those that an experiment imports, its card has the hashes.
    """

    experiment: Experiment
    preparation: Preparation
    classes: tuple[int, ...] | tuple[str, ...]
    outputs: tuple[str, ...] | None
    fingerprint: str
    card: ModelCard | None = field(default=None, eq=False, repr=False)

    @classmethod
    def of(
        cls,
        experiment: Experiment,
        dataset: Dataset,
        preparation: Preparation,
        card: ModelCard | None = None,
        fingerprint: str | None = None,
    ) -> TrainingRecord:
        """Record a run.

        Args:
            experiment: that was run.
            dataset: that it learned from.
            preparation: of raw data.
            card: how the model came about.
            fingerprint: of the data as their source has them, if they were given another form.
        """
        autoencode = experiment.data.autoencode
        return cls(
            experiment=experiment,
            preparation=preparation,
            classes=() if autoencode else dataset.classes,
            outputs=preparation.columns.expanded_names if autoencode else dataset.outputs,
            fingerprint=dataset.fingerprint() if fingerprint is None else fingerprint,
            card=card,
        )

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return "classification" if self.classes else "regression"

    @property
    def reforms_data(self) -> bool:
        """Whether its data have another form than their source gives them, as parts do, or what a model begins with."""
        return self.experiment.start is not None or bool(self.preparation.columns.parts)

    def to_metadata(self) -> dict[str, Any]:
        """Write the record as JSON can hold it, and say who prepares the inputs if they need that."""
        experiment = unstructure_experiment(self.experiment)
        del experiment["output"]  # the same training gives the same file, whatever its name
        del experiment["imports"]  # which nobody shall run for having been given a model
        inputs = {} if self.preparation.is_identity else {INPUTS: {"prepared_by": LOADER}}
        return {
            **inputs,
            KEY: {
                "format": FORMAT,
                "experiment": experiment,
                "preparation": _converter.unstructure(self.preparation),
                "classes": list(self.classes),
                "outputs": None if self.outputs is None else list(self.outputs),
                "fingerprint": self.fingerprint,
                **({} if self.card is None else {"card": self.card.to_json()}),
            },
        }

    @classmethod
    def read(cls, header: ModelHeader, path: str | os.PathLike[str]) -> TrainingRecord:
        """Read the record of a model file.

        Raises:
            ModelFileError: if it has none, or one of another form.
        """
        where = path_text(path)
        record: Mapping[str, Any] | None = header.metadata.get(KEY)
        if record is None:
            raise ModelFileError(
                f"{where}: expected a model that minnet train saved, received one that does not say which "
                "classes and data it belongs to"
            )
        try:
            _expect_format(record)
            outputs, card = record["outputs"], record.get("card")
            return cls(
                experiment=evolve(structure_experiment(record["experiment"]), imports=()),
                preparation=_converter.structure(record["preparation"], Preparation),
                classes=tuple(record["classes"]),
                outputs=None if outputs is None else tuple(outputs),
                fingerprint=str(record["fingerprint"]),
                card=None if card is None else ModelCard.from_json(card),
            )
        except (KeyError, TypeError, ValueError, AttributeError, ClassValidationError) as error:
            raise ModelFileError(f"{where}: its record of the training is of another form: {error}") from error

    @property
    def weights(self) -> str | None:
        """Of which epoch the weights are, and whether that is the best or the last; None in a file without a card."""
        return None if self.card is None else self.card.weights(self.experiment.epochs)

    def output_names(self, count: int) -> tuple[str, ...]:
        """Name the outputs of a regression: as the data do, or ``value``, or by their numbers."""
        if self.outputs is not None:
            return self.outputs
        return ("value",) if count == 1 else tuple(f"value{index}" for index in range(count))

    def expect_outputs(self, shape: tuple[int, ...], path: str | os.PathLike[str]) -> None:
        """Check that the model has an output for each class, or for each target of a regression.

        Raises:
            ModelFileError: if it has more or fewer.
        """
        of_targets = self.preparation.of_targets
        count = len(self.classes) or len(self.outputs or ()) or (0 if of_targets is None else of_targets.width)
        if len(shape) != 1 or (count and shape != (count,)):
            what = "classes" if self.classes else "targets"
            raise ModelFileError(
                f"{path_text(path)}: expected an output for each of its {count} {what}, received {shape}"
            )


def plain_preparation(preparation: Preparation) -> dict[str, Any]:
    """Write a preparation as dicts, lists, texts and numbers."""
    plain: dict[str, Any] = _converter.unstructure(preparation)
    return plain


def preparation_of(plain: dict[str, Any]) -> Preparation:
    """Read what `plain_preparation` has written."""
    return _converter.structure(plain, Preparation)


def _expect_format(record: Any) -> None:
    if not isinstance(record, Mapping):
        raise TypeError(f"expected a table, received {record!r}")
    if (version := record.get("format")) != FORMAT:
        is_newer = isinstance(version, int) and version > FORMAT
        remedy = "pip install -U minnet-train" if is_newer else "train it again: minnet train"
        raise ValueError(f"expected format {FORMAT}, received format {version!r}; {remedy}")


_converter = Converter(forbid_extra_keys=True)
_left_out = override(omit_if_default=True)  # what earlier versions do not know
_columns = make_dict_unstructure_fn(Columns, _converter, image=_left_out, parts=_left_out)
_standardization = make_dict_unstructure_fn(Standardization, _converter, each=_left_out)
_converter.register_unstructure_hook(Columns, _columns)
_converter.register_unstructure_hook(Standardization, _standardization)
