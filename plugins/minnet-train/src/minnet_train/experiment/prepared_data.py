"""`LearningData`: the data of an experiment, divided and prepared."""

from __future__ import annotations

from functools import partial

import numpy as np
from attrs import evolve, frozen

from minnet_core import Array, Container
from minnet_core.support import printable

from ..data import (
    CACHE,
    Blocks,
    Columns,
    Dataset,
    Moments,
    PartedRows,
    Preparation,
    Samples,
    Split,
    Standardization,
    StoredRows,
    expect_usable,
    row_chunks,
    usual_block,
)
from ..errors import DataError, ExperimentError, Problem
from .align import aligned, with_columns
from .all_rows import AllRows
from .experiment import DataConfig
from .loading import load_other, load_source, load_validation
from .start_model import StartModel


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
        fingerprint: of the data set, as its source has it.
        validation_fingerprint: that of the data to validate by, if they are others.
        keeps_head: whether the outputs are those of the model that is gone on from.
    """

    dataset: Dataset
    split: Split
    preparation: Preparation
    training: Samples
    validation: Samples | None
    test: Samples
    fingerprint: str
    validation_fingerprint: str | None = None
    keeps_head: bool = False

    @classmethod
    def load(
        cls,
        config: DataConfig,
        rng: int | np.random.Generator,
        start: StartModel | None = None,
        model: Container | None = None,
        *,
        dtype: str | None = None,
        dataset: Dataset | None = None,
        all_rows: AllRows | None = None,
    ) -> LearningData:
        """Load, divide and prepare.

        Args:
            config: names the source, and says how.
            rng: a seed or generator, which draws the parts.
            dtype: of inputs and targets, ``float32`` or ``float64``; None for float32.
            start: a model whose preparation and classes are taken over.
            model: the one that is trained, which decides with it whether the classes are.
            dataset: what the source has, if it has been loaded.
            all_rows: reads all rows, which of several ranks one does for all.

        Raises:
            ExperimentError: if there is no such source, or what is asked for does not fit the data.
            DataError: if the data cannot be used.
        """
        others = None if all_rows is None else all_rows.others
        dataset = load_source(config, others) if dataset is None else dataset
        full = dataset if start is None else load_other(config, dataset, others)
        validation = load_validation(config, others)
        return cls.of(dataset, config, rng, validation, start, model, dtype=dtype, full=full, all_rows=all_rows)

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        config: DataConfig,
        rng: int | np.random.Generator,
        validation: Dataset | None = None,
        start: StartModel | None = None,
        model: Container | None = None,
        *,
        dtype: str | None = None,
        full: Dataset | None = None,
        all_rows: AllRows | None = None,
    ) -> LearningData:
        """Divide and prepare a data set.

        Args:
            dataset: what is learned from.
            config: says how.
            rng: a seed or generator, which draws the parts.
            dtype: of inputs and targets, ``float32`` or ``float64``; None for float32.
            validation: what is looked at after every epoch, in place of a part.
            start: a model whose preparation and classes are taken over.
            model: the one that is trained, which decides with it whether the classes are.
            full: the data set with all its texts as categories, if they are limited and ``start`` has categories.
            all_rows: reads all rows, which of several ranks one does for all.
        """
        known = AllRows() if all_rows is None else all_rows
        whole, kept, keeps_head = dataset, None, False
        if known.are_read(dataset):
            dataset.fingerprint()  # which is kept; meanwhile others measure
        if config.inputs is not None and (start is None or start.start.preparation != "keep"):
            dataset = with_columns(dataset, parted_columns(dataset, config))
        if start is not None and model is not None:
            keeps_head = start.keeps_head(model, dataset, autoencode=config.autoencode)
            kept = start.record.preparation if start.start.preparation == "keep" else None
            dataset = dataset if kept is None else with_columns(full or dataset, kept.columns)
            if keeps_head and not config.autoencode:
                dataset = aligned(dataset, Columns.of(dataset), start.record.classes, start.record.outputs)
        may_be_missing = config.missing == "mean" if kept is None else kept.fill is not None
        draw = partial(checked_split, may_be_missing=may_be_missing) if known.are_read(dataset) else drawn_split
        split = draw(dataset, config, rng)
        if config.shuffle_block and isinstance(dataset.features, np.memmap):  # whose blocks can be read at once
            dataset = evolve(dataset, features=PartedRows.of_map(dataset.features))
        plain, moments = kept, None
        if plain is None:
            plain = Preparation(columns=parted_columns(dataset, config), scale=config.scale, dtype=dtype or "float32")
            if plain.is_learned(standardize=config.standardize, fill=config.missing == "mean"):
                moments = known.moments(dataset, split.training, plain)
        preparation = known.preparation(
            dataset,
            lambda: _preparation(
                dataset, split.training, config, plain, moments, keeps_targets=keeps_head and kept is not None
            ),
        )
        weights = _class_weights(dataset, split.training, config)

        def samples(rows: Array, factors: Array | None = None, of: Dataset = dataset) -> Samples:
            own = None if of.weights is None else np.asarray(of.weights[rows], np.float64)
            both = own if factors is None else factors if own is None else own * factors
            return Samples.of(of, rows, preparation, both, autoencode=config.autoencode)

        validated, raw_validation = samples(split.validation) if len(split.validation) else None, validation
        if validation is not None:
            validation = in_form_of(validation, dataset, config)
            if known.are_read(validation):
                expect_usable(validation, may_be_missing=may_be_missing)
            validated = samples(np.arange(len(validation)), of=validation)

        blocks, notes = _blocks(dataset, split.training, config)
        learned = cls(
            evolve(dataset, notes=(*dataset.notes, *notes)) if notes else dataset,
            split,
            preparation,
            evolve(samples(split.training, weights), blocks=blocks),
            validated,
            samples(split.test),
            known.fingerprint(whole),
            None if raw_validation is None else known.fingerprint(raw_validation),
            keeps_head,
        )
        _expect_weight(dataset, learned.training, "to train on")
        if learned.validation is not None:
            _expect_weight(validation or dataset, learned.validation, "to look at after every epoch")
        _expect_weight(dataset, learned.test, "that are held out")
        return learned


def parted_columns(dataset: Dataset, config: DataConfig, start: StartModel | None = None) -> Columns:
    """Return the columns that a network takes: those of the parts that an experiment names, or all.

    Args:
        dataset: has them.
        config: names the parts.
        start: a model whose preparation may be taken over, with its parts.

    Raises:
        ExperimentError: if there is no such column, or it is in two parts, or the model has other parts.
        DataError: if columns have no names.
    """
    parts = config.inputs
    if start is not None and start.start.preparation == "keep":
        theirs = start.record.experiment.data.inputs
        if theirs != parts:
            message = f"expected those of {start.start.model!r}, {theirs}, to keep its preparation, received {parts}"
            raise ExperimentError(Problem(("data", "inputs"), message))
        return start.record.preparation.columns
    columns = Columns.of(dataset, config.unknown)
    if parts is None:
        return columns
    if dataset.columns is None:
        raise DataError(f"{dataset.name}: expected columns with names, of which data.inputs names some, received none")
    named = [name for of in parts.values() for name in of]
    for key, of in parts.items():
        for name in of:
            if name not in dataset.columns or named.count(name) > 1:
                known = ", ".join(dataset.columns)
                message = f"expected columns of {dataset.name}, {known}, each once, received {name!r}"
                raise ExperimentError(Problem(("data", "inputs", key), printable(message)))
    places = [dataset.columns.index(name) for name in named]
    return evolve(
        columns,
        count=len(places),
        names=tuple(named),
        categories=tuple(columns.categories[place] for place in places) if columns.categories else (),
        calendars=tuple(columns.calendars[place] for place in places) if columns.calendars else (),
        parts=tuple((key, len(of)) for key, of in parts.items()),
    )


def checked_split(
    dataset: Dataset, config: DataConfig, rng: int | np.random.Generator, *, may_be_missing: bool | None = None
) -> Split:
    """Check that data can be learned from, and draw the parts."""
    _expect_fit(dataset, config)
    expect_usable(dataset, may_be_missing=config.missing == "mean" if may_be_missing is None else may_be_missing)
    return drawn_split(dataset, config, rng)


def drawn_split(dataset: Dataset, config: DataConfig, rng: int | np.random.Generator) -> Split:
    """Draw the parts as an experiment says; each class alike, unless the targets are not what is learned."""
    fraction = 0.0 if config.validation is not None else config.validation_fraction
    stratify = not config.autoencode
    if config.folds is not None and config.fold is not None:
        return Split.fold(dataset, config.fold - 1, config.folds, fraction, rng, stratify=stratify)
    return Split.draw(dataset, config.test_fraction, fraction, rng, stratify=stratify)


def in_form_of(validation: Dataset, dataset: Dataset, config: DataConfig) -> Dataset:
    """Give the data to validate by the columns and classes of those that are learned from."""
    columns = Columns.of(dataset, config.unknown)
    if config.autoencode:
        return with_columns(validation, columns)
    return aligned(validation, columns, dataset.classes, dataset.outputs)


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


def _preparation(
    dataset: Dataset,
    rows: Array,
    config: DataConfig,
    plain: Preparation,
    moments: Moments | None,
    *,
    keeps_targets: bool,
) -> Preparation:
    """Learn what happens to the data, or keep what is known of the inputs, and perhaps of the targets.

    Args:
        dataset: has the rows.
        rows: that are trained on.
        config: says what is learned.
        plain: what is known before.
        moments: of these rows; None if nothing is learned of the inputs.
        keeps_targets: whether what is known of targets is kept.
    """
    if keeps_targets:
        return plain
    learned = evolve(plain, of_targets=None)
    if moments is not None:
        learned = learned.of_moments(moments, standardize=config.standardize, fill=config.missing == "mean")
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


def _blocks(dataset: Dataset, rows: Array, config: DataConfig) -> tuple[Blocks | None, tuple[str, ...]]:
    """Choose the blocks by which rows are shuffled; none if all are at once. Also return what is said of a guess."""
    features = dataset.features
    is_grouped = isinstance(features, StoredRows) and features.units is not None
    block = usual_block(features) if config.shuffle_block is None else config.shuffle_block
    if config.shuffle_block == 0 and is_grouped and features.nbytes > CACHE:
        message = (
            "expected blocks for rows that can only be read by groups, received 0, by which each batch would read most "
            "groups; in_memory = true in the source reads them once"
        )
        raise ExperimentError(Problem(("data", "shuffle_block"), message))
    if not block:
        return None, ()
    blocks = Blocks.of(features, rows, block)
    if isinstance(features, StoredRows):
        features.go_through(blocks.cuts, blocks.lanes)
    if config.shuffle_block is not None:
        return blocks, ()
    told = f"{dataset.name}: rows are shuffled by blocks of {'whole row groups, ' * is_grouped}{block:,} rows or so"
    how = f"{min(blocks.lanes, len(blocks.starts))} of {len(blocks.starts):,} at a time, as files are read"
    return blocks, (f"{told}, {how}; shuffle_block = 0 shuffles all",)


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
