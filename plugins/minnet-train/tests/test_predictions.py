from __future__ import annotations

import numpy as np
import pytest

from minnet_train.evaluation import as_probabilities


def test_probabilities_and_their_logarithms_are_recognised():
    shares = np.array([[0.25, 0.75], [1.0, 0.0]], np.float32)
    assert as_probabilities(shares) is shares
    with np.errstate(divide="ignore"):
        assert as_probabilities(np.log(shares)) == pytest.approx(shares)


@pytest.mark.parametrize("outputs", [[[3.0, -1.0]], [[0.2, 0.2]], [[1.2, -0.2]], [[-1.0, -1.0]]])
def test_other_outputs_are_no_probabilities(outputs):
    assert as_probabilities(np.array(outputs)) is None
