"""`LearningData`: the data of an experiment, divided and prepared."""

from __future__ import annotations

import numpy as np
from attrs import evolve, frozen

from minnet_core import Array

from ..data import (
    Columns,
    Dataset,
    Moments,
    Preparation,
    Samples,
    Split,
    Standardization,
    expect_usable,
    row_chunks,
)
from ..errors import DataError, ExperimentError, Problem
from .experiment import DataConfig
from .load_source import load_source


@frozen(eq=False)
class LearningData:
    """The data of an experiment.

    Attributes:
        dataset: as the source has it.
        split: which rows are in which part.
        preparation: learned from the rows to train on.
        training: what is trained on, with its weights.
        validation: what is looked at after every epoch; None if there is no such part.
        test: what is held out.
    """

    dataset: Dataset
    split: Split
    preparation: Preparation
    training: Samples
    validation: Samples | None
    test: Samples

    @classmethod
    def load(cls, config: DataConfig, rng: int | np.random.Generator, dtype: str | None = None) -> LearningData:
        """Load, divide and prepare.

        Args:
            config: names the source, and says how.
            rng: a seed or generator, which draws the parts.
            dtype: of inputs and targets, ``float32`` or ``float64``; None for float32.

        Raises:
            ExperimentError: if there is no such source, or what is asked for does not fit the data.
            DataError: if the data cannot be used.
        """
        return cls.of(load_source(config), config, rng, dtype)

    @classmethod
    def of(
        cls, dataset: Dataset, config: DataConfig, rng: int | np.random.Generator, dtype: str | None = None
    ) -> LearningData:
        """Divide and prepare a data set."""
        split = checked_split(dataset, config, rng)
        preparation = _preparation(dataset, split.training, config, dtype or "float32")
        weights = _class_weights(dataset, split.training, config)

        def samples(rows: Array, factors: Array | None = None) -> Samples:
            own = None if dataset.weights is None else np.asarray(dataset.weights[rows], np.float64)
            both = own if factors is None else factors if own is None else own * factors
            return Samples.of(dataset, rows, preparation, both, autoencode=config.autoencode)

        learned = cls(
            dataset,
            split,
            preparation,
            samples(split.training, weights),
            samples(split.validation) if len(split.validation) else None,
            samples(split.test),
        )
        _expect_weight(dataset, learned.training, "to train on")
        _expect_weight(dataset, learned.held_out, "to look at after every epoch")
        return learned

    @property
    def held_out(self) -> Samples:
        """What is looked at after every epoch: the validation part, or that which is held out if there is none."""
        return self.test if self.validation is None else self.validation


def checked_split(dataset: Dataset, config: DataConfig, rng: int | np.random.Generator) -> Split:
    """Check that data can be learned from, and draw the parts."""
    _expect_fit(dataset, config)
    expect_usable(dataset, may_be_missing=config.missing == "mean")
    return drawn_split(dataset, config, rng)


def drawn_split(dataset: Dataset, config: DataConfig, rng: int | np.random.Generator) -> Split:
    """Draw the parts as an experiment says; each class alike, unless the targets are not what is learned."""
    return Split.draw(dataset, config.test_fraction, config.validation_fraction, rng, stratify=not config.autoencode)


def _expect_fit(dataset: Dataset, config: DataConfig) -> None:
    is_regression = config.autoencode or dataset.task == "regression"
    if config.standardize_targets and (not is_regression or config.autoencode):
        what = "the inputs themselves" if config.autoencode else "classes"
        raise ExperimentError(
            Problem(("data", "standardize_targets"), f"expected targets that are numbers, received {what}")
        )
    if config.class_weights is not None and is_regression:
        raise ExperimentError(Problem(("data", "class_weights"), "expected targets that are classes, received numbers"))
    if not config.autoencode and dataset.task == "regression" and not dataset.targets.shape[1]:
        raise DataError(f"{dataset.name}: expected a target, received none; only autoencode = true does without")
    if not config.autoencode and len(dataset.classes) == 1:
        raise DataError(f"{dataset.name}: expected at least two classes, received only {dataset.classes[0]!r}")


def _expect_weight(dataset: Dataset, part: Samples, what: str) -> None:
    if part.weights is not None and not part.weights.any():
        raise DataError(
            f"{dataset.name}: expected a weight above 0 among the {len(part):,} rows {what}, received only zeros; "
            "another seed or fraction draws other rows"
        )


def _preparation(dataset: Dataset, rows: Array, config: DataConfig, dtype: str) -> Preparation:
    start = Preparation(columns=Columns.of(dataset, config.unknown), scale=config.scale, dtype=dtype)
    learned = start.learned(
        row_chunks(dataset.features, rows), standardize=config.standardize, fill=config.missing == "mean"
    )
    if config.autoencode:
        return learned.for_autoencoding()
    if config.standardize_targets:
        moments = Moments(dataset.targets.shape[1])
        for part in row_chunks(dataset.targets, rows):
            moments.update(part)
        # A target that is constant here may not be so in the data that the model is measured on.
        spread = np.where(moments.deviation > 0, moments.deviation, 1.0)
        return evolve(learned, of_targets=Standardization.of(moments.mean, spread))
    return learned


def _class_weights(dataset: Dataset, rows: Array, config: DataConfig) -> Array | None:
    """How much each row that is trained on counts for its class."""
    if config.class_weights is None:
        return None
    labels = np.asarray(dataset.targets[rows])
    if config.class_weights == "balanced":
        counts = np.bincount(labels, minlength=len(dataset.classes))
        of_class = len(labels) / (len(dataset.classes) * np.maximum(counts, 1))
    else:
        names = [str(name) for name in dataset.classes]
        unknown = sorted(set(config.class_weights) - set(names))
        if unknown:
            message = f"expected names among the classes, {', '.join(names)}, received {', '.join(unknown)}"
            raise ExperimentError(Problem(("data", "class_weights"), message))
        of_class = np.array([config.class_weights.get(name, 1.0) for name in names])
        if not of_class[labels].any():
            raise ExperimentError(Problem(("data", "class_weights"), "expected weights that are not all 0, received 0"))
    weights: Array = of_class[labels]
    return weights
