"""Bugs in what a mask, lengths, or a part of a table's target does, which only such inputs show."""

from __future__ import annotations

from strangers import (
    CosineLoss,
    LengthGRU,
    MaskedAttention,
    MaskedMax,
    MaskedMSE,
    MeanOverLength,
    SoftCrossEntropy,
    TripletLoss,
    WeightedSamplesNLL,
    WordMean,
)

from .mutant import Mutant

INPUT, PARAMETERS = "gradInput_is_the_slope", "parameter_gradients_are_the_slopes"

DESCRIBED_INPUTS = (
    Mutant(
        MaskedAttention,
        ("weights = self._weights(q, k, mask)", "weights = self._weights(q, k, np.ones_like(mask))"),
        INPUT,
        "the mask is ignored in backward",
    ),
    Mutant(MaskedAttention, ("scores, -np.inf)", "scores, 0)"), INPUT, "a score that is left out is 0"),
    Mutant(
        MaskedMax,
        ("(gradient, self.steps,", "(gradient, x.argmax(axis=1)[:, None],"),
        INPUT,
        "the gradient goes to the largest of all steps",
    ),
    Mutant(
        MeanOverLength,
        ("share[:, None] * self._kept(x, lengths)", "share[:, None] * self._kept(x, lengths - 1)"),
        INPUT,
        "lengths are one less in backward",
    ),
    Mutant(
        MeanOverLength,
        ("share = gradOutput / lengths[:, None].astype(x.dtype)", "share = gradOutput / x.shape[1]"),
        INPUT,
        "the gradient is divided by the number of all steps",
    ),
    Mutant(
        WordMean,
        ("gradOutput[:, None] * self._shares(input)[:, :, None])", "gradOutput[:, None] / input[1][:, None, None])"),
        PARAMETERS,
        "the words beyond the length have gradients",
    ),
    Mutant(
        WordMean,
        ("np.add.at(self.gradVectors, words, ", "self.gradVectors[words] += ("),
        PARAMETERS,
        "a word that occurs twice counts once",
    ),
    Mutant(
        LengthGRU,
        ("gradient = gradient * ~on + flowing * z", "gradient = flowing * z"),
        INPUT,
        "the gradient of a state that stays is lost",
    ),
    Mutant(
        LengthGRU,
        ("(t < lengths)[:, None]\n            flowing", "(t < lengths - 1)[:, None]\n            flowing"),
        PARAMETERS,
        "lengths are one less in backward",
    ),
    Mutant(
        MaskedMSE,
        (
            "self.gradInput = self._difference(input, target) * 2",
            "self.gradInput = (input - target[0].astype(input.dtype)) * 2",
        ),
        INPUT,
        "the mask is ignored in backward",
    ),
    Mutant(
        MaskedMSE,
        ("self._difference(input, target) * 2 / len(input)", "self._difference(input, target) * 2 / target[1].sum()"),
        INPUT,
        "the gradient is divided by how many the mask has",
    ),
    Mutant(WeightedSamplesNLL, ("= -weights / len", "= -1 / len"), INPUT, "the weights are ignored in backward"),
    Mutant(
        CosineLoss,
        ("np.where(target > 0, -1, cosine > 0)", "np.full_like(cosine, -1)"),
        INPUT,
        "the sign is ignored in backward",
    ),
    Mutant(TripletLoss, ("factor * (a - n)", "factor * (n - a)"), INPUT, "the negative is pulled near"),
    Mutant(
        SoftCrossEntropy,
        ("target.astype(input.dtype)) /", "(target == target.max(axis=1, keepdims=True)).astype(input.dtype)) /"),
        INPUT,
        "the target is taken to be one class in backward",
    ),
)
