"""Bugs of layers that gather statistics, which only a batch that is computed in parts shows."""

from __future__ import annotations

from strangers import GatheringNorm

from minnet_layers import BatchNormalization

from .mutant import Mutant

_CHECK = "parts_make_the_whole_batch"

PARTS = (
    Mutant(
        GatheringNorm,
        (
            "mean, along = self.means(gradOutput, gradOutput * self.normal)",
            "mean, along = gradOutput.mean(axis=0), (gradOutput * self.normal).mean(axis=0)",
        ),
        _CHECK,
        "backward takes the means of its own part",
    ),
    Mutant(
        GatheringNorm,
        [
            (
                "own = (len(arrays[0]), *(array.sum(axis=0) for array in arrays))",
                "own = (1, *(a.mean(axis=0) for a in arrays))",
            ),
        ],
        _CHECK,
        "the mean of means, whatever the parts have",
    ),
    Mutant(
        GatheringNorm,
        ("self.running_var += self.momentum * (variance -", "self.running_var += self.momentum * (input.var(axis=0) -"),
        _CHECK,
        "the running variance is that of the part",
    ),
    Mutant(
        GatheringNorm,
        (
            "(variance,) = self.means(np.square(centered))",
            "variance = np.square(centered).mean(axis=0)",
        ),
        _CHECK,
        "only means are gathered",
    ),
    Mutant(
        GatheringNorm,
        (
            "(more,) = self.means(input - mean)",
            "(more,) = self.means(input - mean) if len(input) != 2 else (0,)",
        ),
        _CHECK,
        "a small part gathers less often",
    ),
    Mutant(
        BatchNormalization,
        (
            "gradInput = standardize_batch_back(self.output, g, self.inverse_deviation, self.axis)",
            "y, s = self.output, self.inverse_deviation\n"
            "            axes = tuple(a for a in range(g.ndim) if a != self.axis % g.ndim)\n"
            "            shape = [-1 if a == self.axis % g.ndim else 1 for a in range(g.ndim)]\n"
            "            means = [each.mean(axis=axes, keepdims=True) for each in (g, g * y)]\n"
            "            gradInput = s.reshape(shape) * (g - means[0] - y * means[1])",
        ),
        _CHECK,
        "backward is that of the part",
    ),
)
