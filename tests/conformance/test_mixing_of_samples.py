"""A training in shards warns of layers that mix samples and gather nothing, and of no others: strangers' and ours."""

from __future__ import annotations

import pytest
from strangers import STRANGERS, BatchNorm, GatheringNorm, LinearNormReLU, NotebookBatchNorm

from minnet_core import Module
from minnet_core.testing import OWN_KINDS, cases_of, every_case
from minnet_train.training.mixing import mixing_layers

LAYERS = [stranger for stranger in STRANGERS if issubclass(stranger, Module)]


def named(case):
    """What is said of a layer, for an input as the kit draws it."""
    return mixing_layers(case.build(), case.draw_input(0))


def mixes(stranger):
    return any("batch-coupled" in example.traits for example in stranger.EXAMPLES)


@pytest.mark.parametrize("stranger", LAYERS, ids=lambda cls: cls.__name__)
def test_only_strangers_that_mix_samples_are_named(stranger):
    found = [named(case) for seed in range(5) for case in cases_of(stranger, seed=seed)]
    assert found == [None] * len(found) or (mixes(stranger) and stranger is not GatheringNorm)


def test_no_registered_layer_is_named():
    cases = [case for case in every_case(kinds=OWN_KINDS) if case.kind == "layer"]
    assert [case.command for case in cases if named(case) is not None] == []
    assert len(cases) > 150


@pytest.mark.parametrize("stranger", [BatchNorm, NotebookBatchNorm, LinearNormReLU], ids=lambda cls: cls.__name__)
def test_those_that_mix_samples_and_gather_nothing_are_named(stranger):
    assert all(named(case) is not None for case in cases_of(stranger))
