"""minnet-tables against what one writes in PyTorch, in float64 to 1e-9, with gradients by autograd."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from minnet_core import Sequential, layers
from minnet_core.nn import leaves
from minnet_layers import BatchNormalization, Linear, Tanh
from minnet_tables import (
    MM,
    Bottle,
    CAddTable,
    CDivTable,
    CMaxTable,
    CMinTable,
    CMulTable,
    Concat,
    ConcatTable,
    CosineDistance,
    CSubTable,
    DotProduct,
    FlattenTable,
    GradientReversal,
    JoinTable,
    MapTable,
    Narrow,
    NarrowTable,
    Padding,
    PairwiseDistance,
    ParallelTable,
    Replicate,
    Reshape,
    Select,
    SelectTable,
    SplitTable,
    Squeeze,
    Transpose,
    Unsqueeze,
)
from minnet_torch.autograd import gradients

TWO, THREE, NESTED = ((3, 4), (3, 4)), ((3, 4), (3, 4), (3, 4)), ((3, 1), ((3, 4), ((3, 2),)))


def stacked(table):
    return torch.stack(table, 0)


FUNCTIONS = {
    "join": (JoinTable(1), ((3, 2), (3, 4), (3, 1)), lambda x: torch.cat(x, 1)),
    "join from the end": (JoinTable(-2), ((3, 2, 2), (3, 4, 2)), lambda x: torch.cat(x, -2)),
    "split": (SplitTable(1), (3, 2, 4), lambda x: torch.unbind(x, 1)),
    "select from a table": (SelectTable(-2), NESTED, lambda x: x[-2]),
    "select a table": (SelectTable(1), NESTED, lambda x: x[1]),
    "narrow a table": (NarrowTable(1, -1), ((3, 1), *THREE), lambda x: x[1:]),
    "flatten a table": (FlattenTable(), NESTED, lambda x: (x[0], x[1][0], x[1][1][0])),
    "add": (CAddTable(), THREE, sum),
    "subtract": (CSubTable(), TWO, lambda x: x[0] - x[1]),
    "multiply": (CMulTable(), THREE, math.prod),
    "divide": (CDivTable(), TWO, lambda x: torch.div(*x)),
    "maximum": (CMaxTable(), THREE, lambda x: stacked(x).max(0).values),
    "minimum": (CMinTable(), THREE, lambda x: stacked(x).min(0).values),
    "matrices": (MM(), ((2, 3, 4), (2, 4, 5)), lambda x: torch.bmm(*x)),
    "first transposed": (MM(trans_a=True), ((2, 4, 3), (2, 4, 5)), lambda x: torch.einsum("bji,bjk->bik", *x)),
    "second transposed": (MM(trans_b=True), ((2, 3, 4), (2, 5, 4)), lambda x: torch.einsum("bij,bkj->bik", *x)),
    "both transposed": (MM(True, True), ((2, 4, 3), (2, 5, 4)), lambda x: torch.einsum("bji,bkj->bik", *x)),
    "more batch axes": (MM(), ((2, 2, 3, 4), (2, 2, 4, 5)), lambda x: torch.matmul(*x)),
    "dot": (DotProduct(), ((2, 3, 4), (2, 3, 4)), lambda x: torch.einsum("abi,abi->ab", *x)),
    "cosine": (CosineDistance(), TWO, lambda x: functional.cosine_similarity(*x, dim=-1)),
    **{
        f"distance {p}": (PairwiseDistance(p), TWO, lambda x, p=p: functional.pairwise_distance(*x, p=p))
        for p in (1, 1.5, 2, 3, math.inf)
    },
    "reshape": (Reshape(2, -1), (3, 4, 2), lambda x: x.reshape(3, 2, 4)),
    "view": (layers["View"](8), (3, 4, 2), lambda x: x.view(3, 8)),
    "transpose": (Transpose(1, -1), (3, 4, 2, 5), lambda x: x.transpose(1, -1)),
    "transpose pairs": (Transpose((1, 2), (2, 3)), (3, 4, 2, 5), lambda x: x.transpose(1, 2).transpose(2, 3)),
    "permute": (Transpose(0, 3, -3, 2), (3, 4, 2, 5), lambda x: x.permute(0, 3, 1, 2)),
    "squeeze": (Squeeze(-2), (3, 1, 4), lambda x: x.squeeze(-2)),
    "squeeze all": (Squeeze(), (3, 1, 4, 1), lambda x: x.squeeze()),
    "unsqueeze": (Unsqueeze(-2), (3, 4), lambda x: x.unsqueeze(-2)),
    "narrow": (Narrow(1, -3, 2), (3, 4, 2), lambda x: x.narrow(1, -3, 2)),
    "narrow to the end": (Narrow(-1, 1, -2), (3, 4, 5), lambda x: x[..., 1:-1]),
    "select": (Select(1, -1), (3, 4, 2), lambda x: x.select(1, -1)),
    "pad behind": (Padding(1, 2, 0.5), (3, 4, 2), lambda x: functional.pad(x, (0, 0, 0, 2), value=0.5)),
    "pad before": (Padding(-1, -2), (3, 4, 2), lambda x: functional.pad(x, (2, 0))),
    "replicate": (Replicate(3, 1), (3, 4), lambda x: x.unsqueeze(1).expand(3, 3, 4)),
    "replicate last": (Replicate(3, -1), (3, 4), lambda x: x.unsqueeze(-1).repeat_interleave(3, -1)),
}


def drawn(rng, shape):
    return tuple(drawn(rng, part) for part in shape) if isinstance(shape[0], tuple) else rng.standard_normal(shape)


def torched(tensor):
    return tuple(map(torched, tensor)) if isinstance(tensor, tuple) else torch.tensor(tensor, requires_grad=True)


def expect_parity(layer, input, function, ours=(), theirs=()):
    """Compare outputs and gradients, by the input and by pairs of parameters."""
    input_of_torch = torched(input)
    outputs, expected = [*leaves(layer.forward(input))], [*leaves(function(input_of_torch))]
    rng = np.random.default_rng(1)
    given = [rng.standard_normal(output.shape) for output in outputs]
    layer.zeroGradParameters()
    layer.backward(input, _like(layer.output, iter(given)))
    wanted = gradients(expected, map(torch.from_numpy, given), [*leaves(input_of_torch), *theirs])
    received = [*outputs, *leaves(layer.gradInput), *ours]
    assert len(received) == len(expected) + len(wanted)
    for mine, its in zip(received, [*expected, *wanted], strict=True):
        np.testing.assert_allclose(mine, its.detach().numpy(), rtol=1e-9, atol=1e-9, strict=True)


def _like(tensor, arrays):
    return tuple(_like(part, arrays) for part in tensor) if isinstance(tensor, tuple) else next(arrays)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_layer_is_what_one_writes_in_pytorch(name):
    layer, shape, function = FUNCTIONS[name]
    expect_parity(layer.clone(), drawn(np.random.default_rng(0), shape), function)


@pytest.mark.parametrize(("cls", "function"), [(CMaxTable, torch.max), (CMinTable, torch.min)])
def test_of_equal_numbers_the_first_has_the_gradient_and_nan_is_chosen_as_in_pytorch(cls, function):
    a, b, c = np.array([[1.0, 2, np.nan, 5]]), np.array([[1.0, np.nan, 4, 5]]), np.array([[1.0, np.nan, 4, 4]])
    expect_parity(cls(), (a, b, c), lambda x: function(stacked(x), 0).values)


def test_pytorch_halves_what_the_first_of_two_equal_numbers_gets_here():
    x = np.ones((1, 2))
    layer, (a, b) = CMaxTable(), torched((x, x))
    layer.forward((x, x))
    torch.maximum(a, b).sum().backward()
    np.testing.assert_array_equal(layer.backward((x, x), x), [x, 0 * x])
    np.testing.assert_array_equal([a.grad.numpy(), b.grad.numpy()], [x / 2, x / 2])


@pytest.mark.parametrize("p", [1, 2, 3, math.inf])
def test_equal_vectors_have_the_gradient_that_they_have_in_pytorch(p):
    x = np.ones((2, 3))
    expect_parity(PairwiseDistance(p, 0.0), (x, x), lambda pair: functional.pairwise_distance(*pair, p=p, eps=0.0))


def test_a_vector_of_zeros_has_the_cosine_that_it_has_in_pytorch():
    x = np.random.default_rng(0).standard_normal((2, 3))
    expect_parity(CosineDistance(), (x, 0 * x), lambda pair: functional.cosine_similarity(*pair, dim=-1))


def test_gradient_reversal_is_an_autograd_function():
    class Reversed(torch.autograd.Function):
        @staticmethod
        def forward(_, x):
            return x.clone()

        @staticmethod
        def backward(_, g):
            return -0.3 * g

    expect_parity(GradientReversal(0.3), drawn(np.random.default_rng(0), (3, 4)), Reversed.apply)


# Containers


def pair(n_in, n_out, seed):
    """A linear layer and PyTorch's with the same weights."""
    ours, theirs = Linear(n_in, n_out, rng=seed, dtype="float64"), torch.nn.Linear(n_in, n_out, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(ours.W))
        theirs.bias.copy_(torch.from_numpy(ours.b))
    return ours, theirs


CONTAINERS = {
    "concat": (
        lambda a, b: Concat(1, Sequential(a, Tanh()), b),
        (3, 4),
        lambda a, b, x: torch.cat([a(x).tanh(), b(x)], 1),
    ),
    "concat rows": (lambda a, b: Concat(0, a, b), (3, 4), lambda a, b, x: torch.cat([a(x), b(x)])),
    "concat table": (lambda a, b: ConcatTable(a, b), (3, 4), lambda a, b, x: (a(x), b(x))),
    "parallel": (lambda a, b: ParallelTable(a, b), TWO, lambda a, b, x: (a(x[0]), b(x[1]))),
    "a gate": (
        lambda a, b: Sequential(ConcatTable(a, b), CMulTable()),
        (3, 4),
        lambda a, b, x: a(x) * b(x),
    ),
    "bottle": (lambda a, b: Bottle(Concat(1, a, b)), (2, 3, 4), lambda a, b, x: torch.cat([a(x), b(x)], -1)),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_what_one_writes_in_pytorch(name):
    make, shape, function = CONTAINERS[name]
    (a, a_of_torch), (b, b_of_torch) = pair(4, 5, 0), pair(4, 5, 1)
    expect_parity(
        make(a, b),
        drawn(np.random.default_rng(0), shape),
        lambda x: function(a_of_torch, b_of_torch, x),
        [a.gradW, a.gradb, b.gradW, b.gradb],
        [a_of_torch.weight, a_of_torch.bias, b_of_torch.weight, b_of_torch.bias],
    )


def test_mapped_layers_have_one_set_of_parameters_and_moving_averages_that_see_every_element():
    (a, a_of_torch), (b, b_of_torch) = pair(4, 5, 0), pair(5, 2, 1)
    statistics = torch.nn.BatchNorm1d(5, eps=1e-3, affine=False, dtype=torch.float64)
    model, alone = MapTable(a, BatchNormalization(0.9), Tanh(), b), BatchNormalization(0.9)
    table = drawn(np.random.default_rng(0), ((3, 4), (6, 4), (3, 4)))
    expect_parity(
        model,
        table,
        lambda table: tuple(b_of_torch(statistics(a_of_torch(x)).tanh()) for x in table),
        [a.gradW, b.gradW, b.gradb],
        [a_of_torch.weight, b_of_torch.weight, b_of_torch.bias],
    )
    for x in table:
        alone.forward(a.forward(x))
    np.testing.assert_array_equal(model[1].moving_mean, alone.moving_mean)
