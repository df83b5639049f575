"""What a stranger's layer states is used like what ours state: an installed distribution, and layers of minnet."""

from __future__ import annotations

from minnet_core.testing import install_distribution

PACKAGE = '''
import numpy as np
from minnet_core import Affine, Example, Module


class Standardize(Module):
    """Subtracts known means and divides by known deviations."""

    BUFFERS = ("mean", "deviation")
    EXAMPLES = (Example(arguments={"mean": [1.0, -2.0], "deviation": [0.5, 3.0]}, input=(4, 2)),)

    def __init__(self, mean, deviation):
        super().__init__()
        self.mean, self.deviation = np.array(mean), np.array(deviation)

    def updateOutput(self, input):
        self.output = ((input - self.mean) / self.deviation).astype(input.dtype)
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = (gradOutput / self.deviation).astype(input.dtype)
        return self.gradInput

    def as_affine(self):
        return Affine(1 / self.deviation, -self.mean / self.deviation)


class Columns(Module):
    """Weights the columns that it selects."""

    PARAMETERS = {"w": "gradW", "b": "gradB"}
    EXAMPLES = (Example(arguments={"columns": [2, 0]}, input=(4, 3)),)

    def __init__(self, columns, dtype="float32"):
        super().__init__()
        self.columns = list(columns)
        self.w, self.b = np.ones(len(columns), dtype), np.zeros(len(columns), dtype)
        self.gradW, self.gradB = np.zeros_like(self.w), np.zeros_like(self.b)

    def updateOutput(self, input):
        self.output = input[:, self.columns] * self.w + self.b
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = np.zeros_like(input)
        np.add.at(self.gradInput, (slice(None), self.columns), gradOutput * self.w)
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        self.gradW += (input[:, self.columns] * gradOutput).sum(axis=0)
        self.gradB += gradOutput.sum(axis=0)

    def absorb(self, affine):
        found = affine.of_features(len(self.columns), axis=-1, ndim=2)
        if found is None:
            return None
        layer = Columns(self.columns, dtype=self.w.dtype)
        layer.w[...], layer.b[...] = found[0] * self.w, found[0] * self.b + found[1]
        return layer
'''

SCRIPT = """
import sys
import numpy as np
from minnet_core import build, fuse, layers, load, save

model = build({"class": "Sequential", "modules": [
    {"class": "Linear", "n_in": 3, "n_out": 2},
    {"class": "Standardize", "mean": [1.0, -2.0], "deviation": [0.5, 3.0]},
    {"class": "ChannelwiseScaling", "n_out": 2},
    {"class": "ReLU"},
    {"class": "Columns", "columns": [1, 0, 1]},
    {"class": "Dropout"},
    {"class": "BatchNormalization"},
]}, rng=0).astype(np.float64)
x = np.random.default_rng(0).standard_normal((20, 3))
model.forward(x)
fused = fuse(model)
print(*(type(layer).__name__ for layer in fused))
model.evaluate()
np.testing.assert_allclose(fused.forward(x), model.forward(x), rtol=1e-9, atol=1e-9)
np.testing.assert_array_equal(load(save(fused, "fused.safetensors")).forward(x), fused.output)
"""


def test_a_strangers_layers_are_folded_with_ours_and_proven_by_the_kit(environment):
    names = ("Standardize", "Columns")
    points = {"minnet.layers": {name: f"minnet_strange:{name}" for name in names}}
    install_distribution(environment.site, "minnet-strange", {"minnet_strange": PACKAGE}, entry_points=points)
    assert environment.run("python", "-c", SCRIPT).stdout == "Linear ReLU Columns\n"
    for name, check in zip(names, ("affine_map_is_what_it_states", "absorbs_rightly_what_follows_it"), strict=True):
        environment.run("minnet", "check", name)
        listing = environment.run("minnet", "check", name, "--check", check).stdout
        assert listing.splitlines()[1].split()[-5:] == ["1", "0", "0", "0", "0"]
