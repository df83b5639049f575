"""Every registered component passes the kit, and as many checks really run as are written down here."""

from __future__ import annotations

from collections import Counter

import pytest

from minnet_core.testing import OWN_KINDS, checks_for, every_case, examine
from minnet_core.testing.checks import OWN_CHECKS

EXPECTED = {
    "minnet-core:Sequential": (81, 14),
    "minnet-layers:BatchNormalization --example 0": (67, 28),
    "minnet-layers:BatchNormalization --example 1": (66, 29),
    "minnet-layers:ChannelwiseScaling --example 0": (87, 8),
    "minnet-layers:ChannelwiseScaling --example 1": (85, 10),
    "minnet-layers:Dropout --example 0": (71, 24),
    "minnet-layers:Dropout --example 1": (70, 25),
    "minnet-layers:ELU --example 0": (64, 31),
    "minnet-layers:ELU --example 1": (64, 31),
    "minnet-layers:LeakyReLU --example 0": (64, 31),
    "minnet-layers:LeakyReLU --example 1": (64, 31),
    "minnet-layers:Linear --example 0": (86, 9),
    "minnet-layers:Linear --example 1": (84, 11),
    "minnet-layers:LogSoftMax --example 0": (65, 30),
    "minnet-layers:LogSoftMax --example 1": (64, 31),
    "minnet-layers:ReLU": (64, 31),
    "minnet-layers:SoftMax --example 0": (65, 30),
    "minnet-layers:SoftMax --example 1": (64, 31),
    "minnet-layers:SoftPlus": (64, 31),
    "minnet-swish:Swish --example 0": (64, 31),
    "minnet-swish:Swish --example 1": (65, 30),
    "minnet-criterions:ClassNLLCriterion --example 0": (41, 15),
    "minnet-criterions:ClassNLLCriterion --example 1": (40, 16),
    "minnet-criterions:ClassNLLCriterionUnstable --example 0": (40, 16),
    "minnet-criterions:ClassNLLCriterionUnstable --example 1": (40, 16),
    "minnet-criterions:MSECriterion": (48, 8),
    "minnet-optimizers:Adagrad --example 0": (19, 0),
    "minnet-optimizers:Adagrad --example 1": (18, 1),
    "minnet-optimizers:Adam --example 0": (19, 0),
    "minnet-optimizers:Adam --example 1": (18, 1),
    "minnet-optimizers:AdamW": (19, 0),
    "minnet-optimizers:RMSprop --example 0": (19, 0),
    "minnet-optimizers:RMSprop --example 1": (18, 1),
    "minnet-optimizers:SGD --example 0": (18, 1),
    "minnet-optimizers:SGD --example 1": (18, 1),
    "minnet-optimizers:SGD --example 2": (18, 1),
}
"""Case -> how many checks pass, and how many have nothing to prove."""


def outcomes(case):
    """How many checks of the core pass and are skipped; plugins may add others."""
    own = set(OWN_CHECKS)
    report = examine(case, [check.name for check in checks_for(case) if check in own])
    assert report.findings == (), report.findings[0].explanation
    return report.count("passed"), report.count("skipped")


CASES = {case.command.removeprefix("minnet check "): case for case in every_case(kinds=OWN_KINDS)}


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
