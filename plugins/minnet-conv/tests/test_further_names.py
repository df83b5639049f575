"""Convolutions have PyTorch's and Torch7's names of their arrays."""

import numpy as np
import pytest

from minnet_conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, SameConv2d
from minnet_core.nn import further_names


@pytest.mark.parametrize("cls", [Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, SameConv2d])
def test_weight_and_bias_are_w_and_b(cls):
    assert further_names(cls) == {"weight": "W", "bias": "b", "gradWeight": "gradW", "gradBias": "gradb"}
    layer = cls(2, 3, 3)
    layer.weight = np.ones_like(layer.W)
    assert layer.W is layer.weight
    assert layer.gradBias is layer.gradb
