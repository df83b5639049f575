"""Fused layers against ``torch.nn.utils.fuse_linear_bn_eval``, in float64 to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.utils import fuse_linear_bn_eval

from minnet_core import Sequential, fuse
from minnet_layers import BatchNormalization, ChannelwiseScaling, Linear


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_weights_and_biases_are_those_that_pytorch_folds(bias, seed):
    rng = np.random.default_rng(seed)
    linear = Linear(3, 4, bias=bias, rng=rng, dtype="float64")
    normalization, scaling = BatchNormalization(), ChannelwiseScaling(4, rng=rng, dtype="float64")
    model = Sequential(linear, normalization, scaling)
    model.forward(rng.standard_normal((10, 3)) * rng.uniform(0.01, 100) + rng.uniform(-10, 10))

    theirs = torch.nn.Linear(3, 4, bias, dtype=torch.float64)
    norm = torch.nn.BatchNorm1d(4, eps=BatchNormalization.EPS, dtype=torch.float64)
    pairs = [(theirs.weight, linear.W), (norm.weight, scaling.gamma), (norm.bias, scaling.beta)]
    pairs += [(norm.running_mean, normalization.moving_mean), (norm.running_var, normalization.moving_variance)]
    with torch.no_grad():
        for tensor, array in pairs + ([(theirs.bias, linear.b)] if bias else []):
            tensor.copy_(torch.from_numpy(np.array(array)))
    expected = fuse_linear_bn_eval(theirs.eval(), norm.eval())

    (fused,) = fuse(model)
    np.testing.assert_allclose(fused.W, expected.weight.detach().numpy(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fused.b, expected.bias.detach().numpy(), rtol=1e-9, atol=1e-12)
