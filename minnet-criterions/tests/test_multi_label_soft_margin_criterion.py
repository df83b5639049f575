from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError, criterions, to_config
from minnet_core.saving import build
from minnet_criterions import BCEWithLogitsCriterion, MultiLabelSoftMarginCriterion


def test_it_is_the_mean_of_the_binary_losses_of_the_labels():
    rng = np.random.default_rng(0)
    x, t, w = rng.standard_normal((4, 3)), rng.integers(0, 2, (4, 3)), rng.random(3)
    alone = [BCEWithLogitsCriterion().forward(x[:, [j]], t[:, [j]]) for j in range(3)]
    assert MultiLabelSoftMarginCriterion(w).forward(x, t) == pytest.approx(np.dot(w, alone) / 3, rel=1e-13)


def test_it_is_saved_by_its_own_arguments_and_named_in_its_errors():
    config = to_config(MultiLabelSoftMarginCriterion([1.0, 2.0]))
    assert config == {"class": "minnet-criterions:MultiLabelSoftMarginCriterion", "weights": [1.0, 2.0]}
    with pytest.raises(ShapeError, match=r"MultiLabelSoftMarginCriterion: expected weights \(2,\)"):
        build(config, criterions).forward(np.zeros((4, 3)), np.ones((4, 3)))
