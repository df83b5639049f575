"""Whether the parts of a run fit each other, found before training; each error names the key that is to blame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from attrs import evolve

from minnet_core import Array, Container, Criterion, Graph, MinnetError, Optimizer, expect_shape
from minnet_core.nn import describe
from minnet_core.state import global_state_kept

from ..augmentations import Augmentation
from ..data import Samples
from ..errors import ExperimentError, KeyPath, Problem
from ..experiment import Experiment
from ..ranks import ALONE, SHARDS, Ranks
from ..training import FitOptions, expect_batch_statistics


def sharded(experiment: Experiment, ranks: Ranks, *, is_begun: bool) -> tuple[Experiment, Ranks]:
    """Divide the batches of an experiment into shards for ranks, and see whether there is one for each."""
    shards = experiment.shards
    if shards is None:
        if ranks is ALONE or (is_begun and ranks.size == 1):
            return experiment, ALONE
        if is_begun:
            message = (
                f"expected a run that was begun with shards to go on with on {ranks.size} ranks, received one of whole "
                "batches, with which one process goes on alone"
            )
            raise ExperimentError(Problem(("shards",), message))
        shards = SHARDS
    if shards < ranks.size:
        message = f"expected at least one for each of the {ranks.size} ranks, received {shards}"
        raise ExperimentError(Problem(("shards",), message))
    try:
        expect_batch_statistics(experiment.batch_statistics, shards, experiment.accumulate)
    except ValueError as error:
        raise ExperimentError(Problem(("batch_statistics",), str(error).removeprefix("batch_statistics: "))) from error
    return evolve(experiment, shards=shards), ranks


def check_batches(experiment: Experiment, optimizer: Optimizer, samples: Samples) -> None:
    """Refuse small batches for an optimizer that evaluates the loss several times a step."""
    options = FitOptions(training=samples, epochs=1, batch_size=experiment.batch_size, accumulate=experiment.accumulate)
    if optimizer.NEEDS_CLOSURE and options.batches > 1:
        message = (
            f"expected all {len(samples)} samples that are trained on in a step of {type(optimizer).__name__}, which "
            f"learns from how the loss of the same samples changes, received steps of {options.samples_per_step}; "
            "accumulate adds up the gradients of several batches"
        )
        raise ExperimentError(Problem(("batch_size",), message))


def check_augmentations(augmentations: Sequence[Augmentation], samples: Samples) -> None:
    """Augment two samples, to find before training what does not fit."""
    batch = samples.batch(np.arange(min(2, len(samples))))
    for index, augmentation in enumerate(augmentations):
        try:
            received = augmentation.augment(*batch, np.random.default_rng(0))
            for before, after in zip(batch, received, strict=True):
                expect_shape(augmentation, after, before.shape, "result")
        except (MinnetError, ValueError, TypeError) as error:
            raise ExperimentError(Problem(("augmentations", index), str(error))) from error
        batch = received


def check_fit(model: Container, criterion: Criterion, samples: Samples) -> None:
    """Send two samples through a copy of the model and the criterion, to find before training what does not fit.

    The copy is in training mode: a layer may have nothing to evaluate with before it is trained.
    """
    output, targets = samples.batch(np.arange(min(2, len(samples))))
    trial = model.clone()
    trial.train()
    with global_state_kept():  # layers of notebooks draw from it
        _send(trial, criterion, output, targets, samples)


def _send(trial: Container, criterion: Criterion, output: Any, targets: Array, samples: Samples) -> None:
    path: KeyPath = ()
    try:
        if isinstance(trial, Graph):
            path = ("model", trial.modules.index(trial[trial.order()[-1]]))
            output = trial.clearState().forward(output)
        else:
            for index, layer in enumerate(trial):
                path = ("model", index)
                output = layer.forward(output)
        if getattr(output, "shape", None) != targets.shape:
            raise ValueError(
                f"expected an output for each of the {targets.shape[1]} {'classes' if samples.classes else 'targets'}, "
                f"(batch, {targets.shape[1]}), received {describe(output)} for a batch of {len(targets)}"
            )
        path = ("criterion",)
        criterion.forward(output, targets)
        criterion.backward(output, targets)
    except (MinnetError, ValueError, TypeError) as error:
        raise ExperimentError(Problem(_failed(trial) or path, str(error))) from error


def _failed(trial: Container) -> KeyPath:
    """Find the layer of a graph that raised an error: the first that has no output; empty if there is none."""
    names = trial.order() if isinstance(trial, Graph) else []
    missing = [trial[name] for name in names if trial[name].output is None]
    return ("model", trial.modules.index(missing[0])) if missing else ()
