from __future__ import annotations

import numpy as np
import pytest

from minnet_conv.convolving.borders import put_borders, take_borders_back

IN_NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
every_mode = pytest.mark.parametrize("mode", IN_NUMPY)
every_padding = pytest.mark.parametrize("padding", [((0, 0), (2, 1)), ((3, 3), (0, 4)), ((1, 2), (3, 3))])


@every_mode
@every_padding
def test_borders_are_those_of_numpy(mode, padding):
    x = np.random.default_rng(0).standard_normal((2, 4, 5, 3)).astype(np.float32)
    padded = put_borders(x, padding, mode)
    np.testing.assert_array_equal(padded, np.pad(x, ((0, 0), *padding, (0, 0)), IN_NUMPY[mode]))
    assert padded.dtype == np.float32


@every_mode
@every_padding
def test_gradients_go_back_to_where_borders_were_taken(mode, padding):
    # Integers, so that every sum is exact: <g, put(x)> = <take(g), x>.
    rng = np.random.default_rng(0)
    x = rng.integers(-9, 9, (2, 4, 5, 3)).astype(float)
    padded = put_borders(x, padding, mode)
    g = rng.integers(-9, 9, padded.shape).astype(float)
    total = np.sum(g * padded)
    back = take_borders_back(g.copy(), padding, mode)
    assert back.shape == x.shape
    assert back.flags.c_contiguous
    assert np.sum(back * x) == total
