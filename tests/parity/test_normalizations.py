"""Normalizations against ``torch.nn``, beyond what their EXAMPLES compare: memory orders, offsets, several options."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from minnet_layers import (
    BatchNormalization,
    GroupNormalization,
    InstanceNormalization,
    LayerNormalization,
    RMSNormalization,
)

SEEDS = range(10)
NAMES = {"gamma": "weight", "beta": "bias"}
PAIRS = {
    "LayerNorm": (lambda: LayerNormalization((4, 5)), lambda: torch.nn.LayerNorm((4, 5))),
    "LayerNorm without bias": (
        lambda: LayerNormalization(5, 0.1, bias=False),
        lambda: torch.nn.LayerNorm(5, 0.1, bias=False),
    ),
    "GroupNorm": (lambda: GroupNormalization(3, 6, 0.01), lambda: torch.nn.GroupNorm(3, 6, 0.01)),
    "InstanceNorm2d": (
        lambda: InstanceNormalization(6, affine=True),
        lambda: torch.nn.InstanceNorm2d(6, affine=True),
    ),
    "InstanceNorm2d, plain": (lambda: InstanceNormalization(6), lambda: torch.nn.InstanceNorm2d(6)),
    "RMSNorm": (lambda: RMSNormalization((4, 5)), lambda: torch.nn.RMSNorm((4, 5))),
    "RMSNorm with eps": (lambda: RMSNormalization(5, 0.1), lambda: torch.nn.RMSNorm(5, 0.1)),
    "BatchNorm2d": (
        lambda: BatchNormalization(0.9, axis=1),
        lambda: torch.nn.BatchNorm2d(6, eps=BatchNormalization.EPS, affine=False),
    ),
}
ORDERS = {"NCHW": (0, 1, 2, 3), "CHWN": (1, 2, 3, 0), "NHWC": (0, 2, 3, 1)}


def in_order(array, order):
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


def compare(name, order, shape, seed, offset, dtype, tolerance):
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal((2, *shape))
    x = (x + offset).astype(dtype)
    ours, theirs = (make() for make in PAIRS[name])
    ours.astype(dtype)
    theirs.to(torch.float64)
    for our_name, their_name in NAMES.items():
        if (parameter := getattr(ours, our_name, None)) is not None:
            parameter += rng.standard_normal(parameter.shape).astype(dtype)
            getattr(theirs, their_name).data.copy_(torch.from_numpy(parameter))
    if isinstance(ours, RMSNormalization) and ours.eps is None:
        theirs.eps = float(np.finfo(dtype).eps)
    their_x = torch.from_numpy(x.astype(np.float64)).requires_grad_()
    expected = theirs(their_x)
    expected.backward(torch.from_numpy(g))
    output = ours.forward(in_order(x, order))
    gradInput = ours.backward(in_order(x, order), in_order(g.astype(dtype), order))
    np.testing.assert_allclose(output, expected.detach().numpy(), rtol=0, atol=tolerance)
    np.testing.assert_allclose(gradInput, their_x.grad.numpy(), rtol=0, atol=10 * tolerance)
    for our_name, gradient in ours.namedGradParameters().items():
        wanted = getattr(theirs, NAMES[our_name]).grad.numpy()
        np.testing.assert_allclose(gradient, wanted, rtol=100 * tolerance, atol=100 * tolerance)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("name", PAIRS)
def test_float64_equals_pytorch_in_any_order_in_memory(name, order):
    for seed in SEEDS:
        compare(name, order, (3, 6, 4, 5), seed, 0.0, np.float64, 1e-11)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("name", ["BatchNorm2d"])
def test_many_numbers_equal_pytorch_too(name, order):
    for seed in SEEDS[:3]:
        compare(name, order, (16, 6, 16, 15), seed, 0.0, np.float64, 1e-11)


@pytest.mark.parametrize("name", PAIRS)
def test_float32_far_from_zero_is_what_pytorch_computes_in_float64(name):
    for shape in ((3, 6, 4, 5), *[(16, 6, 16, 15)] * (name == "BatchNorm2d")):
        compare(name, (0, 1, 2, 3), shape, 0, 3000.0, np.float32, 1e-5)
