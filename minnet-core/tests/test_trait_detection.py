from __future__ import annotations

import random

import numpy as np
import pytest

from minnet_core import Criterion
from minnet_core.testing import Case, Examination, check_component
from minnet_core.testing.selection.targets import TARGETS
from minnet_test_support import notebook
from minnet_test_support.components import Centred, Dropout, GlobalDropout, Halved, Identity, Squares


class PythonDropout(Dropout):
    def draw(self, shape):
        return np.array([random.random() for _ in range(np.prod(shape))]).reshape(shape)


class Pairs(Identity):
    """Refuses a single sample."""

    def updateOutput(self, input):
        if len(input) < 2:
            raise ValueError("expected two samples at least")
        return super().updateOutput(input)


class Lookup(Identity):
    def __init__(self):
        super().__init__()
        self.table = np.arange(12.0).reshape(4, 3)

    def updateOutput(self, input):
        self.output = self.table[input]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, self.table.dtype)
        return self.gradInput


class Logarithm(Identity):
    def updateOutput(self, input):
        self.output = np.log(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / input
        return self.gradInput


class Logit(Identity):
    def updateOutput(self, input):
        self.output = np.log(input) - np.log1p(-input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / (input * (1 - input))
        return self.gradInput


class Drawn(Identity):
    """Draws initial values alone."""

    def __init__(self):
        super().__init__()
        self.factor = np.random.uniform(1, 2)

    def updateOutput(self, input):
        self.output = input * self.factor
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.factor
        return self.gradInput


class Likelihood(Criterion):
    """Clips probabilities."""

    def updateOutput(self, input, target):
        self.output = -float((target * np.log(np.clip(input, 1e-15, 1 - 1e-15))).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        clipped = np.clip(input, 1e-15, 1 - 1e-15)
        self.gradInput = np.where(clipped == input, -target / clipped / len(input), 0).astype(input.dtype)
        return self.gradInput


class Summed(Squares):
    """Does not divide by the number of samples."""

    def updateOutput(self, input, target):
        self.output = super().updateOutput(input, target) * len(input)
        return self.output


def traits(factory, **known):
    return Examination(Case(factory, input=known.pop("input", (4, 3)), infers=True, **known)).traits - {"kinks"}


@pytest.mark.parametrize(
    ("layer", "found"),
    [
        (Identity, set()),
        (Dropout, {"stochastic", "train-differs"}),
        (GlobalDropout, {"global-generator", "stochastic", "train-differs"}),
        (PythonDropout, {"global-generator", "stochastic", "train-differs"}),
        (Halved, {"train-differs"}),
        (Centred, {"batch-coupled"}),
        (Pairs, {"batch-coupled"}),
        (Lookup, {"integer-input"}),
        (Logarithm, {"positive-input"}),
        (Logit, {"unit-interval-input"}),
        (Drawn, {"global-generator"}),
    ],
)
def test_traits_of_a_layer_are_found_out(layer, found):
    assert traits(layer) == found


class DividedByBatch(Identity):
    def updateOutput(self, input):
        self.output = input / len(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / len(input)
        return self.gradInput


class Squeezed(Identity):
    def updateOutput(self, input):
        self.output = 1 * input.squeeze()
        return self.output


class Halving(Identity):
    """Fails in NumPy for one sample."""

    def updateOutput(self, input):
        self.output = 1 * input.reshape(2, -1).reshape(input.shape)
        return self.output


class GradientOfMean(Identity):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput / len(input)
        return self.gradInput


@pytest.mark.parametrize("layer", [DividedByBatch, Squeezed, Halving, GradientOfMean])
def test_only_outputs_of_batches_of_one_size_couple_samples(layer):
    assert traits(layer) == set()
    (report,) = check_component(layer, input=(4, 3), on_fail=None)
    assert report.failures


def test_traits_of_a_notebook_class_are_found_out():
    assert traits(notebook.BatchNormalization) == {"train-differs", "batch-coupled"}
    assert traits(notebook.Dropout) == {"global-generator", "stochastic", "train-differs"}
    assert traits(notebook.Linear, arguments={"n_in": 3, "n_out": 2}) == {"global-generator"}


@pytest.mark.parametrize(
    ("criterion", "found"), [(Squares, set()), (Likelihood, {"unit-interval-input"}), (Summed, set())]
)
def test_traits_of_a_criterion_are_found_out(criterion, found):
    assert traits(criterion, target=TARGETS["one-hot"]) == found


def test_kinks_are_taken_for_granted():
    assert Examination(Case(Identity, input=(4, 3), infers=True)).traits == {"kinks"}


def test_a_batch_of_one_sample_is_no_hindrance():
    assert traits(Dropout, input=(1, 3)) == {"stochastic", "train-differs"}
    assert traits(Identity, input=(1, 3)) == set()


def test_coupling_is_found_out_from_a_batch_of_one_sample():
    assert traits(Centred, input=(1, 3)) == {"batch-coupled"}


def test_traits_that_are_declared_are_kept():
    assert traits(Identity, traits={"stochastic", "changes-mean"}) == {"stochastic", "changes-mean"}
    assert traits(Logarithm, traits={"unit-interval-input"}) == {"unit-interval-input"}
    assert traits(Identity, traits={"positive-input"}) == {"positive-input"}


def test_a_case_that_draws_its_input_has_no_domain():
    def draw(rng, shape, dtype):
        return rng.uniform(5, 6, shape).astype(dtype)

    assert traits(Logarithm, draw=draw) == set()


def test_traits_of_a_component_that_never_runs_are_those_declared():
    class Broken(Identity):
        def updateOutput(self, input):
            raise ValueError("no")

    assert traits(Broken) == set()


def test_traits_are_found_whatever_the_seed():
    for seed in range(5):
        assert traits(Dropout, seed=seed) == {"stochastic", "train-differs"}
        assert traits(Logarithm, seed=seed) == {"positive-input"}
        assert traits(Centred, seed=seed) == {"batch-coupled"}


@pytest.mark.parametrize("layer", [Dropout, GlobalDropout, Halved, Centred, Pairs, Lookup, Logarithm, Logit])
def test_a_right_layer_passes_with_the_traits_that_were_found(layer):
    (report,) = check_component(layer, input=(4, 3), on_fail=None)
    assert not report.failures


def test_a_layer_of_integers_need_have_no_gradInput():
    class Bare(Lookup):
        def updateGradInput(self, input, gradOutput):
            return None

    (report,) = check_component(Bare, input=(4, 3), on_fail=None)
    assert not report.failures


def test_finding_out_leaves_the_global_generators_alone():
    np.random.seed(5)
    random.seed(5)
    assert traits(GlobalDropout)
    assert traits(Drawn)
    drawn = np.random.random(), random.random()
    np.random.seed(5)
    random.seed(5)
    assert (np.random.random(), random.random()) == drawn


@pytest.mark.parametrize("seed", range(4))
def test_a_mask_that_shuts_all_of_some_samples_is_no_reason_for_positive_numbers(seed):
    class MaskedMean(Identity):
        def updateOutput(self, input):
            numbers, mask = input
            kept = mask > 0
            with np.errstate(invalid="ignore"):
                self.output = (numbers * kept).sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
            return self.output

        def updateGradInput(self, input, gradOutput):
            kept = input[1] > 0
            gradInput = gradOutput * kept / np.maximum(kept.sum(axis=1, keepdims=True), 1)
            self.gradInput = gradInput, np.zeros_like(input[1])
            return self.gradInput

    class LogarithmOfOne(Identity):
        def updateOutput(self, input):
            with np.errstate(invalid="ignore"):
                self.output = input[0] * np.log(input[1])
            return self.output

        def updateGradInput(self, input, gradOutput):
            self.gradInput = gradOutput * np.log(input[1]), gradOutput * input[0] / input[1]
            return self.gradInput

    tables = ((8, 3), (8, 3))
    assert "positive-input" not in traits(MaskedMean, input=tables, seed=seed)
    assert "positive-input" in traits(LogarithmOfOne, input=tables, seed=seed)
