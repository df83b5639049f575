from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_tables import Squeeze


def test_a_batch_of_one_sample_stays_a_batch():
    assert Squeeze().forward(np.ones((1, 1, 3, 1))).shape == (1, 3)
    assert Squeeze().forward(np.ones((1, 1))).shape == (1,)
    assert Squeeze(0).forward(np.ones((1, 3))).shape == (3,)


def test_a_longer_axis_is_refused():
    with pytest.raises(ShapeError, match=r"Squeeze -1: expected input whose axis 1 has length 1, received \(2, 3\)"):
        Squeeze(-1).forward(np.ones((2, 3)))
    assert [repr(Squeeze(1)), repr(Squeeze())] == ["Squeeze 1", "Squeeze"]
