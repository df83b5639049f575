"""Losses that ask for a margin against ``torch.nn``, with all options together, and where a margin is just reached."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from minnet_criterions import (
    CosineEmbeddingCriterion,
    HingeEmbeddingCriterion,
    MarginCriterion,
    MarginRankingCriterion,
    MultiLabelMarginCriterion,
    MultiMarginCriterion,
    SoftMarginCriterion,
    TripletMarginCriterion,
)

SHAPES = [(5,), (4, 3), (2, 3, 4)]
SEEDS = range(3)


def compare(ours, theirs, input, target):
    parts = input if isinstance(input, tuple) else (input,)
    tensors = [torch.from_numpy(part).requires_grad_() for part in parts]
    loss = theirs(*tensors, *([] if target is None else [torch.from_numpy(target)]))
    loss.backward()
    assert ours.forward(input, target) == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
    gradInput = ours.backward(input, target)
    for gradient, tensor in zip(gradInput if len(parts) > 1 else (gradInput,), tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-9, atol=1e-12)


def compare_elements(ours, theirs, input, target):
    """Both means of a loss of elements: ``theirs`` gives each."""
    for mean in ("batch", "elements"):

        def loss(*given, mean=mean):
            elements = theirs(*given)
            return elements.mean() if mean == "elements" else elements.sum() / len(elements)

        compare(ours(mean), loss, input, target)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_scores_and_distances_beside_targets_of_two_signs(shape, margin):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, y = np.round(2 * rng.standard_normal((2, *shape)))  # of which some just reach the margin
        t = rng.choice([-1.0, 1.0], shape)
        theirs = torch.nn.HingeEmbeddingLoss(margin, reduction="none")
        compare_elements(lambda mean: HingeEmbeddingCriterion(margin, mean), theirs, x, t)
        theirs = torch.nn.MarginRankingLoss(margin, reduction="none")
        compare_elements(lambda mean: MarginRankingCriterion(margin, mean), theirs, (x, y), t)
        compare_elements(lambda mean: MarginCriterion(margin, mean), lambda x, t: torch.relu(margin - t * x), x, t)
        compare_elements(SoftMarginCriterion, torch.nn.SoftMarginLoss(reduction="none"), x, t)


@pytest.mark.parametrize(("p", "margin", "is_weighted"), list(product([1, 2], [0.5, 1.0], [False, True])))
def test_classes(p, margin, is_weighted):
    for seed, shape in product(SEEDS, [(4, 3), (1, 5), (3, 1)]):
        rng = np.random.default_rng(seed)
        x, target = np.round(2 * rng.standard_normal(shape)), rng.integers(0, shape[1], shape[0])
        weights = rng.uniform(0.1, 3, shape[1]) if is_weighted else None
        theirs = torch.nn.MultiMarginLoss(p, margin, None if weights is None else torch.from_numpy(weights))
        compare(MultiMarginCriterion(p, margin, weights), theirs, x, target)


def test_labels():
    for seed, shape in product(SEEDS, [(4, 3), (1, 5), (6, 10), (3, 1)]):
        rng = np.random.default_rng(seed)
        x, target = np.round(2 * rng.standard_normal(shape)), rng.integers(-1, shape[1], shape)  # some of them twice
        compare(MultiLabelMarginCriterion(), torch.nn.MultiLabelMarginLoss(), x, target)


@pytest.mark.parametrize("margin", [-0.5, 0.0, 0.5])
def test_cosines(margin):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        u, v = rng.standard_normal((2, 5, 4))
        u[0] = 0
        v[1] = u[1] * 3
        theirs = torch.nn.CosineEmbeddingLoss(margin)
        compare(CosineEmbeddingCriterion(margin), theirs, (u, v), rng.choice([-1.0, 1.0], 5))


@pytest.mark.parametrize(("p", "swap"), list(product([1.0, 1.5, 2.0, 4.0], [False, True])))
def test_triplets(p, swap):
    for seed in SEEDS:
        a, b, c = np.random.default_rng(seed).standard_normal((3, 6, 4))
        b[0] = a[0]
        c[1] = a[1]
        theirs = torch.nn.TripletMarginLoss(0.5, p, swap=swap)
        compare(TripletMarginCriterion(0.5, p, swap=swap), theirs, (a, b, c), None)
