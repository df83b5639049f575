"""No correct component is blamed, nor called weak, whatever is drawn: strangers' and ours."""

from __future__ import annotations

import numpy as np
import pytest
from seeds import SEEDS
from strangers import STRANGERS

from minnet_core import Module, Sequential
from minnet_core.testing import OWN_KINDS, Case, cases_of, every_case, examine
from minnet_layers import BatchNormalization, ChannelwiseScaling


def failures(subject, seeds=SEEDS):
    """What is said against a component: one of its examples for each seed, by turns."""
    found = []
    for seed in seeds:
        cases = cases_of(subject, seed=seed)
        found += [result.explanation for result in examine(cases[seed % len(cases)]).findings]
    return found


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda cls: cls.__name__)
def test_a_correct_stranger_is_never_blamed(stranger):
    """Many keep what forward computes in attributes, as the notebook does: right, and for one thread only."""
    assert [told for told in failures(stranger) if " has a weakness: evaluation_is_thread_safe\n" not in told] == []


@pytest.mark.parametrize("name", sorted({case.command.split()[2] for case in every_case(kinds=OWN_KINDS)}))
def test_a_registered_component_is_never_blamed(name):
    """Under the first seed, `test_components` runs each example, and expects no findings either."""
    assert failures(name, SEEDS[1:]) == []


class BareNormalization(BatchNormalization):
    EPS = 1e-12


class Gain(Module):
    """One small number, whose gradient sums what normalization gives back: terms that are large, and cancel."""

    PARAMETERS = {"k": "gradK"}

    def __init__(self):
        super().__init__()
        self.k, self.gradK = np.full(1, 3e-4, np.float32), np.zeros(1, np.float32)

    def updateOutput(self, input):
        self.output = self.k * input
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = self.k * gradOutput
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradK += np.sum(input * gradOutput)


def small_scale():
    """Small numbers beside an offset of a half, which the kit makes of zeros: little is left of their digits."""
    scale = ChannelwiseScaling(3)
    scale.gamma[:], scale.beta[:] = 3e-4, 0
    return scale


@pytest.mark.parametrize("normalization", [BatchNormalization, BareNormalization])
@pytest.mark.parametrize("small", [Gain, small_scale])
def test_what_modules_inside_round_is_not_blamed(small, normalization):
    for seed in SEEDS:
        traits = {"batch-coupled", "train-differs"}
        case = Case(lambda: Sequential(small(), normalization()), input=(6, 3), traits=traits, seed=seed)
        report = examine(case, ["float32_is_accurate", "float32_is_accurate_far_from_zero"])
        assert [result.explanation for result in report.findings] == []


def test_there_are_enough_strangers_and_each_says_how_to_try_it():
    assert len(STRANGERS) >= 30
    assert all(cls.EXAMPLES for cls in STRANGERS)
    assert len(SEEDS) >= 3


def test_the_row_of_the_padding_is_not_meant_to_be_trained_in_longer_tables_either():
    """Its index comes up in few of the batches that are drawn, the first of them with this seed in a long table."""
    (padded,) = (cls for cls in STRANGERS if cls.__name__ == "PaddedEmbedding")
    (case,) = cases_of(padded, seed=27)
    assert [result.explanation for result in examine(case, ["long_axes_are_treated_alike"]).findings] == []
