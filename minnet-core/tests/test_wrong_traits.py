from __future__ import annotations

import numpy as np
import pytest
from attrs import evolve

from minnet_core import Module
from minnet_core.testing import Case, checks_for, examine
from minnet_core.testing.selection.targets import TARGETS
from minnet_test_support.components import Centred, Classes, Dropout, GlobalDropout, Halved, Squares

FAMILY = "traits"


class Elementwise(Module):
    """A function with its derivative."""

    def __init__(self, f=np.array, slope=np.ones_like):
        super().__init__()
        self.f, self.slope = f, slope

    def updateOutput(self, input):
        self.output = self.f(input)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput * self.slope(input)
        return self.gradInput


class Shrinking(Dropout):
    SCALE = 1


class Absolute(Squares):
    def updateOutput(self, input, target):
        self.output = float(np.abs(input - target).sum() / len(input))
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = (np.sign(input - target) / len(input)).astype(input.dtype)
        return self.gradInput


def relu():
    return Elementwise(lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(x.dtype))


def logarithm():
    return Elementwise(np.log, lambda x: 1 / x)


def lookup():
    table = np.arange(12.0).reshape(4, 3)
    return Elementwise(lambda x: table[x], lambda x: np.zeros((*x.shape, 3)))


def case(factory, *traits, **known):
    return Case(factory, input=(4, 3), traits=traits, name="it", **known)


RIGHT = {
    "none": case(Elementwise),
    "stochastic": case(Dropout, "stochastic", "train-differs"),
    "global": case(GlobalDropout, "stochastic", "train-differs", "global-generator"),
    "changes-mean": case(Shrinking, "stochastic", "train-differs", "changes-mean"),
    "train-differs": case(Halved, "train-differs"),
    "batch-coupled": case(Centred, "batch-coupled"),
    "kinks": case(relu, "kinks"),
    "positive-input": case(logarithm, "positive-input"),
    "unit-interval-input": case(Elementwise, "unit-interval-input"),
    "probability-input": case(Elementwise, "probability-input"),
    "log-probability-input": case(Elementwise, "log-probability-input"),
    "criterion": case(Squares, target=TARGETS["real"]),
    "kinked criterion": case(Absolute, "kinks", target=TARGETS["real"]),
    "integer-target": case(Classes, "integer-target", target=TARGETS["classes"]),
}


def failed(wrong, family=None):
    """The checks, those of a family or all, that a case fails, with what is found."""
    names = [check.name for check in checks_for(wrong) if family in (None, check.family)]
    return {result.check: result.message.splitlines()[1].strip() for result in examine(wrong, names).findings}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", [0, 1])
def test_right_traits_are_right_whatever_the_seed(name, seed):
    assert failed(evolve(RIGHT[name], seed=seed), FAMILY) == {}


@pytest.mark.parametrize(
    ("trait", "check", "message"),
    [
        ("stochastic", "stochastic_is_declared_rightly", "its training passes draw none"),
        ("global-generator", "global_generator_is_declared_rightly", "it draws from none"),
        ("train-differs", "train_differs_is_declared_rightly", "its two modes give the same"),
        ("batch-coupled", "batch_coupling_is_declared_rightly", "each sample alone gives what it gives in a batch"),
        ("kinks", "kinks_are_declared_rightly", "none is found along lines through its inputs"),
    ],
)
def test_a_trait_that_is_declared_and_does_not_hold_is_told(trait, check, message):
    assert failed(case(Elementwise, trait), FAMILY) == {check: f"declared {trait!r}, but {message}"}


@pytest.mark.parametrize(
    ("right", "trait", "check", "message"),
    [
        ("stochastic", "stochastic", "stochastic_is_declared_rightly", "its training passes draw random numbers"),
        ("train-differs", "train-differs", "train_differs_is_declared_rightly", "its two modes give different results"),
        ("kinks", "kinks", "kinks_are_declared_rightly", "there is one at "),
        ("kinked criterion", "kinks", "kinks_are_declared_rightly", "there is one at "),
        ("integer-target", "integer-target", "inputs_are_of_the_declared_domain", "its targets are integers"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_trait_that_holds_and_is_not_declared_is_told(right, trait, check, message, seed):
    wrong = evolve(RIGHT[right], traits=RIGHT[right].traits - {trait}, seed=seed)
    found = failed(wrong, FAMILY)
    assert found.keys() == {check}
    assert found[check].startswith(f"not declared {trait!r}, but {message}")
    assert found[check].endswith("; add it to traits, if it is meant")


@pytest.mark.parametrize(
    ("right", "trait", "check"),
    [
        ("global", "global-generator", "the_global_generator_is_left_alone"),
        ("batch-coupled", "batch-coupled", "samples_are_independent"),
        ("changes-mean", "changes-mean", "the_mean_is_preserved"),
    ],
)
def test_a_trait_that_holds_and_is_not_declared_fails_another_check(right, trait, check):
    wrong = evolve(RIGHT[right], traits=RIGHT[right].traits - {trait})
    assert [result.check for result in examine(wrong, [check]).findings] == [check]
    assert not examine(RIGHT[right], [check]).findings


def test_integer_targets_that_are_declared_and_are_none_are_told():
    wrong = evolve(RIGHT["criterion"], traits={"integer-target"})
    assert failed(wrong, FAMILY) == {
        "inputs_are_of_the_declared_domain": "declared 'integer-target', but its targets are no integers"
    }


@pytest.mark.parametrize(
    ("trait", "drawn", "problem"),
    [
        ("integer-input", 0.5, "the numbers are no integers"),
        ("positive-input", 0.0, "some numbers are not positive"),
        ("unit-interval-input", 1.5, "some numbers are not from 0 to 1"),
        ("unit-interval-input", -0.1, "some numbers are not from 0 to 1"),
        ("probability-input", 1.5, "some numbers are not from 0 to 1"),
        ("probability-input", 0.5, "the probabilities do not sum to 1 along the last axis"),
        ("log-probability-input", 0.0, "the probabilities do not sum to 1 along the last axis"),
    ],
)
def test_an_input_that_is_drawn_outside_of_the_declared_domain_is_told(trait, drawn, problem):
    wrong = case(Elementwise, trait, draw=lambda rng, shape, dtype: np.full(shape, drawn, dtype))
    assert failed(wrong, FAMILY) == {
        "inputs_are_of_the_declared_domain": f"input, shape (4, 3): {problem}, and the case declares {trait}"
    }


def test_an_input_of_integers_where_real_numbers_are_declared_is_told():
    def draw(rng, shape, dtype):
        return rng.integers(1, 3, shape)

    found = failed(case(Elementwise, "positive-input", draw=draw), FAMILY)
    (message,) = found.values()
    assert message == "input: expected floating numbers of the domain positive-input, received int64"


@pytest.mark.parametrize("factory", [logarithm, lookup])
def test_a_domain_that_is_not_declared_makes_the_component_fail(factory):
    assert failed(case(factory))


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: np.tanh(10 * x), lambda x: 10 / np.cosh(10 * x) ** 2),
        (lambda x: np.exp(-(x**2)), lambda x: -2 * x * np.exp(-(x**2))),
        (np.sin, np.cos),
        (np.exp, np.exp),
        (lambda x: np.logaddexp(0, 20 * x), lambda x: 20 / (1 + np.exp(-20 * x))),
    ],
)
def test_a_smooth_function_has_no_kink_to_declare(f, slope):
    for seed in range(2):
        assert failed(evolve(case(lambda: Elementwise(f, slope)), seed=seed), FAMILY) == {}


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (np.abs, np.sign),
        (lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: (np.abs(x) < 3) / 6),
        (lambda x: np.where(x > 0, x, 0.99 * x), lambda x: np.where(x > 0, 1, 0.99)),
        (lambda x: np.maximum(x - 4, 0) + np.sin(x), lambda x: (x > 4) + np.cos(x)),
    ],
)
def test_a_kink_is_found_wherever_it_is(f, slope):
    for seed in range(2):
        found = failed(evolve(case(lambda: Elementwise(f, slope)), seed=seed), FAMILY)
        assert found.keys() == {"kinks_are_declared_rightly"}


@pytest.mark.parametrize("name", RIGHT)
def test_traits_that_were_found_out_are_not_held_against_anyone(name):
    given = {"probability-input", "log-probability-input", "changes-mean"}  # which cannot be found out
    found_out = evolve(RIGHT[name], traits=RIGHT[name].traits & given, infers=True)
    assert failed(found_out, FAMILY) == {}


@pytest.mark.parametrize(
    ("trait", "check"),
    [
        ("stochastic", "stochastic_is_declared_rightly"),
        ("global-generator", "global_generator_is_declared_rightly"),
        ("train-differs", "train_differs_is_declared_rightly"),
        ("batch-coupled", "batch_coupling_is_declared_rightly"),
        ("kinks", "kinks_are_declared_rightly"),
    ],
)
def test_a_trait_that_is_given_is_verified_where_others_are_found_out(trait, check):
    assert failed(evolve(case(Elementwise, trait), infers=True), FAMILY).keys() == {check}


def test_kinks_are_not_looked_for_where_randomness_is_declared_wrongly():
    wrong = examine(case(Elementwise, "kinks", "stochastic"), ["kinks_are_declared_rightly"])
    assert {result.check: result.status for result in wrong} == {
        "stochastic_is_declared_rightly": "failed",
        "kinks_are_declared_rightly": "skipped",
    }


def test_a_mean_that_is_declared_to_change_and_does_not_is_told():
    wrong = evolve(RIGHT["stochastic"], traits=RIGHT["stochastic"].traits | {"changes-mean"})
    assert failed(wrong)
