from __future__ import annotations

from unittest import SkipTest

import pytest
from attrs import evolve

from minnet_core.registry import Registry
from minnet_core.testing import (
    BoundCheck,
    Case,
    Check,
    ConformanceError,
    Kind,
    check,
    component_checks,
    fail,
    named_check,
    skip,
)
from minnet_test_support.components import Identity

CASE = Case(Identity, input=(4, 3), name="identity")
RECIPE = Kind("recipe", Registry("recipes", lambda: int), lambda cls: issubclass(cls, int))


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


def test_a_check_may_be_about_every_kind_or_about_one_of_a_plugin():
    every, some = check("mine", of=())(len), check("mine", of=[RECIPE, "layer"])(len)
    assert (every.about, some.about) == ("every kind", "recipe, layer")
    assert [every.is_about(kind) for kind in ("layer", "recipe")] == [True, True]
    assert [some.is_about(kind) for kind in ("layer", "recipe", "criterion")] == [True, True, False]


def test_a_check_is_a_function():
    with pytest.raises(TypeError, match="callable"):
        check("mine")("forward_runs")


def bound(check, case=CASE):
    return BoundCheck.of_case(case, check)


def test_what_is_bound_to_a_case_is_still_the_check():
    runner = bound(output_is_new)
    assert isinstance(runner, Check)
    assert (runner.name, runner.proves, repr(runner)) == (output_is_new.name, output_is_new.proves, repr(output_is_new))
    assert (runner.function, runner.family, runner.of, runner.needs, runner.case) == (
        *(output_is_new.function, output_is_new.family, output_is_new.of, output_is_new.needs),
        CASE,
    )


def test_calling_a_check_that_holds_returns_nothing():
    assert bound(output_is_new)() is None
    assert bound(output_is_new)(CASE) is None


def test_every_pair_of_case_and_check_can_be_called():
    pairs = list(component_checks(CASE))
    assert len(pairs) > 40
    for case, runner in pairs[:5]:
        assert runner.case is case
        assert runner(case) is None


def test_calling_a_check_that_fails_raises_an_assertion_error():
    with pytest.raises(ConformanceError, match=r"^identity fails nothing_holds\n  nothing does\n") as caught:
        bound(nothing_holds)()
    assert isinstance(caught.value, AssertionError)
    with pytest.raises(ConformanceError, match=r"raised KeyError: 'lost', at .*test_check.py:"):
        bound(raises)()


def test_a_check_may_be_run_on_another_case_than_its_own():
    with pytest.raises(ConformanceError, match="^another fails nothing_holds"):
        bound(nothing_holds)(evolve(CASE, name="another"))


def test_calling_a_check_that_does_not_apply_skips_the_test():
    with pytest.raises(SkipTest, match="^there is nothing$"):
        bound(nothing_to_prove)()


def test_calling_a_check_runs_what_it_needs():
    with pytest.raises(SkipTest, match="^needs forward_runs, which is skipped: it needs .*is_made, which fails$"):
        bound(output_is_new, Case(_broken, input=(4, 3)))()


def test_calling_a_check_fails_where_the_case_expects_it_to_fail():
    with pytest.raises(ConformanceError, match="^identity fails nothing_holds"):
        bound(nothing_holds, evolve(CASE, expected_failures={"is_made": "which it is not"}))()
    broken = Case(_broken, input=(4, 3), expected_failures={"is_made": "there is no disk"})
    with pytest.raises(ConformanceError, match="raised OSError: no disk"):
        bound(named_check("is_made"), broken)()


def _broken():
    raise OSError("no disk")
