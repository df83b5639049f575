from __future__ import annotations

from unittest import SkipTest

import pytest
from attrs import evolve

from minnet_core import Module
from minnet_core.testing import Case, Check, ConformanceError, all_checks, check, fail, skip


class Identity(Module):
    def updateOutput(self, input):
        self.output = input.copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.copy()
        return self.gradInput


CASE = Case(Identity, input=(4, 3), name="identity")


@check("mine", needs=["forward_runs"])
def output_is_new(trial):
    """``forward`` gives an array
    of its own, `not` the input.

    This is not of the summary.
    """


@check("mine", of=["layer"])
def nothing_holds(trial):
    """All is well."""
    fail("nothing does")


@check("mine")
def nothing_to_prove(trial):
    skip("there is nothing")


@check("mine")
def raises(trial):
    raise KeyError("lost")


def test_a_check_is_named_for_its_function_and_says_what_it_proves():
    assert isinstance(output_is_new, Check)
    assert output_is_new.name == "output_is_new"
    assert output_is_new.proves == "forward gives an array of its own, not the input."
    assert nothing_to_prove.proves == ""
    assert repr(nothing_holds) == "<check nothing_holds>"


def test_a_check_knows_its_family_its_kinds_and_its_needs():
    assert (output_is_new.family, output_is_new.of, output_is_new.needs) == (
        "mine",
        ("layer", "criterion"),
        ("forward_runs",),
    )
    assert (nothing_holds.of, nothing_holds.needs) == (("layer",), ())


@pytest.mark.parametrize("of", [["layers"], ["layer", "model"], "layer"])
def test_a_kind_that_does_not_exist_is_an_error(of):
    with pytest.raises(ValueError, match="must be in"):
        check("mine", of=of)(lambda trial: None)


def test_a_check_is_a_function():
    with pytest.raises(TypeError, match="callable"):
        check("mine")("forward_runs")


def test_calling_a_check_that_holds_returns_nothing():
    assert output_is_new(CASE) is None


def test_calling_a_check_that_fails_raises_an_assertion_error():
    with pytest.raises(ConformanceError, match=r"^identity fails nothing_holds\n  nothing does\n") as caught:
        nothing_holds(CASE)
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(ConformanceError, match=r"raised KeyError: 'lost', at .*test_check.py:"):
        raises(CASE)


def test_calling_a_check_that_does_not_apply_skips_the_test():
    with pytest.raises(SkipTest, match="^there is nothing$"):
        nothing_to_prove(CASE)


def test_calling_a_check_runs_what_it_needs():
    with pytest.raises(SkipTest, match="^needs forward_runs, which is skipped: it needs .*is_made, which fails$"):
        output_is_new(Case(_broken, input=(4, 3)))


def test_calling_a_check_fails_where_the_case_expects_it_to_fail():
    with pytest.raises(ConformanceError, match="^identity fails nothing_holds"):
        nothing_holds(evolve(CASE, expected_failures={"is_made": "which it is not"}))
    (is_made,) = [check for check in all_checks() if check.name == "is_made"]
    with pytest.raises(ConformanceError, match="raised OSError: no disk"):
        is_made(Case(_broken, input=(4, 3), expected_failures={"is_made": "there is no disk"}))


def _broken():
    raise OSError("no disk")
