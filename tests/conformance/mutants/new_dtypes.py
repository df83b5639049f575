"""Bugs of constructors that a conversion to one dtype hides."""

from __future__ import annotations

from strangers import BatchNorm, LayerNorm, LowRankLinear, TiedAutoencoder

from minnet_layers import ChannelwiseScaling, Linear

from .mutant import Mutant

_CHECK = "a_new_component_has_one_dtype"

NEW_DTYPES = (
    Mutant(
        Linear,
        ("self.gradW = np.zeros_like(self.W)", "self.gradW = np.zeros(self.W.shape)"),
        _CHECK,
        "the gradient is made in float64",
    ),
    Mutant(
        ChannelwiseScaling,
        ("np.zeros_like(self.gamma), np.zeros_like(self.beta)", "np.zeros(n_out), np.zeros(n_out)"),
        _CHECK,
        "all gradients are made in float64",
    ),
    Mutant(
        TiedAutoencoder,
        (
            "map(np.zeros_like, (self.W, self.b, self.c))",
            "(np.zeros_like(each, np.float16) for each in (self.W, self.b, self.c))",
        ),
        _CHECK,
        "the gradients are made in float16",
    ),
    Mutant(
        LowRankLinear,
        [
            ("self.b = np.zeros(n_out, np.float32)", "self.b = np.zeros(n_out)"),
            ("self.gradb = np.zeros(n_out, np.float32)", "self.gradb = np.zeros(n_out)"),
        ],
        _CHECK,
        "the bias is float64 beside weights of float32",
    ),
    Mutant(
        LayerNorm,
        [
            ("np.zeros(n_feats, dtype)\n        self.gradGamma", "np.zeros(n_feats)\n        self.gradGamma"),
            ("np.zeros(n_feats, dtype), np.zeros(n_feats, dtype)", "np.zeros(n_feats, dtype), np.zeros(n_feats)"),
        ],
        _CHECK,
        "beta is float64 beside gamma of float32",
    ),
    Mutant(
        BatchNorm,
        ("np.zeros(n_feats, np.float32), np.ones(n_feats, np.float32)\n", "np.zeros(n_feats), np.ones(n_feats)\n"),
        _CHECK,
        "the statistics are float64, and so is the output of evaluation",
    ),
)
