from __future__ import annotations

import random
import sys

import numpy as np
import pytest

from minnet_core import Sequential
from minnet_core.testing import (
    Case,
    ConformanceError,
    all_checks,
    check_component,
    checks_for,
    component_checks,
    examine,
)
from minnet_test_support.components import Down, Identity, Squares


class Wrong(Identity):
    def updateGradInput(self, input, gradOutput):
        self.gradInput = -gradOutput
        return self.gradInput


CASES = {
    "layer": Case(Identity, input=(4, 3)),
    "criterion": Case(Squares, input=(4, 3), target=lambda rng, shape, dtype: rng.standard_normal(shape).astype(dtype)),
    "optimizer": Case(Down, input=(4, 3)),
}


def test_checks_have_names_of_their_own_and_say_what_they_prove():
    names = [check.name for check in all_checks()]
    assert len(set(names)) == len(names) > 60
    for check in all_checks():
        assert check.proves.endswith(".")
        assert "`" not in check.proves
        assert set(check.needs) <= set(names)


def test_a_component_that_cannot_be_made_stops_every_check_of_its_kind():
    by_name = {check.name: check for check in all_checks()}

    def needed(check, kind):
        """What a check needs of a kind, directly or not; a need that is about other kinds stops nothing."""
        needs = [by_name[need] for need in check.needs if by_name[need].is_about(kind)]
        return {check.name}.union(*(needed(each, kind) for each in needs))

    for check in all_checks():
        for kind in check.of or CASES:
            assert "is_made" in needed(check, kind), f"{check.name} of a {kind}"


@pytest.mark.parametrize("kind", CASES)
def test_a_right_component_passes_the_checks_of_its_kind(kind):
    case = CASES[kind]
    chosen = list(checks_for(case))
    assert chosen == [check for check in all_checks() if check.is_about(kind)]
    report = examine(case)
    assert [result.check for result in report] == [check.name for check in chosen]
    assert not report.failures
    assert report.count("passed") > 8


def test_the_checks_of_a_component_that_cannot_be_made_are_one():
    for factory in (lambda: 3, lambda: 1 / 0, lambda: sys.exit(3)):
        assert [check.name for check in checks_for(Case(factory, input=(4, 3)))] == ["is_made"]


def test_every_case_is_yielded_with_every_check():
    pairs = list(component_checks(CASES["layer"], Down, seed=3))
    assert {case.name for case, _ in pairs} == {"Identity", "Down"}
    assert {case.seed for case, _ in pairs} == {3}
    expected = [check.name for check in checks_for(CASES["optimizer"])]
    assert [check.name for case, check in pairs if case.name == "Down"] == expected


def test_a_report_for_every_case_is_returned():
    reports = check_component(Sequential, Down, checks=["is_made"])
    assert [report.case for report in reports] == ["Sequential", "Down"]
    assert [len(report.results) for report in reports] == [1, 1]


def test_a_failure_is_raised_warned_of_or_only_reported():
    case = Case(Wrong, input=(4, 3))
    with pytest.raises(ConformanceError, match="^Wrong fails 1 of 1 checks\n\nWrong fails gradInput_is_the_slope\n"):
        check_component(case, checks=["gradInput_is_the_slope"])
    with pytest.warns(UserWarning, match="Wrong fails 1 of 1 checks") as caught:
        (report,) = check_component(case, checks=["gradInput_is_the_slope"], on_fail="warn")
    assert caught[0].filename == __file__
    (again,) = check_component(case, checks=["gradInput_is_the_slope"], on_fail=None)
    assert [result.status for result in again] == [result.status for result in report] == ["failed"]


def test_a_check_that_does_not_exist_suggests_one_that_does():
    for name, hint in (
        ("gradInput_is_slope", "did you mean 'gradInput_is_the_slope' or "),
        ("zzz", "see: minnet check --list"),
    ):
        with pytest.raises(ValueError, match=f"^there is no check '{name}'; {hint}"):
            check_component(Identity, input=(4, 3), checks=[name])


def test_global_generators_are_left_alone():
    class Draws(Identity):
        def __init__(self):
            super().__init__()
            np.random.standard_normal(3)
            random.random()

    np.random.seed(3)
    random.seed(3)
    check_component(Case(Draws, input=(4, 3)), on_fail=None)
    check_component(Draws, input=(4, 3), on_fail=None)
    drawn = np.random.random(), random.random()
    np.random.seed(3)
    random.seed(3)
    assert (np.random.random(), random.random()) == drawn


def test_the_same_seed_gives_the_same_report():
    case = Case(Wrong, input=(4, 3), seed=2)
    assert examine(case).to_dict() == examine(case).to_dict()


def test_a_check_that_is_about_another_kind_is_no_failure():
    for kind, name in (
        ("criterion", "modes_reach_every_module"),
        ("optimizer", "forward_runs"),
        ("layer", "step_runs"),
    ):
        report = examine(CASES[kind], [name])
        assert not report.failures


def test_a_component_that_exits_ends_nothing_where_traits_are_found_out():
    class Exits(Identity):
        def updateOutput(self, input):
            sys.exit(3)

    (report,) = check_component(Exits, input=(4, 3), checks=["forward_runs"], on_fail=None)
    assert report.count("failed") == 1
