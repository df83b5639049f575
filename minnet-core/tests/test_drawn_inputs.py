"""What an author's ``draw`` tells of the inputs that may be tried."""

from __future__ import annotations

import numpy as np
import pytest

from minnet_core import Module
from minnet_core.testing import Case, examine
from minnet_core.testing.drawn_inputs import freedoms

LARGE = "large_inputs_give_finite_results"


def _unit(rng):
    drawn = rng.standard_normal((4, 6))
    return drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)


def _symmetric(rng):
    drawn = rng.standard_normal((2, 3, 3))
    return drawn + drawn.swapaxes(-1, -2)


@pytest.mark.parametrize(
    ("draw", "is_free", "is_real"),
    [
        (lambda rng: rng.standard_normal((4, 3)), True, True),
        (lambda rng: 0.1 * rng.standard_normal((3, 1)), True, True),
        (lambda rng: rng.standard_normal((16, 40)).astype(np.float32), True, True),
        (lambda rng: 5 + rng.standard_normal((4, 3)), True, False),
        (lambda rng: rng.standard_normal((4, 3)) * np.array([1, 1, 0.1]), True, False),
        (lambda rng: rng.uniform(-1, 1, (4, 3)), True, False),
        (lambda rng: rng.exponential(size=(4, 3)), True, False),
        (lambda rng: rng.integers(0, 9, (4, 3)), False, False),
        (lambda rng: (rng.random((4, 3)) > 0.5).astype(float), False, False),
        (lambda rng: rng.dirichlet(np.ones(9), 4), False, False),
        (lambda rng: np.sort(rng.standard_normal((4, 3))), False, False),
        (lambda rng: np.concatenate([np.ones((4, 1)), rng.standard_normal((4, 2))], axis=1), False, False),
        (_unit, False, False),
        (_symmetric, False, False),
    ],
)
def test_which_numbers_may_be_chosen_is_told_from_many_draws(draw, is_free, is_real):
    (freedom,) = freedoms(draw)
    assert (freedom.is_free, freedom.is_real) == (is_free, is_real)


class Sigmoid(Module):
    """Overflows."""

    def updateOutput(self, input):
        x = input[0] if isinstance(input, tuple) else input
        self.output = 1 / (1 + np.exp(-x))
        return self.output

    def updateGradInput(self, input, gradOutput):
        gradient = gradOutput * self.output * (1 - self.output)
        self.gradInput = (gradient, np.zeros(input[1].shape)) if isinstance(input, tuple) else gradient
        return self.gradInput


def result(draw, check, shape=(4, 3)):
    return examine(Case(Sigmoid, input=shape, draw=draw), [check]).results[-1]


def _numbers_and_mask(rng, shape, dtype):
    return rng.standard_normal(shape[0]).astype(dtype), rng.integers(0, 2, shape[1])


def test_what_draw_returns_is_made_extreme_where_it_may_be():
    normal = result(lambda rng, shape, dtype: rng.standard_normal(shape).astype(dtype), LARGE)
    table = result(_numbers_and_mask, LARGE, ((4, 3), (4, 3)))
    bounded = result(lambda rng, shape, dtype: rng.uniform(-1, 1, shape).astype(dtype), LARGE)
    wide = result(lambda rng, shape, dtype: rng.uniform(-90, 90, shape).astype(dtype), LARGE)
    assert [each.status for each in (normal, table, bounded, wide)] == ["failed", "failed", "passed", "failed"]
    assert "1000 times drawn" in normal.message
    assert "least drawn" in wide.message


@pytest.mark.parametrize("check", ["large_inputs_give_finite_results", "gradInput_at_ties_is_a_slope"])
def test_what_cannot_be_tried_because_of_draw_is_said(check):
    sorted_rows = result(lambda rng, shape, dtype: np.sort(rng.random(shape)).astype(dtype), check)
    assert sorted_rows.status == "skipped"
    assert "are those that draw returns" in sorted_rows.message
    assert "extreme inputs and ties" in sorted_rows.message
