"""Bugs that wait for large or equal numbers, in components that say how their inputs are drawn."""

from __future__ import annotations

from strangers import LargestShare, MaskedSigmoid

from .mutant import Mutant

DRAWN = (
    Mutant(
        MaskedSigmoid,
        ("return np.where(x >= 0, 1, small) / (1 + small)", "return 1 / (1 + np.exp(-x))"),
        "large_inputs_give_finite_results",
        "1/(1 + exp(-x)) as it is written, beside a mask",
    ),
    Mutant(
        MaskedSigmoid,
        ("y = self._sigmoid(x)", "y = self._sigmoid(x) * (np.abs(x) < 3)"),
        "gradInput_is_the_slope_for_larger_inputs",
        "there is no gradient beyond 3",
    ),
    Mutant(
        LargestShare,
        (
            "self.gradInput[np.arange(len(input)), input.argmax(axis=1)] = gradOutput",
            "self.gradInput += (input == self.output[:, None]) * gradOutput[:, None]",
        ),
        "gradInput_at_ties_is_a_slope",
        "each of equal numbers gets the whole gradient",
    ),
)
