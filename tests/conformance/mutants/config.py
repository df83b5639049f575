"""Components that no config brings back, and arguments that are no longer refused."""

from __future__ import annotations

from strangers import (
    BatchNorm,
    GlobalDropout,
    GumbelSoftmax,
    Hardtanh,
    HingeLoss,
    LowRankLinear,
    Pad,
    RandomFourierFeatures,
    RReLU,
    SplitTable,
    StochasticDepth,
    Transpose,
    WeightedNLLLoss,
)

from .mutant import Mutant

REBUILDING = (
    Mutant(
        Hardtanh,
        ("self.low, self.high = float(low), float(high)", "self.low, self.high = -1.0, float(high)"),
        "every_argument_counts",
        "the lower bound is always -1",
    ),
    Mutant(
        RandomFourierFeatures,
        [
            ('BUFFERS = ("P", "phase")', 'BUFFERS = ("P",)'),
            ("self.phase = rng.uniform", "self.phase = np.random.default_rng().uniform"),
        ],
        "a_config_makes_an_equal_component",
        "the phase is drawn without a seed, and is no buffer",
    ),
)

REFUSING = (
    Mutant(
        LowRankLinear,
        ("if not 1 <= rank <= min(n_in, n_out):", "if rank < 1:"),
        "wrong_arguments_are_refused",
        "rank may be too large",
    ),
    Mutant(
        Hardtanh, ("if not low < high:", "if low > high:"), "wrong_arguments_are_refused", "an empty interval is taken"
    ),
    Mutant(
        RReLU, ("if lower > upper:", "if lower > upper > 1:"), "wrong_arguments_are_refused", "lower may be above upper"
    ),
    Mutant(
        GlobalDropout,
        ("if not 0 <= p < 1:", "if not 0 <= p <= 1:"),
        "wrong_arguments_are_refused",
        "p may be 1, by which it divides",
    ),
    Mutant(StochasticDepth, ("if not 0 <= p < 1:", "if p >= 1:"), "wrong_arguments_are_refused", "p may be negative"),
    Mutant(
        GumbelSoftmax,
        ("if not temperature > 0:", "if temperature < 0:"),
        "wrong_arguments_are_refused",
        "the temperature may be 0",
    ),
    Mutant(
        Transpose,
        ("if 0 in (first, second):", "if first == second == 0:"),
        "wrong_arguments_are_refused",
        "one of the axes may be the batch",
    ),
    Mutant(
        Pad,
        ("if min(before, after) < 0:", "if before + after < 0:"),
        "wrong_arguments_are_refused",
        "one width may be negative",
    ),
    Mutant(SplitTable, ("if parts < 1:", "if parts < 0:"), "wrong_arguments_are_refused", "there may be no parts"),
    Mutant(
        BatchNorm,
        ("if not 0 <= momentum <= 1:", "if momentum < 0:"),
        "wrong_arguments_are_refused",
        "momentum may be above 1",
    ),
    Mutant(
        HingeLoss,
        (
            "        if margin < 0:\n"
            '            raise ValueError(f"HingeLoss: expected margin from 0, received {margin!r}")\n',
            "        assert margin is not None\n",
        ),
        "wrong_arguments_are_refused",
        "the margin may be negative",
    ),
    Mutant(
        WeightedNLLLoss,
        ("(self.weights < 0).any()", "(self.weights < 0).all()"),
        "wrong_arguments_are_refused",
        "one weight may be negative",
    ),
)

CONFIG = (*REBUILDING, *REFUSING)
