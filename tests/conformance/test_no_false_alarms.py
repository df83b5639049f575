"""No correct component is blamed, nor called weak, whatever is drawn: strangers' and ours."""

from __future__ import annotations

import pytest
from seeds import SEEDS
from strangers import STRANGERS

from minnet_core.testing import cases_of, every_case, examine


def failures(subject):
    """What is said against a component: one of its examples for each seed, by turns."""
    found = []
    for seed in SEEDS:
        cases = cases_of(subject, seed=seed)
        found += [result.explanation for result in examine(cases[seed % len(cases)]).findings]
    return found


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda cls: cls.__name__)
def test_a_correct_stranger_is_never_blamed(stranger):
    """Many keep what forward computes in attributes, as the notebook does: right, and for one thread only."""
    assert [told for told in failures(stranger) if " has a weakness: evaluation_is_thread_safe\n" not in told] == []


@pytest.mark.parametrize("name", sorted({case.command.split()[2] for case in every_case()}))
def test_a_registered_component_is_never_blamed(name):
    assert failures(name) == []


def test_there_are_enough_strangers_and_each_says_how_to_try_it():
    assert len(STRANGERS) >= 30
    assert all(cls.EXAMPLES for cls in STRANGERS)
    assert len(SEEDS) >= 5
