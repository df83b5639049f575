"""`Experiment`: everything that decides how a run ends; `DataConfig`: what it learns from, and how that is prepared."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, NewType

from attrs import evolve, field, frozen

from minnet_core import MinnetError

from ..data import DIGITS, UNKNOWN
from ..registries import datasets
from ..training import EarlyStopping
from ..validators import ValueOutOfRangeError, at_least, expect, not_empty, positive_or_none
from .start import Start

ComponentConfig = NewType("ComponentConfig", dict[str, Any])
"""A component as `minnet_core.build` takes it: ``{"class": "Linear", "n_in": 64, "n_out": 10}``."""

InitializerConfig = NewType("InitializerConfig", dict[str, Any])
"""The same of an initializer, for which its name may stand: ``"Kaiming"``."""
AugmentationConfigs = NewType("AugmentationConfigs", tuple[ComponentConfig, ...])
"""Components that change training batches, in order."""


def _is_normal_float32(value: float) -> bool:
    """Whether dividing float32 features by a number divides by neither 0 nor infinity."""
    return 2.0**-126 <= value <= (2 - 2.0**-23) * 2.0**127


def _are_weights(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return value in (None, "balanced")
    return bool(value) and all(weight >= 0 for weight in value.values())


def _are_parts(value: Any) -> bool:
    return value is None or (bool(value) and all(value.values()))


@frozen(kw_only=True)
class DataConfig:
    """What to learn from.

    Attributes:
        source: ``digits``, the path of a data file or of a folder with IDX files, or a component of the registry
            ``minnet_train.datasets``: ``{"class": "TwoMoons", "n": 1000}``.
        target: of the path of a table, the column to predict: its name, its index from 0 (-1 is the last), or several;
            None is the last column.
        weights: of the path of a table, the column of weights of samples.
        group: of the path of a table, the column of the group of each row: no group is both trained on and held out.
        order: of the path of a table, the column by which rows are ordered: the last are held out.
        validation: a source, written as ``source`` is, that is looked at after every epoch, in place of a part.
        missing: ``error``, or ``mean``: a missing value is taken for the mean of the rows that are trained on.
        unknown: what a text is that is none of the categories of its column: ``error``, or ``ignore``, which has all
            inputs of the column 0.
        inputs: the parts of the input of a network that takes several, by the names that its layers call them: the
            columns of each; others are left out. None for one input of all columns.
        autoencode: whether the prepared input is the target itself.
        test_fraction: the part of all rows, and of each class, that is held out from training.
        validation_fraction: the part that is looked at after every epoch, and that tells the best one; if None, a tenth
            of what is not held out. If 0, what is held out is looked at, and tells nothing.
        folds: into how many parts the rows are divided of which one is held out, in place of ``test_fraction``.
        fold: which of them, from 1.
        scale: numbers are divided by this.
        standardize: whether each column of numbers is given mean 0 and deviation 1, by the rows that are trained on.
        standardize_targets: the same for the targets of a regression; predictions are turned back.
        shuffle_block: how many rows that lie together are shuffled together, so that files are read a part at a time;
            0 shuffles all rows. If None, all, unless they are read by groups, or are more than 1 GiB in several files.
        class_weights: ``balanced``, or a weight for each class, by its name as a text; 1 for those that are left out.
    """

    source: str | dict[str, Any] = field(validator=expect("a text or a component that is not empty", bool))
    target: str | int | tuple[str | int, ...] | None = None
    weights: str | int | None = None
    group: str | int | None = None
    order: str | int | None = None
    validation: str | dict[str, Any] | None = None
    missing: Literal["error", "mean"] = field(
        default="error", validator=expect("'error' or 'mean'", lambda x: x in ("error", "mean"))
    )
    unknown: Literal["error", "ignore"] = field(
        default="error", validator=expect("'error' or 'ignore'", lambda x: x in UNKNOWN)
    )
    inputs: dict[str, tuple[str, ...]] | None = field(
        default=None, validator=expect("at least one name, with at least one column each", _are_parts)
    )
    autoencode: bool = False
    test_fraction: float = field(default=0.2, validator=expect("a number between 0 and 1", lambda x: 0 < x < 1))
    validation_fraction: float | None = field(
        default=None, validator=expect("a number of at least 0 and less than 1", lambda x: x is None or 0 <= x < 1)
    )
    folds: int | None = field(default=None, validator=expect("an integer of at least 2", lambda x: x is None or x >= 2))
    fold: int | None = field(default=None)
    scale: float = field(
        default=1.0,
        validator=expect("a positive number that float32 can hold, 1.18e-38 to 3.4e38", _is_normal_float32),
    )
    standardize: bool = False
    standardize_targets: bool = False
    class_weights: Literal["balanced"] | dict[str, float] | None = field(
        default=None, validator=expect("'balanced' or a table of weights of at least 0", _are_weights)
    )

    shuffle_block: int | None = field(
        default=None, validator=expect("an integer of at least 0", lambda x: x is None or x >= 0)
    )

    @validation_fraction.validator
    def _leaves_rows(self, _: Any, value: float | None) -> None:
        if value and self.validation is not None:
            raise ValueOutOfRangeError("validation_fraction", "expected none beside validation, received both")
        if self.test_fraction + (value or 0) >= 1:
            raise ValueOutOfRangeError(
                "validation_fraction",
                f"expected less than {1 - self.test_fraction:g}, which test_fraction leaves, received {value}",
            )

    @inputs.validator
    def _are_no_targets(self, _: Any, value: Any) -> None:
        if value is not None and self.autoencode:
            raise ValueOutOfRangeError("inputs", "expected none beside autoencode, received both")

    @fold.validator
    def _is_one_of_the_folds(self, _: Any, value: int | None) -> None:
        if (value is None) != (self.folds is None) or (value is not None and not 1 <= value <= (self.folds or 0)):
            expected = "none without folds" if self.folds is None else f"an integer from 1 to {self.folds}"
            raise ValueOutOfRangeError("fold", f"expected {expected}, received {value}")

    @property
    def is_validated(self) -> bool:
        """Whether there are samples to validate by, which are neither trained on nor held out."""
        return self.validation is not None or self.validation_fraction != 0

    def option(self, name: str, default: Any) -> Any:
        """What an argument of the source is, if it is written out; the default otherwise."""
        return default if isinstance(self.source, str) else self.source.get(name, default)

    def relative_to(self, folder: str) -> DataConfig:
        """Make a relative path of a data file one that starts at ``folder``, which is empty for the current one."""
        return self._with_paths(lambda path: os.path.join(folder, path))

    def seen_from(self, folder: str) -> DataConfig:
        """Make the paths of data files, which start at the current folder, ones that start at ``folder``."""
        return self._with_paths(lambda path: os.path.relpath(path, folder)) if folder else self

    def _with_paths(self, change: Callable[[str], str]) -> DataConfig:
        validation = None if self.validation is None else _moved(self.validation, change)
        return evolve(self, source=_moved(self.source, change), validation=validation)


def _moved(source: str | dict[str, Any], change: Callable[[str], str]) -> str | dict[str, Any]:
    """Change the paths of a source."""
    if isinstance(source, str):
        return source if source == DIGITS else change(source)
    paths = _paths(source)
    return {key: _changed(value, change) if key in paths else value for key, value in source.items()}


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    """Change a path, or each of a list."""
    if isinstance(value, list):
        return [_changed(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def _paths(source: Mapping[str, Any]) -> tuple[str, ...]:
    """The arguments of a source that are paths; none if there is no such source, which is reported later."""
    try:
        paths: tuple[str, ...] = datasets[source["class"]].PATHS
    except (MinnetError, KeyError):
        return ()
    return paths


@frozen(kw_only=True)
class Experiment:
    """A network, the data it learns from, and how.

    On one machine, with one number of BLAS threads, the same experiment gives the same weights bit for bit.

    Attributes:
        seed: decides what is held out, the first weights, the order of samples and every random layer.
        epochs: how often each training sample is seen.
        batch_size: samples in a step; the last step of an epoch takes what is left, unless that is a single sample,
            which the one before it takes.
        output: where the trained model is written.
        model: the layers, one after another, unless one has a name or says what it takes: then they are a graph.
        outputs: the names of the layers whose outputs are those of the model; None for the last one.
        initializer: draws the first weights of all layers but those that name one themselves; None for what the
            constructors of the layers draw.
        criterion: the loss.
        optimizer: what changes the weights.
        schedule: of the learning rate; None leaves the optimizer's own.
        metrics: what is measured besides the loss; None for what is usual for the task.
        augmentations: change the batches that are trained on at random; None for none.
        clip_norm: what the norm of the gradients is limited to; None for no limit.
        clip_value: what the elements of the gradients are limited to; None for no limit.
        accumulate: how many batches a step is of, whose gradients are added up.
        shards: into how many parts a batch is divided, which several ranks may compute: see `Trainer`. None for whole
            batches; a run that is begun by several ranks has 8 then.
        batch_statistics: of what layers compute them that normalize over a batch, of a ``"shard"`` or of the whole
            ``"batch"``: see `Trainer`. Of whole batches they are those anyway.
        average_decay: how much a step keeps of the moving average of the weights, which is then what epochs are
            validated by, and what is saved as a model; None for no average.
        early_stopping: when to end before the last epoch; None for never.
        checkpoint_every: how many steps there are between checkpoints; 0 for one after each epoch.
        keep: how many of the last checkpoints are kept, besides the best.
        dtype: what the network computes in, ``float32`` or ``float64``; None leaves the weights as the layers make
            them, and gives them float32 inputs.
        compile: whether a step is a table of operations; see `Trainer`.
        imports: Python files whose components the experiment may name, ``homework.py:Conv2d``; they are run.
        start: a trained model to go on from; None for weights that are drawn.
        data: what to learn from.
    """

    seed: int = field(default=0, validator=at_least(0))
    epochs: int = field(validator=at_least(1))
    batch_size: int = field(default=32, validator=at_least(1))
    output: str = field(default="model.safetensors", validator=not_empty)
    model: tuple[ComponentConfig, ...] = field(validator=expect("a list of at least one layer", bool))
    outputs: str | tuple[str, ...] | None = field(
        default=None, validator=expect("at least one name", lambda x: x is None or bool(x))
    )
    initializer: InitializerConfig | None = None
    criterion: ComponentConfig
    optimizer: ComponentConfig
    schedule: ComponentConfig | None = None
    metrics: tuple[ComponentConfig, ...] | None = None
    augmentations: AugmentationConfigs | None = None
    clip_norm: float | None = field(default=None, validator=positive_or_none)
    clip_value: float | None = field(default=None, validator=positive_or_none)
    accumulate: int = field(default=1, validator=at_least(1))
    shards: int | None = field(
        default=None, validator=expect("an integer of at least 1", lambda x: x is None or x >= 1)
    )
    batch_statistics: str = field(
        default="shard", validator=expect("'shard' or 'batch'", lambda x: x in ("shard", "batch"))
    )
    average_decay: float | None = field(
        default=None, validator=expect("a number in [0, 1)", lambda x: x is None or 0 <= x < 1)
    )
    early_stopping: EarlyStopping | None = None
    checkpoint_every: int = field(default=0, validator=at_least(0))
    keep: int = field(default=3, validator=at_least(1))
    dtype: Literal["float32", "float64"] | None = field(
        default=None, validator=expect("'float32' or 'float64'", lambda x: x in (None, "float32", "float64"))
    )
    compile: bool | str = "auto"
    imports: tuple[str, ...] = ()
    start: Start | None = None
    data: DataConfig

    def relative_to(self, folder: str) -> Experiment:
        """Make the relative paths of what is read ones that start at ``folder``, which is empty for the current one."""
        start = self.start and evolve(self.start, model=os.path.join(folder, self.start.model))
        return evolve(self, data=self.data.relative_to(folder), start=start)

    @property
    def judged_by(self) -> tuple[str, Literal["min", "max"]]:
        """Which number of a report tells the best epoch, and whether the smallest or the largest is the best."""
        if self.early_stopping is None:
            return "validation_loss" if self.data.is_validated else "loss", "min"
        return self.early_stopping.metric, "max" if self.early_stopping.mode == "max" else "min"
