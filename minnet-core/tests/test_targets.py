from __future__ import annotations

import warnings

import numpy as np
import pytest

from minnet_core import Criterion
from minnet_core.testing import Case, cases_of
from minnet_core.testing.selection.targets import TARGETS, guessed_target
from minnet_test_support import components
from minnet_test_support.components import Classes


class Squares(components.Squares):
    """Wants a number for each of the input."""

    def updateOutput(self, input, target):
        assert target.shape == input.shape, "expected a number for each"
        return super().updateOutput(input, target)


class OneHot(Squares):
    def updateOutput(self, input, target):
        if not ((target == 1).sum(axis=1) == 1).all() or (target.sum(axis=1) != 1).any():
            raise ValueError("expected one class")
        return super().updateOutput(input, target)


class Dense(Squares):
    def updateOutput(self, input, target):
        if (target == 0).any():
            raise ValueError("expected no zeros")
        return super().updateOutput(input, target)


class Signs(Squares):
    def updateOutput(self, input, target):
        if (np.abs(target) != 1).any():
            raise ValueError("expected signs")
        return super().updateOutput(input, target)


class Bits(Squares):
    def updateOutput(self, input, target):
        if not np.isin(target, (0, 1)).all() or target.sum() == len(target):
            raise ValueError("expected bits")
        return super().updateOutput(input, target)


@pytest.mark.parametrize(
    ("criterion", "kind"),
    [
        (Squares, "one-hot"),
        (OneHot, "one-hot"),
        (Classes, "classes"),
        (Dense, "real"),
        (Bits, "binary"),
        (Signs, "signs"),
    ],
)
def test_the_first_kind_that_the_criterion_takes_is_guessed(criterion, kind):
    case = Case(criterion, input=(6, 4), infers=True)
    guessed = guessed_target(case)
    assert (guessed.target, guessed.guess) == (TARGETS[kind], f"its target is taken to be {kind}")
    assert (guessed.traits, guessed.infers) == (case.traits, True)
    (made,) = cases_of(criterion, input=(6, 4))
    assert (made.target, made.guess) == (TARGETS[kind], guessed.guess)


def test_a_kind_whose_loss_is_not_finite_is_not_taken():
    class Fussy(Dense):
        def updateOutput(self, input, target):
            return np.nan if (target == 0).any() else super().updateOutput(input, target)

    assert guessed_target(Case(Fussy, input=(6, 4))).target is TARGETS["real"]


def test_a_kind_whose_loss_is_no_number_is_not_taken():
    class PerSample(Squares):
        def updateOutput(self, input, target):
            loss = super().updateOutput(input, target)
            return loss if (target < 0).any() else np.array([loss])

    assert guessed_target(Case(PerSample, input=(6, 4))).target is TARGETS["real"]


def test_a_kind_whose_backward_fails_is_not_taken():
    class Half(Squares):
        def updateGradInput(self, input, target):
            if not (target < 0).any():
                raise IndexError("no")
            return super().updateGradInput(input, target)

    assert guessed_target(Case(Half, input=(6, 4))).target is TARGETS["real"]


def test_a_criterion_that_takes_none_is_an_error_that_says_what_became_of_each():
    class Nothing(Criterion):
        def updateOutput(self, input, target):
            raise (KeyError("weights") if target.ndim == 2 else IndexError("columns"))

    with pytest.raises(
        ValueError, match="name the one it takes by --target, and the inputs it takes by --trait, or declare"
    ) as caught:
        cases_of(Nothing, input=(4, 3))
    message = str(caught.value)
    assert message.startswith(
        "Nothing: expected a criterion that takes a target of one of the kinds one-hot, classes, real, binary, signs"
    )
    told = "(one-hot, real, binary, signs: KeyError: 'weights'; classes: IndexError: columns)"
    assert told in message


def test_a_criterion_that_cannot_be_made_is_an_error_that_says_why():
    class Broken(Squares):
        def __init__(self, needed):
            super().__init__()

    with pytest.raises(ValueError, match=r"Broken: its constructor needs needed, received {}; --args"):
        cases_of(Broken, input=(4, 3))


@pytest.mark.parametrize("kind", TARGETS)
def test_targets_are_drawn_by_seed_and_shape(kind):
    draw = TARGETS[kind]
    target = draw(np.random.default_rng(0), (50, 4), np.float32)
    np.testing.assert_array_equal(target, draw(np.random.default_rng(0), (50, 4), np.float32))
    assert not np.array_equal(target, draw(np.random.default_rng(1), (50, 4), np.float32))
    if kind == "classes":
        assert (target.shape, target.dtype.kind, set(target)) == ((50,), "i", {0, 1, 2, 3})
        return
    assert (target.shape, target.dtype) == ((50, 4), np.float32)
    if kind == "one-hot":
        assert (target.sum(axis=1) == 1).all()
    if kind != "real":
        assert set(np.unique(target)) == ({-1, 1} if kind == "signs" else {0, 1})


def test_a_target_is_looked_up_by_name():
    (case,) = cases_of(Squares, input=(4, 3), target="signs")
    assert case.target == TARGETS["signs"]
    message = r"^expected a target among one-hot, classes, real, binary, signs, .*, received 'reel'; did you mean 're"
    with pytest.raises(ValueError, match=message):
        cases_of(Squares, input=(4, 3), target="reel")


def test_warnings_that_others_turn_into_errors_do_not_matter():
    class Loud(Squares):
        def updateOutput(self, input, target):
            np.exp(np.float64(1000))
            return super().updateOutput(input, target)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert guessed_target(Case(Loud, input=(4, 3))).target is TARGETS["one-hot"]


def test_a_criterion_that_takes_positive_numbers_alone_is_given_a_target():
    class Likelihood(Criterion):
        def updateOutput(self, input, target):
            with np.errstate(invalid="ignore"):
                self.output = -float((target * np.log(input)).sum() / len(input))
            return self.output

        def updateGradInput(self, input, target):
            self.gradInput = -target / input / len(input)
            return self.gradInput

    (case,) = cases_of(Likelihood, input=(4, 3))
    assert case.target is TARGETS["one-hot"]
