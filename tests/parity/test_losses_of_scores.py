"""`CrossEntropyCriterion` and `BCEWithLogitsCriterion` against ``torch.nn``, with all options together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from minnet_criterions import BCEWithLogitsCriterion, CrossEntropyCriterion

SHAPES = [(4, 3), (1, 5), (3, 4, 2), (2, 3, 4, 5)]
SEEDS = range(5)


def tensor(array):
    return None if array is None else torch.from_numpy(np.asarray(array))


def compare(ours, theirs, x, target, rtol=1e-9):
    for dtype, tolerance in ((np.float64, rtol), (np.float32, 2e-5)):
        their_x = torch.from_numpy(x).requires_grad_()
        loss = theirs(their_x, torch.from_numpy(target))
        loss.backward()
        given = target.astype(dtype) if target.dtype == np.float64 else target
        assert ours.forward(x.astype(dtype), given) == pytest.approx(loss.item(), rel=tolerance, abs=tolerance)
        gradInput = ours.backward(x.astype(dtype), given)
        assert gradInput.dtype == dtype
        np.testing.assert_allclose(gradInput, their_x.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("is_weighted", "smoothing", "ignored"), list(product([False, True], [0.0, 0.1, 1.0], [None, -100, 1, 255]))
)
def test_cross_entropy_of_classes(shape, is_weighted, smoothing, ignored):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.standard_normal(shape) * 3, rng.integers(0, shape[1], (shape[0], *shape[2:]))
        if ignored is not None:
            target[rng.random(target.shape) < 0.3] = ignored
            target.flat[0] = 0  # of a batch that is ignored altogether PyTorch's loss is nan
        weights = rng.uniform(0.1, 3, shape[1]) if is_weighted else None
        number = -100 if ignored is None else ignored
        theirs = torch.nn.CrossEntropyLoss(tensor(weights), ignore_index=number, label_smoothing=smoothing)
        compare(CrossEntropyCriterion(weights, smoothing, number), theirs, x, target)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("is_weighted", "smoothing"), list(product([False, True], [0.0, 0.1, 1.0])))
def test_cross_entropy_of_probabilities(shape, is_weighted, smoothing):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.standard_normal(shape) * 3, rng.random(shape)
        weights = rng.uniform(0.1, 3, shape[1]) if is_weighted else None
        theirs = torch.nn.CrossEntropyLoss(tensor(weights), label_smoothing=smoothing)
        compare(CrossEntropyCriterion(weights, smoothing), theirs, x, target)


@pytest.mark.parametrize("shape", [(5,), *SHAPES])
@pytest.mark.parametrize("options", list(product([False, True], [False, True])), ids=str)
@pytest.mark.parametrize("is_soft", [False, True])
def test_binary_cross_entropy(shape, options, is_soft):
    has_weights, has_pos_weight = options
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal(shape) * 5
        target = rng.random(shape) if is_soft else rng.integers(0, 2, shape).astype(np.float64)
        weights = rng.uniform(0.1, 3, shape[1:]) if has_weights else None
        pos_weight = rng.uniform(0.1, 3, shape[-1:]) if has_pos_weight and len(shape) > 1 else None
        theirs = torch.nn.BCEWithLogitsLoss(tensor(weights), pos_weight=tensor(pos_weight))
        compare(BCEWithLogitsCriterion(weights, pos_weight, "elements"), theirs, x, target)
        theirs = torch.nn.BCEWithLogitsLoss(tensor(weights), pos_weight=tensor(pos_weight), reduction="sum")
        compare(BCEWithLogitsCriterion(weights, pos_weight), lambda x, t, of=theirs: of(x, t) / len(x), x, target)
