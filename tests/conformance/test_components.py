"""Every registered component passes the kit, and as many checks really run as are written down here."""

from __future__ import annotations

from collections import Counter

import pytest

from minnet_core.testing import OWN_KINDS, checks_for, every_case, examine
from minnet_core.testing.checks import OWN_CHECKS

EXPECTED = {
    "minnet-conv:AdaptiveAvgPool2d --example 0": (66, 29),
    "minnet-conv:AdaptiveAvgPool2d --example 1": (64, 31),
    "minnet-conv:AdaptiveMaxPool2d --example 0": (66, 29),
    "minnet-conv:AdaptiveMaxPool2d --example 1": (64, 31),
    "minnet-conv:AvgPool1d --example 0": (66, 29),
    "minnet-conv:AvgPool1d --example 1": (64, 31),
    "minnet-conv:AvgPool1d --example 2": (64, 31),
    "minnet-conv:AvgPool2d --example 0": (66, 29),
    "minnet-conv:AvgPool2d --example 1": (64, 31),
    "minnet-conv:AvgPool2d --example 2": (64, 31),
    "minnet-conv:Conv1d --example 0": (86, 9),
    "minnet-conv:Conv1d --example 1": (84, 11),
    "minnet-conv:Conv1d --example 2": (84, 11),
    "minnet-conv:Conv1d --example 3": (85, 10),
    "minnet-conv:Conv1d --example 4": (84, 11),
    "minnet-conv:Conv2d --example 0": (86, 9),
    "minnet-conv:Conv2d --example 1": (84, 11),
    "minnet-conv:Conv2d --example 2": (84, 11),
    "minnet-conv:Conv2d --example 3": (85, 10),
    "minnet-conv:Conv2d --example 4": (84, 11),
    "minnet-conv:ConvTranspose1d --example 0": (85, 10),
    "minnet-conv:ConvTranspose1d --example 1": (83, 12),
    "minnet-conv:ConvTranspose1d --example 2": (83, 12),
    "minnet-conv:ConvTranspose2d --example 0": (85, 10),
    "minnet-conv:ConvTranspose2d --example 1": (83, 12),
    "minnet-conv:ConvTranspose2d --example 2": (83, 12),
    "minnet-conv:Flatten --example 0": (62, 33),
    "minnet-conv:Flatten --example 1": (66, 29),
    "minnet-conv:Flatten --example 2": (64, 31),
    "minnet-conv:GlobalAvgPool2d": (65, 30),
    "minnet-conv:GlobalMaxPool2d": (65, 30),
    "minnet-conv:MaxPool1d --example 0": (66, 29),
    "minnet-conv:MaxPool1d --example 1": (64, 31),
    "minnet-conv:MaxPool2d --example 0": (66, 29),
    "minnet-conv:MaxPool2d --example 1": (64, 31),
    "minnet-conv:MaxPool2d --example 2": (64, 31),
    "minnet-conv:PixelShuffle --example 0": (66, 29),
    "minnet-conv:PixelShuffle --example 1": (64, 31),
    "minnet-conv:ReflectionPad2d --example 0": (66, 29),
    "minnet-conv:ReflectionPad2d --example 1": (65, 30),
    "minnet-conv:SameConv2d": (86, 9),
    "minnet-conv:SpatialDropout --example 0": (72, 23),
    "minnet-conv:SpatialDropout --example 1": (70, 25),
    "minnet-conv:Unflatten --example 0": (66, 29),
    "minnet-conv:Unflatten --example 1": (65, 30),
    "minnet-conv:Upsample --example 0": (66, 29),
    "minnet-conv:Upsample --example 1": (65, 30),
    "minnet-conv:Upsample --example 2": (64, 31),
    "minnet-conv:Upsample --example 3": (64, 31),
    "minnet-conv:ZeroPad2d --example 0": (66, 29),
    "minnet-conv:ZeroPad2d --example 1": (65, 30),
    "minnet-core:Sequential": (81, 14),
    "minnet-criterions:BCEWithLogitsCriterion --example 0": (49, 7),
    "minnet-criterions:BCEWithLogitsCriterion --example 1": (47, 9),
    "minnet-criterions:BCEWithLogitsCriterion --example 2": (47, 9),
    "minnet-criterions:ClassNLLCriterion --example 0": (41, 15),
    "minnet-criterions:ClassNLLCriterion --example 1": (40, 16),
    "minnet-criterions:ClassNLLCriterionUnstable --example 0": (40, 16),
    "minnet-criterions:ClassNLLCriterionUnstable --example 1": (40, 16),
    "minnet-criterions:CrossEntropyCriterion --example 0": (52, 4),
    "minnet-criterions:CrossEntropyCriterion --example 1": (46, 10),
    "minnet-criterions:CrossEntropyCriterion --example 2": (47, 9),
    "minnet-criterions:CrossEntropyCriterion --example 3": (50, 6),
    "minnet-criterions:MSECriterion": (48, 8),
    "minnet-layers:BatchNormalization --example 0": (67, 28),
    "minnet-layers:BatchNormalization --example 1": (66, 29),
    "minnet-layers:ChannelwiseScaling --example 0": (87, 8),
    "minnet-layers:ChannelwiseScaling --example 1": (85, 10),
    "minnet-layers:Dropout --example 0": (71, 24),
    "minnet-layers:Dropout --example 1": (70, 25),
    "minnet-layers:ELU --example 0": (64, 31),
    "minnet-layers:ELU --example 1": (64, 31),
    "minnet-layers:GELU --example 0": (65, 30),
    "minnet-layers:GELU --example 1": (64, 31),
    "minnet-layers:GroupNormalization --example 0": (82, 13),
    "minnet-layers:GroupNormalization --example 1": (64, 31),
    "minnet-layers:Identity": (65, 30),
    "minnet-layers:InstanceNormalization --example 0": (66, 29),
    "minnet-layers:InstanceNormalization --example 1": (80, 15),
    "minnet-layers:LayerNormalization --example 0": (82, 13),
    "minnet-layers:LayerNormalization --example 1": (81, 14),
    "minnet-layers:LayerNormalization --example 2": (64, 31),
    "minnet-layers:LeakyReLU --example 0": (64, 31),
    "minnet-layers:LeakyReLU --example 1": (64, 31),
    "minnet-layers:Linear --example 0": (86, 9),
    "minnet-layers:Linear --example 1": (84, 11),
    "minnet-layers:LogSoftMax --example 0": (65, 30),
    "minnet-layers:LogSoftMax --example 1": (64, 31),
    "minnet-layers:PReLU --example 0": (81, 14),
    "minnet-layers:PReLU --example 1": (81, 14),
    "minnet-layers:RMSNormalization --example 0": (82, 13),
    "minnet-layers:RMSNormalization --example 1": (81, 14),
    "minnet-layers:ReLU": (64, 31),
    "minnet-layers:Residual": (81, 14),
    "minnet-layers:SiLU": (64, 31),
    "minnet-layers:Sigmoid": (64, 31),
    "minnet-layers:SoftMax --example 0": (65, 30),
    "minnet-layers:SoftMax --example 1": (64, 31),
    "minnet-layers:SoftPlus": (64, 31),
    "minnet-layers:Tanh": (64, 31),
    "minnet-optimizers:Adadelta --example 0": (20, 0),
    "minnet-optimizers:Adadelta --example 1": (19, 1),
    "minnet-optimizers:Adagrad --example 0": (20, 0),
    "minnet-optimizers:Adagrad --example 1": (19, 1),
    "minnet-optimizers:Adam --example 0": (20, 0),
    "minnet-optimizers:Adam --example 1": (19, 1),
    "minnet-optimizers:AdamW": (20, 0),
    "minnet-optimizers:Adamax --example 0": (20, 0),
    "minnet-optimizers:Adamax --example 1": (19, 1),
    "minnet-optimizers:LAMB --example 0": (20, 0),
    "minnet-optimizers:LAMB --example 1": (19, 1),
    "minnet-optimizers:LBFGS --example 0": (17, 3),
    "minnet-optimizers:LBFGS --example 1": (16, 4),
    "minnet-optimizers:Lion --example 0": (20, 0),
    "minnet-optimizers:Lion --example 1": (19, 1),
    "minnet-optimizers:NAdam --example 0": (20, 0),
    "minnet-optimizers:NAdam --example 1": (19, 1),
    "minnet-optimizers:RAdam --example 0": (20, 0),
    "minnet-optimizers:RAdam --example 1": (19, 1),
    "minnet-optimizers:RMSprop --example 0": (20, 0),
    "minnet-optimizers:RMSprop --example 1": (19, 1),
    "minnet-optimizers:Rprop --example 0": (20, 0),
    "minnet-optimizers:Rprop --example 1": (19, 1),
    "minnet-optimizers:SGD --example 0": (19, 1),
    "minnet-optimizers:SGD --example 1": (19, 1),
    "minnet-optimizers:SGD --example 2": (19, 1),
    "minnet-swish:Swish --example 0": (64, 31),
    "minnet-swish:Swish --example 1": (65, 30),
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
        "minnet-conv",
        "minnet-criterions",
        "minnet-optimizers",
        "minnet-swish",
    }
