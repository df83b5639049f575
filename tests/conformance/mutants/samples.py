"""Bugs that let the samples of a batch meddle with each other, and calls that are refused too late or not at all."""

from __future__ import annotations

from strangers import (
    CumulativeSum,
    DropConnect,
    Embedding,
    InstanceNorm,
    L2Normalize,
    LayerNorm,
    Reverse,
    RunningMeanSubtractor,
    SplitTable,
    WeightedMeanNLL,
)

from minnet_criterions import MSECriterion
from minnet_layers import LogSoftMax, SoftMax

from .mutant import Mutant

_INDEPENDENT, _REJECTED = "samples_are_independent", "rejected_calls_change_nothing"

SAMPLES = (
    Mutant(
        WeightedMeanNLL,
        [
            ("(picked * input[chosen]).sum() / picked.sum()", "(picked * input[chosen]).sum() / picked.max()"),
            ("-picked / picked.sum()", "-picked / picked.max()"),
        ],
        _INDEPENDENT,
        "the mean is a sum over the largest weight",
    ),
    Mutant(SoftMax, ("axis: int = -1", "axis: int = 0"), _INDEPENDENT, "the axis is the batch by default"),
    Mutant(LogSoftMax, ("axis: int = -1", "axis: int = 0"), _INDEPENDENT, "the axis is the batch by default"),
    Mutant(
        L2Normalize,
        [
            (
                "along = (gradOutput * self.output).sum(axis=-1, keepdims=True)",
                "along = (gradOutput * self.output).sum()",
            ),
            ("np.square(x).sum(axis=-1, keepdims=True)", "np.square(x).sum()"),
        ],
        _INDEPENDENT,
        "the length is that of the whole batch",
    ),
    Mutant(
        CumulativeSum,
        [
            ("np.cumsum(input, axis=-1)", "np.cumsum(input, axis=0)"),
            (
                "np.cumsum(gradOutput[..., ::-1], axis=-1)[..., ::-1].copy()",
                "np.cumsum(gradOutput[::-1], axis=0)[::-1].copy()",
            ),
        ],
        _INDEPENDENT,
        "sums go over the batch",
    ),
    Mutant(
        InstanceNorm,
        [
            ("_standardized(input, -1, 1e-5)", "_standardized(input, (0, -1), 1e-5)"),
            ("self.inverse, gradOutput, -1)", "self.inverse, gradOutput, (0, -1))"),
        ],
        _INDEPENDENT,
        "the mean is over the batch too",
    ),
    Mutant(
        LayerNorm,
        [
            ("_standardized(input, -1, self.eps)", "_standardized(input, 0, self.eps)"),
            ("gradOutput * self.gamma, -1)", "gradOutput * self.gamma, 0)"),
        ],
        _INDEPENDENT,
        "it normalizes over the batch",
    ),
    Mutant(
        Reverse,
        [
            ("np.ascontiguousarray(input[..., ::-1])", "np.ascontiguousarray(input[::-1])"),
            ("gradOutput[..., ::-1].copy()", "gradOutput[::-1].copy()"),
        ],
        _INDEPENDENT,
        "the batch is turned around",
    ),
    Mutant(
        DropConnect,
        [
            (
                "if input.shape[1:] != self.W.shape[1:]:  # before anything is drawn",
                "kept = self.rng.random(self.W.shape) >= self.p if self.training else 1\n"
                "        if input.shape[1:] != self.W.shape[1:]:",
            ),
            ("self.mask *= self.rng.random(self.W.shape) >= self.p", "self.mask *= kept"),
        ],
        _REJECTED,
        "the mask is drawn before the input is looked at",
    ),
    Mutant(
        RunningMeanSubtractor,
        (
            'expect_shape(self, input, ("batch", self.mean.size))\n        centered',
            "if self.training:\n            self.count += len(input)\n"
            '        expect_shape(self, input, ("batch", self.mean.size))\n        centered',
        ),
        _REJECTED,
        "samples are counted before they are looked at",
    ),
    Mutant(
        LayerNorm,
        ("expect_shape(self, input, (*map(str, input.shape[:-1]), self.gamma.size))\n        ", ""),
        _REJECTED,
        "a single feature is broadcast to all",
    ),
    Mutant(
        SplitTable,
        [
            ("if input.shape[-1] % self.parts:", "if input.shape[-1] < self.parts:"),
            ("np.split(input", "np.array_split(input"),
        ],
        _REJECTED,
        "unequal parts are made",
    ),
    Mutant(
        MSECriterion,
        ('expect_shape(self, target, input.shape, "target")\n        ', ""),
        _REJECTED,
        "the target is broadcast",
    ),
    Mutant(
        Embedding,
        [
            ("0 <= input.min() <= input.max() < len(self.vectors)", "0 <= input.min()"),
            ("self.vectors[input]", 'np.take(self.vectors, input, axis=0, mode="clip")'),
        ],
        _REJECTED,
        "an unknown word is taken for the last one",
    ),
)
