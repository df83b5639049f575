"""The checks of augmentations: each kills the mutants that name it and no other does, and right ones pass them."""

import numpy as np
import pytest

from minnet_core import Example
from minnet_core.testing import cases_of, check_component, examine
from minnet_train import Augmentation
from minnet_train.augmentations import Flip, Mixup, Noise, augmentations
from minnet_train.conformance import AUGMENTATION, CHECKS


class Mask(Augmentation):
    """Right, for inputs of any shape, without EXAMPLES."""

    def __init__(self, p=0.5):
        self.p = p

    def augment(self, inputs, targets, rng):
        return inputs * (rng.random(inputs.shape) >= self.p).astype(inputs.dtype), targets


class Relabelled(Augmentation):
    """Right: targets alone change."""

    EXAMPLES = (Example(input=(8, 3)),)

    def augment(self, inputs, targets, rng):
        return inputs, targets[:, rng.permutation(targets.shape[1])]


RIGHT = (Mask, Relabelled)


class Widens(Noise):
    def augment(self, inputs, targets, rng):
        return inputs + rng.standard_normal(inputs.shape), targets


class Transposes(Flip):
    def augment(self, inputs, targets, rng):
        return super().augment(inputs, targets, rng)[0].swapaxes(2, 3), targets


class GivesInputsAlone(Noise):
    def augment(self, inputs, targets, rng):
        return super().augment(inputs, targets, rng)[0]


class DividesByNothing(Mask):
    def augment(self, inputs, targets, rng):
        kept = (rng.random(inputs.shape) >= self.p).astype(inputs.dtype)
        with np.errstate(divide="ignore", invalid="ignore"):
            return inputs / kept, targets


class AddsTargets(Mixup):
    def augment(self, inputs, targets, rng):
        return inputs, targets + targets[rng.permutation(len(targets))]


class AddsNoiseToTargets(Noise):
    def augment(self, inputs, targets, rng):
        return inputs, targets + rng.standard_normal(targets.shape).astype(targets.dtype)


class WritesToInputs(Mask):
    def augment(self, inputs, targets, rng):
        inputs *= rng.random(inputs.shape) >= self.p
        return inputs, targets


class WritesToTargets(Relabelled):
    def augment(self, inputs, targets, rng):
        targets[:] = targets[:, rng.permutation(targets.shape[1])]
        return inputs, targets


class DrawsFromTheGlobalGenerator(Mask):
    def augment(self, inputs, targets, rng):
        return inputs * (np.random.random(inputs.shape) >= self.p).astype(inputs.dtype), targets


class HasAGeneratorOfItsOwn(Mask):
    def __init__(self, p=0.5):
        super().__init__(p)
        self.rng = np.random.default_rng(0)

    def augment(self, inputs, targets, rng):
        return super().augment(inputs, targets, self.rng)


class Counts(Mask):
    def __init__(self, p=0.5):
        super().__init__(p)
        self.calls = 0

    def augment(self, inputs, targets, rng):
        self.calls += 1
        return inputs * inputs.dtype.type(1 + self.calls * rng.random()), targets


class DoesNothing(Mask):
    def augment(self, inputs, targets, rng):
        return inputs, targets


class IsTheSameEveryTime(Flip):
    def augment(self, inputs, targets, rng):
        return np.flip(inputs, 3), targets


WRONG = [
    (Widens, "augmentation_augments"),
    (Transposes, "augmentation_augments"),
    (GivesInputsAlone, "augmentation_augments"),
    (DividesByNothing, "augmentation_augments"),
    (AddsTargets, "targets_are_still_of_classes"),
    (AddsNoiseToTargets, "targets_are_still_of_classes"),
    (WritesToInputs, "batches_are_not_written_to"),
    (WritesToTargets, "batches_are_not_written_to"),
    (DrawsFromTheGlobalGenerator, "equal_generators_give_equal_batches"),
    (HasAGeneratorOfItsOwn, "equal_generators_give_equal_batches"),
    (Counts, "equal_generators_give_equal_batches"),
    (DoesNothing, "other_generators_give_other_batches"),
    (IsTheSameEveryTime, "other_generators_give_other_batches"),
]

WEAK = (DoesNothing, IsTheSameEveryTime)


@pytest.mark.parametrize("cls", RIGHT)
@pytest.mark.parametrize("seed", range(5))
def test_a_right_augmentation_is_not_blamed(cls, seed):
    for report in check_component(cls, strict=True, seed=seed):
        assert report.count("passed") > 5


@pytest.mark.parametrize(("cls", "killer"), WRONG)
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_augmentation_is_killed_by_its_check_and_by_no_other(cls, killer, seed):
    findings = [result for case in cases_of(cls, seed=seed) for result in examine(case).findings]
    assert {result.check for result in findings} == {killer}
    assert {result.outcome for result in findings} == {"weakness" if cls in WEAK else "failed"}


def test_every_check_of_augmentations_kills_one():
    assert {check.name for check in CHECKS if AUGMENTATION.name in check.of} == {killer for _, killer in WRONG}


@pytest.mark.parametrize("name", list(augmentations))
def test_ours_pass(name):
    for report in check_component(f"minnet-train:{name}", strict=True):
        assert report.count("passed") > 5, report
