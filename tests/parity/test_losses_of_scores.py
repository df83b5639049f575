"""Losses of scores and probabilities against ``torch.nn``, with all options together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from minnet_criterions import (
    BCECriterion,
    BCEWithLogitsCriterion,
    CrossEntropyCriterion,
    DiceCriterion,
    DistKLDivCriterion,
    FocalCriterion,
    MultiLabelSoftMarginCriterion,
)

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


def compare_elements(ours, theirs, x, target):
    """Both means of a loss of elements: ``theirs`` gives each."""
    for mean in ("batch", "elements"):
        compare(
            ours(mean),
            lambda x, t, mean=mean: theirs(x, t).mean() if mean == "elements" else theirs(x, t).sum() / len(x),
            x,
            target,
        )


@pytest.mark.parametrize("shape", [(5,), *SHAPES])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_binary_cross_entropy_of_probabilities(shape, is_weighted):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.uniform(0.01, 0.99, shape), rng.random(shape)
        weights = rng.uniform(0.1, 3, shape[1:]) if is_weighted else None
        theirs = torch.nn.BCELoss(tensor(weights), reduction="none")
        compare_elements(lambda mean, weights=weights: BCECriterion(weights, mean), theirs, x, target)


def test_binary_cross_entropy_of_certain_probabilities():
    x, target = np.array([[0.0, 1.0, 0.0, 1.0, 1e-60]]), np.array([[0.0, 1.0, 1.0, 0.0, 0.5]])
    compare_elements(lambda mean: BCECriterion(mean=mean), torch.nn.BCELoss(reduction="none"), x, target)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_labels(shape, is_weighted):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.standard_normal(shape) * 3, rng.random(shape)
        weights = rng.uniform(0.1, 3, shape[-1:]) if is_weighted else None
        theirs = torch.nn.MultiLabelSoftMarginLoss(tensor(weights))
        compare(MultiLabelSoftMarginCriterion(weights), theirs, x, target)


@pytest.mark.parametrize("shape", [(5,), *SHAPES])
@pytest.mark.parametrize("log_target", [False, True])
def test_divergence(shape, log_target):
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = np.log(rng.uniform(0.01, 1, shape)), rng.random(shape)
        target.flat[0] = 0
        theirs = torch.nn.KLDivLoss(reduction="none", log_target=log_target)
        compare_elements(lambda mean: DistKLDivCriterion(log_target, mean), theirs, x, target)


@pytest.mark.parametrize(("gamma", "alpha"), [(2.0, None), (0.5, 0.25), (3.0, 0.9), (0.0, 0.5)])
def test_focal_loss_by_its_formula(gamma, alpha):
    def focal(x, t):
        p = torch.sigmoid(x)
        short = p * (1 - t) + (1 - p) * t
        weight = 1 if alpha is None else alpha * t + (1 - alpha) * (1 - t)
        return weight * short**gamma * torch.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none")

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, target = rng.standard_normal((4, 3)) * 3, rng.integers(0, 2, (4, 3)).astype(np.float64)
        compare_elements(lambda mean: FocalCriterion(gamma, alpha, mean), focal, x, target)


def test_dice_loss_by_its_formula():
    def dice(x, t):
        both, either = ((a.flatten(1).sum(1)) for a in (x * t, x + t))
        return (1 - (2 * both + 0.5) / (either + 0.5)).mean()

    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        for shape in SHAPES:
            compare(DiceCriterion(0.5), dice, rng.random(shape), rng.random(shape))
