from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Criterion, build, criterions, to_config
from minnet_criterions import AbsCriterion, HuberCriterion, MarginRankingCriterion, MSECriterion, MultiCriterion


class WithoutLosses(MSECriterion):
    """Of a stranger: its losses are no longer those of its base class."""

    def updateOutput(self, input, target):
        self.output = 3 * super().updateOutput(input, target)
        return self.output

    def updateGradInput(self, input, target):
        self.gradInput = 3 * super().updateGradInput(input, target)
        return self.gradInput


def test_losses_and_gradients_add_up_by_their_weights():
    x, t = np.random.default_rng(0).standard_normal((2, 4, 3))
    parts, weights = [MSECriterion(), AbsCriterion("elements"), WithoutLosses()], [0.5, -2.0, 3.0]
    criterion = MultiCriterion(parts, weights)
    expected = sum(weight * part.forward(x, t) for part, weight in zip(parts, weights, strict=True))
    assert criterion.forward(x, t) == pytest.approx(expected, rel=1e-13)
    assert criterion.losses(x, t).mean() == pytest.approx(expected, rel=1e-13)
    gradient = sum(weight * part.backward(x, t) for part, weight in zip(parts, weights, strict=True))
    np.testing.assert_allclose(criterion.backward(x, t), gradient, rtol=1e-13)


def test_tables_have_tables_of_gradients_and_those_of_the_parts_stay_as_they_are():
    u, v = np.random.default_rng(0).standard_normal((2, 4, 3))
    t, part = np.ones((4, 3)), MarginRankingCriterion(5.0)
    gradients = MultiCriterion([part, part], [1.0, 2.0]).backward((u, v), t)
    for ours, alone in zip(gradients, part.gradInput, strict=True):
        np.testing.assert_allclose(ours, 3 * alone, rtol=1e-14)
        np.testing.assert_allclose(np.abs(alone), 1 / 4)


def test_it_is_built_from_a_config_with_criterions_in_it():
    config = {"class": "MultiCriterion", "criterions": [{"class": "MSECriterion"}, {"class": "HuberCriterion"}]}
    criterion = build(config, criterions)
    assert repr(criterion) == "MultiCriterion(MSECriterion, HuberCriterion)"
    written = to_config(MultiCriterion([MSECriterion("elements"), HuberCriterion(delta=2.0)], [1.0, 0.5]))
    again = build(written, criterions)
    assert to_config(again) == written
    assert (again.criterions[0].mean, again.criterions[1].delta, again.weights) == ("elements", 2.0, [1.0, 0.5])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([],), ValueError, "expected one criterion or more, received none"),
        (([MSECriterion],), TypeError, "expected criterions, received <class"),
        (([MSECriterion()], [1.0, 2.0]), ValueError, "expected a weight for each of 1 criterions"),
        (([MSECriterion()], [np.nan]), ValueError, "expected a finite weight, received nan"),
    ],
)
def test_what_it_cannot_be_made_of_is_refused(arguments, error, message):
    with pytest.raises(error, match=f"MultiCriterion: {message}"):
        MultiCriterion(*arguments)


def test_a_failed_part_changes_no_result():
    class Refusing(Criterion):
        def updateOutput(self, input, target):
            raise ValueError("no")

        updateGradInput = updateOutput

    criterion = MultiCriterion([MSECriterion(), Refusing()])
    for method in (criterion.forward, criterion.backward):
        with pytest.raises(ValueError, match="no"):
            method(np.ones((2, 2)), np.ones((2, 2)))
    assert criterion.output is criterion.gradInput is None
