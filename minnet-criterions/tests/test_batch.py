from __future__ import annotations

import numpy as np
import pytest

from minnet_core import ShapeError
from minnet_criterions.batch import batch_size


@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 0), (4, 3, 2)])
def test_the_first_axis_is_the_batch(shape):
    assert batch_size("owner", np.zeros(shape)) == 4


@pytest.mark.parametrize("input", [np.zeros(()), np.zeros((0, 3)), 1.0, [1.0]])
def test_what_has_no_samples_is_refused(input):
    with pytest.raises(ShapeError, match="owner: expected input of one sample or more, received"):
        batch_size("owner", input)
