"""What the counterparts that ``EXAMPLES`` name in PyTorch compute: the same, of ours and of strangers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from minnet_core.testing import OWN_KINDS, all_checks, cases_of, every_case, examine

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))

from strangers import STRANGERS  # which the line above makes importable

SEEDS = range(int(os.environ.get("CONFORMANCE_SEEDS", "4")))
CHECKS = [check.name for check in all_checks() if check.family == "reference"]
WITH_REFERENCE = {
    f"{case.name}-{index}": case
    for index, case in enumerate([*every_case(kinds=OWN_KINDS), *cases_of(*STRANGERS)])
    if case.reference is not None
}
UNPROVEN = {
    "Add",
    "CAdd",
    "CMul",
    *("Bottle", "CMaxTable", "CMinTable", "Concat", "ConcatTable", "FlattenTable", "GradientReversal", "JoinTable"),
    *("MapTable", "NarrowTable", "ParallelTable", "Replicate", "SelectTable"),
    "ChannelwiseScaling",
    "ClassNLLCriterionUnstable",
    "Cosine",
    "DiceCriterion",
    "Euclidean",
    "FocalCriterion",
    "GaussianNLLCriterion",
    "GaussianNoise",
    "GlobalAvgPool2d",
    "GlobalMaxPool2d",
    "Graph",
    "HardSigmoid",
    "LogCoshCriterion",
    "MarginCriterion",
    "Maxout",
    "Mul",
    "MultiCriterion",
    "ParallelCriterion",
    "QuantileCriterion",
    "Residual",
    "Sequential",
    "WeightedMSECriterion",
}
"""Registered layers and criterions with no counterpart in PyTorch, or one that is not as near as the check demands, or
that takes its arguments in another order.

The other tests of this folder compare them.
"""


@pytest.mark.parametrize("name", WITH_REFERENCE)
def test_a_component_is_its_counterpart(name):
    for seed in SEEDS:
        report = examine(*cases_of(WITH_REFERENCE[name], seed=seed), CHECKS)
        assert report.failures == (), report.failures[0].explanation
        assert report.count("passed") >= 3


def test_the_checks_come_from_the_plugin_and_there_is_something_to_compare():
    assert len(CHECKS) == 6
    assert len(WITH_REFERENCE) >= 40


def test_every_layer_and_criterion_of_ours_names_its_counterpart():
    ours = [case for case in every_case(kinds=OWN_KINDS) if "minnet-optimizers" not in case.command]
    named = {case.factory.__name__ for case in ours if case.reference is not None}
    assert {case.factory.__name__ for case in ours} - named == UNPROVEN
