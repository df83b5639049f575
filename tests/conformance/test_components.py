"""Every registered component passes the kit, and as many checks really run as are written down here."""

from __future__ import annotations

from collections import Counter

import pytest

from minnet_core.testing import checks_for, every_case, examine
from minnet_core.testing.kit import own_checks

EXPECTED = {
    "minnet-core:Sequential": (50, 18),
    "minnet-layers:BatchNormalization --example 0": (51, 17),
    "minnet-layers:BatchNormalization --example 1": (50, 18),
    "minnet-layers:ChannelwiseScaling --example 0": (64, 4),
    "minnet-layers:ChannelwiseScaling --example 1": (62, 6),
    "minnet-layers:Dropout --example 0": (55, 13),
    "minnet-layers:Dropout --example 1": (53, 15),
    "minnet-layers:ELU --example 0": (50, 18),
    "minnet-layers:ELU --example 1": (50, 18),
    "minnet-layers:LeakyReLU --example 0": (50, 18),
    "minnet-layers:LeakyReLU --example 1": (50, 18),
    "minnet-layers:Linear --example 0": (64, 4),
    "minnet-layers:Linear --example 1": (62, 6),
    "minnet-layers:LogSoftMax --example 0": (51, 17),
    "minnet-layers:LogSoftMax --example 1": (50, 18),
    "minnet-layers:ReLU": (50, 18),
    "minnet-layers:SoftMax --example 0": (51, 17),
    "minnet-layers:SoftMax --example 1": (50, 18),
    "minnet-layers:SoftPlus": (50, 18),
    "minnet-swish:Swish --example 0": (50, 18),
    "minnet-swish:Swish --example 1": (51, 17),
    "minnet-criterions:ClassNLLCriterion --example 0": (34, 10),
    "minnet-criterions:ClassNLLCriterion --example 1": (32, 12),
    "minnet-criterions:ClassNLLCriterionUnstable --example 0": (33, 11),
    "minnet-criterions:ClassNLLCriterionUnstable --example 1": (32, 12),
    "minnet-criterions:MSECriterion": (39, 5),
    "minnet-optimizers:Adagrad --example 0": (13, 0),
    "minnet-optimizers:Adagrad --example 1": (12, 1),
    "minnet-optimizers:Adam --example 0": (13, 0),
    "minnet-optimizers:Adam --example 1": (12, 1),
    "minnet-optimizers:AdamW": (13, 0),
    "minnet-optimizers:RMSprop --example 0": (13, 0),
    "minnet-optimizers:RMSprop --example 1": (12, 1),
    "minnet-optimizers:SGD --example 0": (13, 0),
    "minnet-optimizers:SGD --example 1": (12, 1),
    "minnet-optimizers:SGD --example 2": (12, 1),
}
"""Case -> how many checks pass, and how many have nothing to prove."""


def outcomes(case):
    """How many checks of the core pass and are skipped; plugins may add others."""
    own = set(own_checks())
    report = examine(case, [check.name for check in checks_for(case) if check in own])
    assert report.failures == (), report.failures[0].explanation
    return report.count("passed"), report.count("skipped")


CASES = {case.command.removeprefix("minnet check "): case for case in every_case()}


@pytest.mark.parametrize("name", CASES)
def test_a_component_passes_as_many_checks_as_expected(name):
    assert outcomes(CASES[name]) == EXPECTED[name]


def test_every_component_of_every_distribution_is_among_them():
    assert sorted(CASES) == sorted(EXPECTED)
    assert Counter(name.partition(":")[0] for name in CASES).keys() == {
        "minnet-core",
        "minnet-layers",
        "minnet-criterions",
        "minnet-optimizers",
        "minnet-swish",
    }
