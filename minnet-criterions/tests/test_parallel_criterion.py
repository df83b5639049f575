from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError, build, criterions, to_config
from minnet_criterions import CrossEntropyCriterion, MarginRankingCriterion, MSECriterion, ParallelCriterion

RNG = np.random.default_rng(0)
X, SCORES, PAIR = RNG.standard_normal((4, 3)), RNG.standard_normal((4, 2)), tuple(RNG.standard_normal((2, 4)))
T, CLASSES, SIGNS = RNG.standard_normal((4, 3)), np.array([0, 1, 1, 0]), np.array([1, -1, 1, 1])


def test_each_part_has_its_criterion_be_it_a_table_itself():
    parts, weights = [MSECriterion(), CrossEntropyCriterion(), MarginRankingCriterion()], [0.5, 2.0, 1.0]
    criterion, input, target = ParallelCriterion(parts, weights), (X, SCORES, PAIR), (T, CLASSES, SIGNS)
    alone = [w * part.forward(x, t) for part, w, x, t in zip(parts, weights, input, target, strict=True)]
    assert criterion.forward(input, target) == pytest.approx(sum(alone), rel=1e-14)
    assert criterion.losses(input, target).mean() == pytest.approx(sum(alone), rel=1e-13)
    of_x, of_scores, (of_u, of_v) = criterion.backward(input, target)
    np.testing.assert_allclose(of_x, 0.5 * parts[0].backward(X, T), rtol=1e-14)
    np.testing.assert_allclose(of_scores, 2 * parts[1].backward(SCORES, CLASSES), rtol=1e-14)
    np.testing.assert_allclose((of_u, of_v), parts[2].backward(PAIR, SIGNS), rtol=1e-14)


def test_a_repeated_target_is_that_of_every_part():
    criterion = ParallelCriterion([MSECriterion(), MSECriterion()], repeat_target=True)
    given = ParallelCriterion([MSECriterion(), MSECriterion()])
    assert criterion.forward((X, 2 * X), T) == given.forward((X, 2 * X), (T, T))


@pytest.mark.parametrize(
    ("input", "target", "message"),
    [
        (X, (T, CLASSES), r"expected input to be a tuple of 2, received \(4, 3\) float64"),
        ((X,), (T, CLASSES), "expected input to be a tuple of 2, received"),
        ((X, SCORES), T, "expected target to be a tuple of 2, received"),
        ((X, SCORES), (T, CLASSES, T), "expected target to be a tuple of 2, received"),
    ],
)
def test_a_table_of_another_length_is_refused(input, target, message):
    criterion = ParallelCriterion([MSECriterion(), CrossEntropyCriterion()])
    for method in (criterion.forward, criterion.backward, criterion.losses):
        with pytest.raises(ShapeError, match=rf"ParallelCriterion\(MSECriterion, CrossEntropyCriterion\): {message}"):
            method(input, target)


def test_it_is_built_from_what_it_is_saved_as():
    written = to_config(ParallelCriterion([MSECriterion(), CrossEntropyCriterion(label_smoothing=0.1)], None, True))
    again = build(written, criterions)
    assert to_config(again) == written
    assert again.repeat_target
    assert repr(again) == "ParallelCriterion(MSECriterion, CrossEntropyCriterion)"
