"""What holds for every augmentation: it gives a batch of the same form, and the same one from the same generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from minnet_core import Array
from minnet_core.state import GlobalState
from minnet_core.testing import Trial, check, expect_equal, fail

from .kinds import AUGMENTATION

CLASSES = 4

Batch = tuple[Array, Array]
"""Inputs, and one-hot targets."""


@check("augmentations", of=[AUGMENTATION], needs=["can_be_copied"])
def augmentation_augments(trial: Trial) -> None:
    """``augment`` gives inputs and targets of the same shapes and types, in float32 and in float64, all finite."""
    for batch in _batches(trial):
        for name, before, after in zip(("inputs", "targets"), batch, _augmented(trial.fresh(), batch), strict=True):
            if not isinstance(after, np.ndarray) or (after.shape, after.dtype) != (before.shape, before.dtype):
                had = (getattr(after, "dtype", type(after).__name__), getattr(after, "shape", ""))
                fail(f"{name}: expected {before.dtype} {before.shape}, received {' '.join(map(str, had))}")
            if not np.isfinite(after).all():
                fail(f"{name}: expected finite numbers, received some that are not")


@check("augmentations", of=[AUGMENTATION], needs=["augmentation_augments"])
def targets_are_still_of_classes(trial: Trial) -> None:
    """Targets of classes, which are fractions that sum to 1, are so afterwards."""
    for batch in _batches(trial):
        _, targets = _augmented(trial.fresh(), batch)
        if (targets < 0).any() or not np.allclose(targets.sum(axis=1), 1, atol=1e-5):
            fail("targets: expected fractions that sum to 1, as before, received others")


@check("augmentations", of=[AUGMENTATION], needs=["augmentation_augments"])
def batches_are_not_written_to(trial: Trial) -> None:
    """Neither inputs nor targets are written to: they may be all that there is of the samples."""
    for batch in _batches(trial):
        given = _copied(batch)
        trial.fresh().augment(*given, np.random.default_rng(0))
        expect_equal(_named(given), _named(batch), "after augment", rtol=0)


@check("augmentations", of=[AUGMENTATION], needs=["augmentation_augments"])
def equal_generators_give_equal_batches(trial: Trial) -> None:
    """The same batch and an equal generator give the same, bit for bit: from another one, and after other batches."""
    used = trial.fresh()
    for seed, batch in enumerate(_batches(trial)):
        GlobalState.enter(trial.case.seed)
        expected = _named(_augmented(trial.case.build(), batch, seed))
        GlobalState.enter(trial.case.seed + 1)
        expect_equal(_named(_augmented(trial.case.build(), batch, seed)), expected, "from another one", rtol=0)
        _augmented(used, batch, seed + 7)
        expect_equal(_named(_augmented(used, batch, seed)), expected, "after another batch", rtol=0)


@check("augmentations", level="weakness", of=[AUGMENTATION], needs=["equal_generators_give_equal_batches"])
def other_generators_give_other_batches(trial: Trial) -> None:
    """Of many generators some give other batches: what is the same every time is no augmentation."""
    for batch in _batches(trial):
        first = _augmented(trial.fresh(), batch, 0)
        others = (_augmented(trial.fresh(), batch, seed) for seed in range(1, 30))
        if all(np.array_equal(first[0], inputs) and np.array_equal(first[1], targets) for inputs, targets in others):
            fail("augment: expected other batches from other generators, received the same from 30")


def _batches(trial: Trial) -> list[Batch]:
    """Batches in float32 and float64, and one that is not contiguous."""
    rng, batches = np.random.default_rng(trial.case.seed), []
    for shape in trial.case.shapes:
        inputs = rng.standard_normal(shape)
        targets = np.eye(CLASSES)[rng.integers(0, CLASSES, shape[0])]
        batches += [(inputs.astype(dtype), targets.astype(dtype)) for dtype in (np.float32, np.float64)]
        batches.append((np.asfortranarray(batches[-2][0]), batches[-2][1]))
    return batches


def _augmented(augmentation: Any, batch: Batch, seed: int = 0) -> Batch:
    received = augmentation.augment(*_copied(batch), np.random.default_rng(seed))
    if not isinstance(received, tuple) or len(received) != 2:
        fail(f"augment: expected inputs and targets, received {type(received).__name__}")
    return received


def _copied(batch: Batch) -> Batch:
    """Copy it, in its layout."""
    inputs, targets = (array.copy("K") for array in batch)
    return inputs, targets


def _named(batch: Batch) -> dict[str, Array]:
    return dict(zip(("inputs", "targets"), batch, strict=True))
