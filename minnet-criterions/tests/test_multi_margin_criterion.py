from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_core.testing import cases_of, examine
from minnet_criterions import MultiMarginCriterion


@pytest.mark.parametrize("p", [1, 2])
def test_losses_and_gradients_are_those_of_the_sums_over_other_classes(p):
    rng = np.random.default_rng(0)
    x, classes, weights = rng.standard_normal((6, 4)), rng.integers(0, 4, 6), rng.random(4)
    criterion = MultiMarginCriterion(p, 0.5, weights)
    expected, gradient = np.zeros(6), np.zeros((6, 4))
    for s, c in enumerate(classes):
        for j in {0, 1, 2, 3} - {c}:
            z = 0.5 - x[s, c] + x[s, j]
            if z > 0:
                expected[s] += weights[c] * z**p / 4
                gradient[s, j] += weights[c] * p * z ** (p - 1) / 24
                gradient[s, c] -= weights[c] * p * z ** (p - 1) / 24
    assert criterion.losses(x, classes) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(criterion.backward(x, classes), gradient, rtol=1e-12, atol=1e-15)


def test_classes_that_there_are_not_and_targets_that_are_no_classes_are_refused():
    criterion, x = MultiMarginCriterion(), np.zeros((2, 3))
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=f"MultiMarginCriterion: expected class indices .* received {wrong} at 1"):
            criterion.forward(x, np.array([0, wrong]))
    with pytest.raises(TypeError, match="MultiMarginCriterion: expected class indices of an integer dtype"):
        criterion.forward(x, np.array([0.0, 1.0]))
    with pytest.raises(ShapeError, match=r"MultiMarginCriterion: expected target \(2,\), received \(2, 3\)"):
        criterion.forward(x, np.eye(3)[:2])
    with pytest.raises(ShapeError, match=r"MultiMarginCriterion: expected weights \(3,\), received \(2,\)"):
        MultiMarginCriterion(weights=[1, 2]).forward(x, np.array([0, 1]))


@pytest.mark.parametrize(("example", "seed"), [(1, 28), (0, 36), (2, 44), (1, 49)])
def test_a_sample_beyond_the_margin_is_not_taken_for_one_that_is_ignored(example, seed):
    """Under these seeds the first sample drawn is one: the kit called the criterion weak."""
    case = cases_of(MultiMarginCriterion, seed=seed)[example]
    assert examine(case, ["a_batch_that_is_ignored_is_finite"]).findings == ()
