"""Every registered component passes the kit, and as many checks really run as are written down here."""

from __future__ import annotations

from collections import Counter

import pytest

from minnet_core.testing import checks_for, every_case, examine
from minnet_core.testing.checks import OWN_CHECKS

EXPECTED = {
    "minnet-core:Sequential": (78, 13),
    "minnet-layers:BatchNormalization --example 0": (64, 27),
    "minnet-layers:BatchNormalization --example 1": (63, 28),
    "minnet-layers:ChannelwiseScaling --example 0": (84, 7),
    "minnet-layers:ChannelwiseScaling --example 1": (82, 9),
    "minnet-layers:Dropout --example 0": (69, 22),
    "minnet-layers:Dropout --example 1": (68, 23),
    "minnet-layers:ELU --example 0": (62, 29),
    "minnet-layers:ELU --example 1": (62, 29),
    "minnet-layers:LeakyReLU --example 0": (62, 29),
    "minnet-layers:LeakyReLU --example 1": (62, 29),
    "minnet-layers:Linear --example 0": (83, 8),
    "minnet-layers:Linear --example 1": (81, 10),
    "minnet-layers:LogSoftMax --example 0": (63, 28),
    "minnet-layers:LogSoftMax --example 1": (62, 29),
    "minnet-layers:ReLU": (62, 29),
    "minnet-layers:SoftMax --example 0": (63, 28),
    "minnet-layers:SoftMax --example 1": (62, 29),
    "minnet-layers:SoftPlus": (62, 29),
    "minnet-swish:Swish --example 0": (62, 29),
    "minnet-swish:Swish --example 1": (63, 28),
    "minnet-criterions:ClassNLLCriterion --example 0": (39, 14),
    "minnet-criterions:ClassNLLCriterion --example 1": (37, 16),
    "minnet-criterions:ClassNLLCriterionUnstable --example 0": (38, 15),
    "minnet-criterions:ClassNLLCriterionUnstable --example 1": (37, 16),
    "minnet-criterions:MSECriterion": (46, 7),
    "minnet-optimizers:Adagrad --example 0": (17, 0),
    "minnet-optimizers:Adagrad --example 1": (16, 1),
    "minnet-optimizers:Adam --example 0": (17, 0),
    "minnet-optimizers:Adam --example 1": (16, 1),
    "minnet-optimizers:AdamW": (17, 0),
    "minnet-optimizers:RMSprop --example 0": (17, 0),
    "minnet-optimizers:RMSprop --example 1": (16, 1),
    "minnet-optimizers:SGD --example 0": (16, 1),
    "minnet-optimizers:SGD --example 1": (16, 1),
    "minnet-optimizers:SGD --example 2": (16, 1),
}
"""Case -> how many checks pass, and how many have nothing to prove."""


def outcomes(case):
    """How many checks of the core pass and are skipped; plugins may add others."""
    own = set(OWN_CHECKS)
    report = examine(case, [check.name for check in checks_for(case) if check in own])
    assert report.findings == (), report.findings[0].explanation
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
