"""Correct components with a habit that a hasty kit would blame."""

from __future__ import annotations

import random

import numpy as np
import pytest

from minnet_core import Criterion, Module, Optimizer
from minnet_core.nn import DOMAINS
from minnet_core.testing import Case, check_component, examine
from minnet_core.testing.selection.targets import TARGETS
from minnet_core.testing.trait_detection import inferred_traits


class Root(Module):
    """Multiplies by the root of a parameter, which has to be positive."""

    PARAMETERS = {"scale": "gradScale"}

    def __init__(self, n):
        super().__init__()
        self.scale, self.gradScale = np.full(n, 2.0), np.zeros(n)

    def updateOutput(self, input):
        if (self.scale <= 0).any():
            raise ValueError("expected positive scales")
        self.output = input * np.sqrt(self.scale).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * np.sqrt(self.scale).astype(input.dtype)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradScale += (gradOutput * input).sum(axis=0) / (2 * np.sqrt(self.scale))


class Dropout(Module):
    def __init__(self, p=0.5, rng=None):
        super().__init__()
        self.p, self.rng = p, np.random.default_rng(rng)

    def draw(self, shape):
        return self.rng.random(shape)

    def updateOutput(self, input):
        kept = self.draw(input.shape) >= self.p if self.training else np.ones(input.shape, bool)
        self.mask = np.where(kept, 1 / (1 - self.p) if self.training else 1, 0).astype(input.dtype)
        self.output = input * self.mask
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.mask
        return self.gradInput


class PythonDropout(Dropout):
    """Holds a generator of Python's."""

    def __init__(self, p=0.5, seed=3):
        super().__init__(p)
        self.rng = random.Random(seed)

    def draw(self, shape):
        return np.array([self.rng.random() for _ in range(int(np.prod(shape)))]).reshape(shape)


class Hinge(Criterion):
    """Negates the target, which booleans and unsigned numbers cannot stand, and need not: -1 is none of them."""

    def updateOutput(self, input, target):
        if not np.isin(target, (-1, 1)).all():
            raise ValueError("expected signs")
        self.output = float(np.maximum(1 - target * input, 0).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = np.where(target * input < 1, (-target).astype(input.dtype), 0) / len(input)
        return self.gradInput


class CrossEntropy(Criterion):
    def updateOutput(self, input, target):
        self.shares = np.exp(input - input.max(axis=1, keepdims=True))
        self.shares /= self.shares.sum(axis=1, keepdims=True)
        peak = input.max(axis=1)
        total = peak + np.log(np.exp(input - peak[:, None]).sum(axis=1))
        self.output = float((total - input[np.arange(len(input)), target]).mean())
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = self.shares.copy()
        self.gradInput[np.arange(len(input)), target] -= 1
        self.gradInput /= len(input)
        return self.gradInput


class Normed(Optimizer):
    """Divides by the norm of all gradients, so that no block can be stepped alone."""

    def step(self):
        parameters, gradients = self.module.flattenParameters()
        self.t += 1
        parameters -= 0.1 * gradients / (1 + np.linalg.norm(gradients))


RANDOM = {"stochastic", "train-differs"}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "case",
    [
        Case(Root, arguments={"n": 3}, input=(4, 3), name="a parameter that must be positive"),
        Case(Dropout, arguments={"p": 0.01}, input=(4, 3), traits=RANDOM, name="dropout that drops hardly ever"),
        Case(PythonDropout, input=(4, 3), traits=RANDOM, name="a generator of Python's"),
        Case(Hinge, input=(4, 3), target=TARGETS["signs"], traits={"kinks"}, name="targets 1 and -1"),
        Case(
            CrossEntropy,
            input=(4, 300),
            target=TARGETS["classes"],
            traits={"integer-target"},
            name="more classes than a byte holds",
        ),
    ],
    ids=lambda case: case.name,
)
def test_nothing_is_blamed_on(case, seed):
    (report,) = check_component(case, seed=seed, on_fail=None)
    assert [result.message for result in report.failures] == []
    assert report.count("passed") > 30


@pytest.mark.parametrize(
    ("component", "known"),
    [
        (Root, {"arguments": {"n": 3}}),
        (Dropout, {"arguments": {"p": 0.01}}),
        (PythonDropout, {}),
        (Hinge, {}),
        (CrossEntropy, {"target": "classes", "input": (4, 300)}),
    ],
)
def test_nothing_is_blamed_on_it_where_its_traits_are_found_out(component, known):
    (report,) = check_component(component, **{"input": (4, 3), **known}, on_fail=None)
    assert [result.message for result in report.failures] == []


def test_an_optimizer_that_sees_all_parameters_at_once_is_not_tried_on_blocks():
    report = examine(Case(Normed, input=(4, 3)))
    assert [result.message for result in report.failures] == []
    (result,) = [result for result in report if result.check == "many_parameters_are_stepped_like_few"]
    assert (result.status, result.message) == ("skipped", "it defines step itself, to see all parameters at once")


class PoissonNLL(Criterion):
    """Refuses what is negative, and gives its gradient the dtype of its input."""

    def updateOutput(self, input, target):
        self.output = float((input - target * np.log(input)).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = ((1 - target / input) / len(input)).astype(input.dtype)
        return self.gradInput


class Root10(Module):
    """The tenth root: of integers too, but it can be differentiated."""

    def updateOutput(self, input):
        self.output = (input + 0.1) ** 0.1
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * 0.1 * (input + 0.1) ** -0.9
        return self.gradInput


class Lookup(Module):
    """Truncates its input, and looks a number up: only integers are meant."""

    def updateOutput(self, input):
        if np.min(input) < 0:
            raise IndexError("expected an index")
        self.output = np.arange(40.0)[input.astype(int)]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros(input.shape, gradOutput.dtype)
        return self.gradInput


@pytest.mark.parametrize(
    ("case", "domain"),
    [
        (Case(PoissonNLL, input=(4, 3), target=TARGETS["binary"], infers=True), "positive-input"),
        (Case(Root10, input=(4, 3), infers=True), "positive-input"),
        (Case(Lookup, input=(4, 3), infers=True), "integer-input"),
    ],
    ids=["PoissonNLL", "Root10", "Lookup"],
)
def test_integers_are_meant_only_where_small_changes_change_nothing(case, domain):
    assert inferred_traits(case) & DOMAINS == {domain}
