"""Bugs in where random numbers come from, when they are drawn, and what they average to."""

from __future__ import annotations

from strangers import (
    AnnealedNoise,
    DropConnect,
    GaussianDropout,
    GaussianNoise,
    GlobalDropout,
    GumbelSoftmax,
    LowRankLinear,
    Maxout,
    PositionalEmbedding,
    RReLU,
    StochasticDepth,
)

from minnet_layers import ChannelwiseScaling, Dropout, Linear

from .mutant import Mutant

_SEED = "a_seed_gives_the_same_component"
_SEEDS = "seeds_give_different_components"
_GLOBAL = "the_global_generator_is_left_alone"
_EVALUATION = "evaluation_draws_nothing"
_BACKWARD = "backward_draws_nothing"
_SUCCESSIVE = "successive_draws_differ"
_MEAN = "the_mean_is_preserved"

RANDOMNESS = (
    Mutant(Dropout, ("np.random.default_rng(rng)", "np.random.default_rng()"), _SEED, "the seed is ignored"),
    Mutant(
        Maxout,
        (
            "self.b = rng.standard_normal((pieces, n_out))",
            "self.b = np.random.default_rng().standard_normal((pieces, n_out))",
        ),
        _SEED,
        "the biases are drawn without the seed",
    ),
    Mutant(
        RReLU,
        (
            "self.rng = np.random.default_rng(rng)",
            "import time\n\n        self.rng = np.random.default_rng((rng or 0) + time.time_ns())",
        ),
        _SEED,
        "the time is added to the seed",
    ),
    Mutant(
        LowRankLinear,
        ("_draw(rng, n_out, rank)", "_draw(np.random.default_rng(id(self)), n_out, rank)"),
        _SEED,
        "an address is the seed of one matrix",
    ),
    Mutant(
        Linear, ("rng = np.random.default_rng(rng)", "rng = np.random.default_rng(0)"), _SEEDS, "the seed is always 0"
    ),
    Mutant(
        ChannelwiseScaling,
        ("np.random.default_rng(rng)", "np.random.default_rng(n_out)"),
        _SEEDS,
        "the size is the seed",
    ),
    Mutant(
        Dropout,
        ("self.rng = np.random.default_rng(rng)", "self.rng = np.random.default_rng(1234)"),
        _SEEDS,
        "all layers have the same seed",
    ),
    Mutant(
        PositionalEmbedding,
        (
            "0.02 * np.random.default_rng(rng).standard_normal((n_steps, n_feats), dtype=np.float32)",
            "(0.02 * np.random.randn(n_steps, n_feats)).astype(np.float32)",
        ),
        _GLOBAL,
        "the constructor draws globally",
    ),
    Mutant(
        Linear,
        ("rng = np.random.default_rng(rng)", "np.random.seed(42)\n        rng = np.random.default_rng(rng)"),
        _GLOBAL,
        "the constructor seeds the global generator",
    ),
    Mutant(
        GaussianNoise,
        ("self.rng.normal(0, self.sigma, input.shape)", "np.random.normal(0, self.sigma, input.shape)"),
        _GLOBAL,
        "noise is drawn globally",
    ),
    Mutant(
        StochasticDepth,
        (
            "self.kept *= self.rng.random(self.kept.shape) >= self.p",
            "import random\n\n            self.kept *= random.random() >= self.p",
        ),
        _GLOBAL,
        "Python's generator decides",
    ),
    Mutant(
        GaussianDropout,
        (
            "self.gradInput = gradOutput * self.factor",
            "np.random.shuffle(np.arange(3))\n        self.gradInput = gradOutput * self.factor",
        ),
        _GLOBAL,
        "backward shuffles something",
    ),
    Mutant(
        Dropout,
        (
            "if self.training:\n            mask = np.empty_like",
            "keep_mask(self.rng, input.shape, self.p)\n        if self.training:\n            mask = np.empty_like",
        ),
        _EVALUATION,
        "a mask is drawn before the mode is looked at",
    ),
    Mutant(
        GlobalDropout,
        (
            "if self.training:\n            self.mask = (np.random.rand(*input.shape) >= self.p)",
            "kept = np.random.rand(*input.shape) >= self.p\n        if self.training:\n            self.mask = kept",
        ),
        _EVALUATION,
        "evaluation draws globally and throws it away",
    ),
    Mutant(
        AnnealedNoise,
        (
            "self.gradInput = +gradOutput",
            "noise = self.rng.standard_normal(gradOutput.shape).astype(gradOutput.dtype)\n"
            "        self.gradInput = gradOutput + 0 * noise",
        ),
        _BACKWARD,
        "backward draws noise of the weight 0",
    ),
    Mutant(
        Dropout,
        (
            "self.gradInput = gradOutput * self.mask",
            "self.gradInput = gradOutput * keep_mask(self.rng, input.shape, self.p)",
        ),
        _BACKWARD,
        "backward draws a mask of its own",
    ),
    Mutant(
        GumbelSoftmax,
        (
            "along = (gradOutput * self.output)",
            "self.updateOutput(input)\n        along = (gradOutput * self.output)",
        ),
        _BACKWARD,
        "backward runs forward again, with other noise",
    ),
    Mutant(
        DropConnect,
        (
            "self.gradW += self.mask * (gradOutput.T @ input)",
            "mask = (self.rng.random(self.W.shape) >= self.p) / (1 - self.p) if self.training else 1\n"
            "        self.gradW += mask * (gradOutput.T @ input)",
        ),
        _BACKWARD,
        "the gradient of the weights has another mask",
    ),
    Mutant(
        Dropout,
        (
            "self.mask = mask\n",
            "if self.mask is None or self.mask.shape != input.shape:\n                self.mask = mask\n"
            "            mask = self.mask\n",
        ),
        _SUCCESSIVE,
        "a mask is kept while the shape is the same",
    ),
    Mutant(
        GaussianNoise,
        [
            ("self.rng = np.random.default_rng(rng)", "self.rng, self.seed = np.random.default_rng(rng), rng"),
            (
                "self.output += self.rng.normal",
                "self.rng = np.random.default_rng(self.seed)\n            self.output += self.rng.normal",
            ),
        ],
        _SUCCESSIVE,
        "every pass starts from the seed",
    ),
    Mutant(
        StochasticDepth,
        [
            ("self.kept = None", "self.draw = self.rng.random()"),
            ("self.rng.random(self.kept.shape) >= self.p", "self.draw >= self.p"),
        ],
        _SUCCESSIVE,
        "whether to skip is drawn once for all",
    ),
    Mutant(Dropout, ("mask *= 1 / (1 - self.p)", "pass"), _MEAN, "what is kept is not scaled"),
    Mutant(Dropout, ("mask *= 1 / (1 - self.p)", "mask *= 1 / (self.p or 1)"), _MEAN, "the scale is 1/p"),
    Mutant(
        GlobalDropout,
        (">= self.p).astype(input.dtype) / (1 - self.p)", "< self.p).astype(input.dtype) / (1 - self.p)"),
        _MEAN,
        "what should be dropped is kept",
    ),
    Mutant(
        GaussianNoise,
        ("self.rng.normal(0, self.sigma, input.shape)", "self.sigma * self.rng.random(input.shape)"),
        _MEAN,
        "the noise is uniform from 0 on",
    ),
    Mutant(
        GaussianDropout,
        ("self.factor = 1 + self.sigma *", "self.factor = self.sigma *"),
        _MEAN,
        "the factor has the mean 0",
    ),
    Mutant(
        RReLU,
        ("negative = (self.lower + self.upper) / 2", "negative = self.lower"),
        _MEAN,
        "evaluation has the lowest slope",
    ),
    Mutant(DropConnect, ("self.mask /= 1 - self.p", "pass"), _MEAN, "the weights that are left are not scaled"),
)
