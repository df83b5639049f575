"""The training of an estimator: its components, samples, and the `minnet_train.Trainer` that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen
from sklearn.model_selection import train_test_split

from minnet_core import Array, Criterion, Module, Optimizer, criterions, optimizers
from minnet_train import Samples, Trainer, schedules

from .components import AUTO, class_of, component, named, takes
from .inputs import SparseRows
from .options import Options
from .weights import none_if_uniform

GROUPS = "groups"


@frozen(eq=False)
class Learned:
    """What a network learns from.

    Attributes:
        inputs: (rows, columns), an array or `SparseRows`.
        targets: (rows, outputs).
        weights: (rows,), or None if all count alike.
    """

    inputs: Any
    targets: Array
    weights: Array | None

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, rows: Array) -> Learned:
        """Take some rows."""
        matrix = self.inputs
        inputs = SparseRows(matrix.matrix[rows], matrix.dtype) if isinstance(matrix, SparseRows) else matrix[rows]
        weights = None if self.weights is None else none_if_uniform(self.weights[rows])
        return Learned(inputs, self.targets[rows], weights)

    def counted(self) -> Learned:
        """Leave out the samples of weight 0, so that they are as good as not there."""
        if self.weights is None or self.weights.all():
            return self
        return self.take(np.flatnonzero(self.weights))

    def split(self, fraction: float, seed: int, labels: Array | None) -> tuple[Learned, Learned]:
        """Divide the samples into those to train on and those to validate by, of which each class has its part.

        Raises:
            ValueError: if there are too few for that.
        """
        try:
            parts = train_test_split(np.arange(len(self)), test_size=fraction, random_state=seed, stratify=labels)
        except ValueError as error:
            raise ValueError(
                f"early_stopping: expected samples of which {fraction:g} (validation_fraction) can be kept apart"
                f"{'' if labels is None else ', of each class its part'}: {error}"
            ) from error
        return self.take(parts[0]), self.take(parts[1])

    def samples(self) -> Samples:
        """Make them what a `Trainer` takes."""
        return Samples(self.inputs, self.targets, (), self.weights)


def criterion_of(value: Any, usual: str) -> Criterion:
    """Make the criterion of an estimator; ``"auto"`` is the usual one."""
    usual_or_value = usual if isinstance(value, str) and value == AUTO else value
    made: Criterion = component("criterion", usual_or_value, criterions, Criterion)
    return made


def optimizer_of(value: Any, model: Module, options: Options) -> Optimizer:
    """Make the optimizer of an estimator.

    Raises:
        TypeError: if it is neither a name nor a config, or takes no learning rate or weight decay, and one is given.
        ValueError: if a config has what is given beside it too.
    """
    cls = class_of("optimizer", value, optimizers)
    config = dict(value) if isinstance(value, Mapping) else {"class": value}
    groups = config.pop(GROUPS, None)
    for parameter, argument in (("learning_rate", "lr"), ("weight_decay", "weight_decay")):
        given = getattr(options, parameter)
        if given is None:
            continue
        if not takes(cls, argument):
            raise TypeError(f"{parameter}: expected None, as {config['class']} takes no {argument}, received {given!r}")
        if argument in config:
            beside = f"an optimizer with {argument}={config[argument]!r}"
            raise ValueError(f"{parameter}: expected None beside {beside}, received {given!r}")
        config[argument] = float(given)
    optimizer: Optimizer = component("optimizer", config, optimizers, Optimizer, model)
    if groups is not None:
        with named("optimizer"):
            optimizer.groups = groups
    return optimizer


def trainer_of(
    model: Module,
    criterion: Criterion,
    optimizer: Optimizer,
    options: Options,
    *,
    schedule: Any,
    callbacks: Sequence[Any],
) -> Trainer:
    """Make what trains.

    Args:
        model: the network.
        criterion: the loss.
        optimizer: of the network.
        options: of the estimator.
        schedule: of the learning rate: a name, a config, an object, or None.
        callbacks: of the trainer.
    """
    made = None if schedule is None else component("schedule", schedule, schedules, object)
    return Trainer(model, criterion, optimizer, schedule=made, clip_norm=options.clip_norm, callbacks=callbacks)
