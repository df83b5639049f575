"""Every mutant is killed by the check that it names, and every check kills one: the kit finds what it says it finds."""

from __future__ import annotations

from collections import Counter

import pytest
from mutants import MUTANTS

from minnet_core.testing import cases_of, examine
from minnet_core.testing.checks import OWN_CHECKS, named_check

SEEDS = (0, 1, 2)

ABOUT_A_DECLARATION = {
    "batch_coupling_is_declared_rightly",
    "changes_mean_is_declared_rightly",
    "global_generator_is_declared_rightly",
}
"""Checks that have something to prove only where a trait is declared, which the mutants do and the correct do not."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_check_that_it_names_kills_it(mutant):
    for seed in SEEDS:
        reports = [examine(case, [mutant.killed_by]) for case in mutant.cases(seed)]
        outcomes = [result for report in reports for result in report]
        assert any(result.status == "failed" for result in outcomes), [(r.status, r.message) for r in outcomes]
        if mutant.killed_by != "is_made":
            assert not any("raised NameError" in result.message for result in outcomes), (
                "it is a typo rather than a bug"
            )


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_without_its_bug_it_passes_that_check(mutant):
    results = [result for case in cases_of(mutant.of) for result in examine(case, [mutant.killed_by])]
    bad = ("failed", "unexpected pass", "weakness")
    assert not any(result.outcome in bad for result in results), [result.message for result in results]
    if mutant.killed_by not in ABOUT_A_DECLARATION:
        assert any(result.status == "passed" for result in results), [result.message for result in results]


@pytest.mark.parametrize("check", OWN_CHECKS, ids=lambda check: check.name)
def test_every_check_kills_a_mutant(check):
    assert check.name in {mutant.killed_by for mutant in MUTANTS}, f"{check.name} proves nothing"


def test_every_mutant_names_a_check():
    for mutant in MUTANTS:
        named_check(mutant.killed_by)


def test_there_are_enough_mutants_and_each_is_another():
    assert len(MUTANTS) >= 150
    assert Counter(mutant.name for mutant in MUTANTS).most_common(1)[0][1] == 1
    assert Counter((mutant.of, mutant.edit) for mutant in MUTANTS).most_common(1)[0][1] == 1
