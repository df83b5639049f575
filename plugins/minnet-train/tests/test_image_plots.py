"""Pictures of networks of images: kernels, feature maps, saliency and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from minnet_core import Module, Sequential, layers
from minnet_train import Run, read_experiment
from minnet_train.commands.plot import plot
from minnet_train.data import Pixels
from minnet_train.evaluation import input_saliency, layer_outputs
from minnet_train.plots import PlotError, draw_maps, draw_mistakes, draw_saliency, first_kernels, visible_images

pytest.importorskip("matplotlib")

FLAT = """\
import numpy as np

from minnet_core import Module


class Flat(Module):
    PARAMETERS = {"W": "gradW"}

    def __init__(self):
        super().__init__()
        self.W, self.gradW = np.ones((2, 1, 3, 3), np.float32), np.zeros((2, 1, 3, 3), np.float32)

    def updateOutput(self, input):
        self.output = input.reshape(len(input), -1).copy()
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = gradOutput.reshape(input.shape).copy()
        return self.gradInput

    def accGradParameters(self, input, gradOutput):
        pass
"""

EXPERIMENT = """\
epochs = 2
imports = ["flat.py"]
model = [
    { class = "ReLU" },
    { class = "flat.py:Flat" },
    { class = "Linear", n_in = 64, n_out = 10 },
    { class = "LogSoftMax" },
]
criterion = { class = "ClassNLLCriterion" }
optimizer = { class = "Adam" }
data = { source = { class = "Digits", images = true }, scale = 16 }
"""


@pytest.fixture
def model_of_images(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flat.py").write_text(FLAT)
    (tmp_path / "images.toml").write_text(EXPERIMENT)
    Run.prepare(read_experiment("images.toml")).save("images.safetensors")
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("kernels", "The kernels of images.safetensors are in kernels.png"),
        ("maps", "The feature maps of images.safetensors are in maps.png"),
        ("saliency", "The saliency of samples to images.safetensors is in saliency.png"),
        ("mistakes", "The mistakes of images.safetensors are in mistakes.png"),
        ("weights", "The weights of images.safetensors are in weights.png"),
    ],
)
def test_what_a_network_of_images_does_is_drawn(model_of_images, kind, said):
    options = ["images.safetensors", "--kind", kind, "--import", "flat.py", "--count", "3"]
    assert CliRunner().invoke(plot, options, catch_exceptions=False).output.startswith(f"{said}\nweights of ")
    assert (model_of_images / f"{kind}.png").read_bytes()[:4] == b"\x89PNG"


def scores(model, inputs):
    outputs = inputs
    for layer in list(model)[:-1]:
        outputs = layer.forward(outputs)
    return outputs


def test_saliency_is_the_slope_of_the_largest_score():
    model = Sequential(
        layers["Linear"](5, 7, rng=0, dtype="float64"),
        layers["ELU"](),
        layers["Linear"](7, 3, rng=1, dtype="float64"),
        layers["LogSoftMax"](),
    )
    model.evaluate()
    inputs = np.random.default_rng(0).standard_normal((4, 5))
    before = {name: array.copy() for name, array in model.namedGradParameters().items()}
    found, chosen = input_saliency(model, inputs), scores(model, inputs).argmax(axis=1)
    step, slopes = 1e-6, np.empty((4, 5))
    for column in range(5):
        moved = inputs + step * (np.arange(5) == column)
        difference = scores(model, moved) - scores(model, 2 * inputs - moved)
        slopes[:, column] = difference[np.arange(4), chosen] / (2 * step)
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-8)
    for name, array in model.namedGradParameters().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_model_that_is_certain_still_has_saliency():
    linear = layers["Linear"](2, 2, rng=0)
    linear.W[...] = [[1000, 0], [0, 1000]]
    model = Sequential(linear, layers["LogSoftMax"]())
    np.testing.assert_array_equal(input_saliency(model, np.array([[1.0, 0.0]], np.float32)), [[1000, 0]])


def test_a_model_of_one_layer_has_saliency_too():
    linear = layers["Linear"](2, 3, rng=0)
    inputs = np.ones((1, 2), np.float32)
    best = int(linear.forward(inputs).argmax())
    np.testing.assert_array_equal(input_saliency(linear, inputs), linear.W[best : best + 1])


def test_each_layer_has_its_output():
    model = Sequential(layers["ReLU"](), layers["ReLU"]())
    outputs = layer_outputs(model, np.full((1, 1, 2, 2), -1.0))
    assert [name for name, _ in outputs] == ["0 ReLU", "1 ReLU"]
    assert not outputs[-1][1].any()


def test_maps_are_a_row_for_each_layer():
    maps = [("0 Conv2d", np.arange(72.0).reshape(8, 3, 3)), ("1 ReLU", np.ones((2, 3, 3)))]
    figure = draw_maps(np.zeros((3, 3)), maps, count=4, title="sample")
    drawn = [axes for axes in figure.axes if axes.images]
    assert len(drawn) == 1 + 4 + 2
    assert [axes.get_title("left") for axes in drawn if axes.get_title("left")] == [
        "input",
        "0 Conv2d, 4 of 8 channels",
        "1 ReLU",
    ]
    assert drawn[1].images[0].get_clim() == (0, 35)


def test_a_model_without_maps_is_refused():
    with pytest.raises(PlotError, match="expected a layer whose output is images"):
        draw_maps(np.zeros((3, 3)), [])


def test_saliency_is_below_each_image():
    figure = draw_saliency(np.zeros((2, 3, 3)), np.ones((2, 3, 3)), ["a", "b"])
    assert [len(axes.images) for axes in figure.axes] == [1] * 4
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "", ""]


def test_mistakes_in_colour_are_drawn_in_colour():
    image = Pixels(3, 2, 4, is_channels_last=True)
    features = np.arange(48, dtype=np.uint8).reshape(2, 24)
    figure = draw_mistakes(features, np.array([0, 1]), np.array([1, 1]), ("a", "b"), image=image)
    (drawn,) = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    np.testing.assert_array_equal(drawn, features[0].reshape(2, 4, 3))


def test_other_numbers_of_colours_are_between_0_and_1_and_of_channels_their_mean():
    features = np.linspace(-3, 5, 24).reshape(2, 12)
    visible = visible_images(features, image=Pixels(3, 2, 2))
    assert visible.shape == (2, 2, 2, 3)
    assert (visible.min(), visible.max()) == (0, 1)
    np.testing.assert_allclose(visible_images(features, image=Pixels(2, 2, 3)), features.reshape(2, 2, 2, 3).mean(1))
    assert visible_images(features, image=Pixels(1, 4, 3)).shape == (2, 4, 3)


def test_a_model_without_kernels_is_refused():
    with pytest.raises(PlotError, match=r"expected a layer with kernels .*, received a model with {'0.W': \(2, 3\)"):
        first_kernels(Sequential(layers["Linear"](3, 2)))
    assert issubclass(layers["Linear"], Module)
