from __future__ import annotations

import numpy as np
import pytest

from minnet_criterions import MultiLabelMarginCriterion


def test_losses_and_gradients_are_those_of_all_pairs_of_a_label_and_another():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 4))
    target = np.array([[2, 0, -1, 1], [-1, 0, 1, 2], [3, 2, 1, 0], [1, 1, -1, -1], [0, 1, 2, -1]])
    expected, gradient = np.zeros(5), np.zeros((5, 4))
    for s, row in enumerate(target.tolist()):
        labels = row[: row.index(-1)] if -1 in row else row
        for i in labels:
            for j in {0, 1, 2, 3} - set(labels):
                if (z := 1 - x[s, i] + x[s, j]) > 0:
                    expected[s] += z / 4
                    gradient[s, j] += 1 / 20
                    gradient[s, i] -= 1 / 20
    criterion = MultiLabelMarginCriterion()
    assert criterion.losses(x, target) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(criterion.backward(x, target), gradient, rtol=1e-12, atol=1e-15)


def test_a_batch_without_labels_has_no_loss():
    criterion, target = MultiLabelMarginCriterion(), np.full((2, 3), -1)
    assert criterion.forward(np.ones((2, 3)), target) == 0
    assert not criterion.backward(np.ones((2, 3)), target).any()


@pytest.mark.parametrize(("row", "place"), [([0, 3, -1], "(1, 1)"), ([-2, 0, 0], "(1, 0)"), ([-1, 0, 5], "(1, 2)")])
def test_labels_that_there_are_not_are_refused_wherever_they_stand(row, place):
    target = np.array([[0, 1, 2], row])
    for method in (MultiLabelMarginCriterion().forward, MultiLabelMarginCriterion().backward):
        with pytest.raises(ValueError, match="MultiLabelMarginCriterion: expected label indices from 0 to 2") as error:
            method(np.zeros((2, 3)), target)
        assert str(error.value).endswith(f" at {place}")


def test_labels_that_are_no_integers_are_refused():
    with pytest.raises(TypeError, match="MultiLabelMarginCriterion: expected label indices of an integer dtype"):
        MultiLabelMarginCriterion().forward(np.zeros((1, 2)), np.array([[0.0, -1.0]]))
