"""Layers that state another affine map than they are, or absorb one wrongly."""

from __future__ import annotations

from strangers import BatchNorm, Conv1d

from minnet_layers import BatchNormalization, ChannelwiseScaling, Dropout, Linear

from .mutant import Mutant

_STATED = "affine_map_is_what_it_states"
_ABSORBED = "absorbs_rightly_what_follows_it"

STATED = (
    Mutant(
        BatchNormalization,
        ("scale = 1 / np.sqrt(variance + self.EPS)", "scale = 1 / np.sqrt(variance)"),
        _STATED,
        "what it states lacks the epsilon",
    ),
    Mutant(BatchNormalization, ("-mean * scale", "-mean"), _STATED, "the mean that it states is not scaled"),
    Mutant(
        BatchNormalization,
        ("Affine(scale, -mean * scale, axis=self.axis)", "Affine(scale, -mean * scale)"),
        _STATED,
        "it states no axis",
    ),
    Mutant(
        BatchNormalization,
        (
            "scale = 1 / np.sqrt(variance + self.EPS)",
            "scale = 1 / np.sqrt(variance * (self.moving_variance is not None) + self.EPS)",
        ),
        _STATED,
        "what it states before training has no variance",
    ),
    Mutant(ChannelwiseScaling, ("Affine(self.gamma, self.beta)", "Affine(self.gamma)"), _STATED, "it states no shift"),
    Mutant(Dropout, ("Affine()", "Affine(1 - self.p)"), _STATED, "it states what dropout was before it was inverted"),
    Mutant(BatchNorm, ("self.beta - factor", "-factor"), _STATED, "it forgets its own shift in what it states"),
)

ABSORBING = (
    Mutant(Linear, ("self.b * scale + shift", "self.b + shift"), _ABSORBED, "the absorbed bias is not scaled"),
    Mutant(
        Linear,
        ("self.b is not None or bool(shift.any())", "self.b is not None"),
        _ABSORBED,
        "without a bias, what it absorbs loses its shift",
    ),
    Mutant(
        Linear,
        [
            ("self.b is not None or bool(shift.any())", "self.b is not None"),
            (
                "        if layer.b is not None:\n            layer.b[...]",
                "        if layer.b is not None or shift.any():\n"
                "            layer.gradb = np.zeros(n_out, layer.W.dtype)\n"
                "            layer.b = np.empty_like(layer.gradb)\n"
                "            layer.b[...]",
            ),
        ],
        _ABSORBED,
        "the constructor of what it makes knows nothing of the bias, so it cannot be saved",
    ),
    Mutant(
        Linear,
        ("layer.W[...] = self.W * scale[:, np.newaxis]", "layer.W = self.W\n        layer.W *= scale[:, np.newaxis]"),
        _ABSORBED,
        "absorbing changes the layer itself",
    ),
    Mutant(
        Linear,
        ("layer.W[...] = self.W * scale[:, np.newaxis]", "layer.W = self.W * scale[:, np.newaxis]"),
        _ABSORBED,
        "absorbing makes float64 of float32",
    ),
    Mutant(
        Linear,
        (", dtype=floating_dtype(self.W))", ")"),
        _ABSORBED,
        "absorbing makes float32 of float64",
    ),
    Mutant(
        Linear,
        ("of_features(len(self.W), axis=-1, ndim=2)", "of_features(len(self.W), axis=affine.axis)"),
        _ABSORBED,
        "it absorbs maps of whatever axis",
    ),
    Mutant(
        ChannelwiseScaling,
        ("then(affine)", "then(Affine(affine.scale, affine.shift, axis=min(affine.axis, -affine.axis)))"),
        _ABSORBED,
        "it takes the second axis to be the last",
    ),
    Mutant(Conv1d, ("axis=1, ndim=3", "axis=-1, ndim=3"), _ABSORBED, "it absorbs maps of time instead of channels"),
)
