"""Twins of convolutions and of MaxPool2d compute what their base classes do, in C where they can."""

from __future__ import annotations

import numpy as np
import pytest

import minnet_conv
from minnet_core import Sequential, ShapeError, fuse, load, save
from minnet_core.testing import examine_acceleration
from minnet_layers import ELU, BatchNormalization, LeakyReLU, Linear, ReLU, SoftPlus

kernels = pytest.importorskip("minnet_fast.kernels")
from minnet_fast import accelerate  # noqa: E402
from minnet_fast.twins import images  # noqa: E402

SHAPES = {"Conv1d": (33, 2, 11), "Conv2d": (33, 2, 7, 8), "SameConv2d": (33, 2, 7, 8), "MaxPool2d": (33, 2, 7, 8)}
TRANSPOSED = {"ConvTranspose1d": (33, 4, 11), "ConvTranspose2d": (33, 4, 7, 8)}
POOLS = {"AdaptiveMaxPool2d": (33, 2, 6, 8)}
LAID = {"AdaptiveAvgPool2d": (33, 2, 7, 8), "ReflectionPad2d": (33, 2, 7, 8)}
ARGUMENTS = {
    "Conv1d": {"in_channels": 2, "out_channels": 5, "kernel_size": 3, "padding": 1, "rng": 0},
    "Conv2d": {"in_channels": 2, "out_channels": 5, "kernel_size": (3, 2), "stride": (2, 1), "rng": 0},
    "SameConv2d": {"in_channels": 2, "out_channels": 5, "kernel_size": 3, "rng": 0},
    "MaxPool2d": {"kernel_size": 3, "stride": 2, "padding": 1},
    "ConvTranspose1d": {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "groups": 2, "rng": 0},
    "ConvTranspose2d": {
        **{"in_channels": 4, "out_channels": 6, "kernel_size": (3, 2), "stride": (2, 3), "padding": 1},
        **{"output_padding": (1, 2), "rng": 0},
    },
    "AdaptiveMaxPool2d": {"output_size": (3, 2)},
    "AdaptiveAvgPool2d": {"output_size": (3, 5)},
    "ReflectionPad2d": {"padding": (2, 1, 0, 3)},
}
SHAPES_IN_C = SHAPES | TRANSPOSED | POOLS
BY_LAYER = pytest.mark.parametrize("name", SHAPES)


def pair(name, **changes):
    """Return a layer and its twin, made alike."""
    made = [getattr(minnet_conv, name)(**ARGUMENTS[name] | changes) for _ in range(2)]
    return made[0], accelerate(made[1])


def draw(shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def batch_innermost(x):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)


def run(layer, x):
    """Return all that two passes leave behind."""
    output = layer.forward(x)
    g = draw(output.shape, 1, x.dtype)
    gradInput = layer.backward(x, g)
    layer.backward(x, g)
    return [output, gradInput, *layer.getGradParameters()]


def computed():
    """Count what was computed in C; laying an array in another order is nothing of the kind."""
    return sum(count for name, count in kernels.counts().items() if name != "transposed")


def test_they_stand_for_layers_of_minnet_conv():
    assert {twin.__name__ for twin in images.TWINS.values()} == {*SHAPES_IN_C, *LAID}


@pytest.mark.parametrize("name", SHAPES_IN_C)
@pytest.mark.parametrize("arranged", [np.array, batch_innermost])
def test_a_twin_computes_what_its_layer_does_and_in_c(name, arranged):
    layer, twin = pair(name)
    x = arranged(draw(SHAPES_IN_C[name]))
    before = computed()
    results = run(twin, x)
    assert computed() >= before + 3
    for result, wanted in zip(results, run(layer, x), strict=True):
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, wanted, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", LAID)
def test_images_are_laid_in_c_for_what_numpy_computes_bit_for_bit(name):
    layer, twin = pair(name)
    x, before = draw(LAID[name]), kernels.counts()["transposed"]
    results = run(twin, x)
    assert kernels.counts()["transposed"] > before
    assert np.moveaxis(results[0], 0, -1).flags.c_contiguous
    for result, wanted in zip(results, run(layer, batch_innermost(x)), strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("name", [*TRANSPOSED, *POOLS, *LAID])
@pytest.mark.parametrize(("batch", "dtype"), [(3, np.float32), (33, np.float64)])
def test_few_samples_and_other_dtypes_are_left_to_the_layer(name, batch, dtype):
    layer, twin = pair(name)
    for each in (layer, twin):
        each.astype(dtype)
    x = draw((batch, *(SHAPES_IN_C | LAID)[name][1:]), dtype=dtype)
    for result, wanted in zip(run(twin, x), run(layer, x), strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("name", TRANSPOSED)
@pytest.mark.parametrize("changes", [{"bias": False}, {"kernel_size": 1}, {"dilation": 2}])
def test_a_transposed_convolution_of_other_arguments_is_what_it_is(name, changes):
    if name == "ConvTranspose2d":
        changes = {"stride": 1, "output_padding": 0, "padding": 0} | changes
    layer, twin = pair(name, **changes)
    for result, wanted in zip(run(twin, draw(TRANSPOSED[name])), run(layer, draw(TRANSPOSED[name])), strict=True):
        if wanted is not None:
            np.testing.assert_allclose(result, wanted, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("name", [*TRANSPOSED, *POOLS, *LAID])
def test_errors_of_a_wrong_input_or_gradient_are_those_of_the_layer(name):
    x = draw((SHAPES_IN_C | LAID)[name])
    messages = []
    for each in pair(name):
        output = each.forward(x)
        for method, *given in (
            ("forward", x[:, :1, :1, ...] if "Conv" in name else x[0]),
            ("backward", x, output[:, :, 1:]),
            ("backward", x[1:], output),
        ):
            with pytest.raises(ShapeError) as error:
                getattr(each, method)(*given)
            messages.append(str(error.value))
        assert not any(array.any() for array in each.getGradParameters())
    assert messages[:3] == messages[3:]


@pytest.mark.parametrize(
    ("name", "changes", "batch", "dtype"),
    [
        ("Conv2d", {}, 15, np.float32),
        ("Conv2d", {}, 33, np.float64),
        ("Conv2d", {"padding": 1, "padding_mode": "reflect"}, 33, np.float32),
        ("Conv2d", {"padding": "same", "kernel_size": 2, "stride": 1}, 33, np.float32),  # more at the end
        ("Conv2d", {"kernel_size": 1, "stride": 1}, 33, np.float32),
        ("Conv1d", {"stride": 2}, 3, np.float32),
        ("MaxPool2d", {}, 33, np.float64),
    ],
)
def test_what_no_kernel_takes_is_left_to_the_layer_bit_for_bit(name, changes, batch, dtype):
    layer, twin = pair(name, **changes)
    for each in (layer, twin):
        each.astype(dtype)
    x = draw((batch, *SHAPES[name][1:]), dtype=dtype)
    before = computed()
    results = run(twin, x)
    assert computed() == before
    for result, wanted in zip(results, run(layer, x), strict=True):
        np.testing.assert_array_equal(result, wanted)


@pytest.mark.parametrize("batch", [2, 15])
@pytest.mark.parametrize("name", SHAPES)
def test_of_few_samples_the_output_is_computed_in_c_and_gradients_by_the_layer(name, batch):
    layer, twin = pair(name, **({"stride": 1} if name == "Conv2d" else {}))
    x = draw((batch, *SHAPES[name][1:]))
    before = computed()
    (output, *gradients), (wanted, *those_wanted) = run(twin, x), run(layer, x)
    assert computed() == before + 1
    np.testing.assert_allclose(output, wanted, rtol=2e-5, atol=2e-5)
    for gradient, that_wanted in zip(gradients, those_wanted, strict=True):
        np.testing.assert_array_equal(gradient, that_wanted)


@BY_LAYER
def test_errors_are_those_of_the_layer_and_change_nothing(name):
    layer, twin = pair(name)
    x = draw(SHAPES[name])
    twin.backward(x, draw(twin.forward(x).shape))
    kept = [array.copy() for array in twin.getGradParameters()]
    for wrong in (x[:, :1], x[:, :, :1, ...], x[0], draw((33, 3, *x.shape[2:]))):
        outcomes = []
        for each in (layer, twin):
            try:
                outcomes.append(each.forward(wrong).shape)
            except ShapeError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[1]
    twin.forward(x)
    for wrong in (x[:, :, :, :3] if x.ndim == 4 else x[:, :, :3], draw((17, *x.shape[1:]))):
        with pytest.raises(ShapeError):
            twin.backward(wrong, draw(twin.output.shape))
    for array, before in zip(twin.getGradParameters(), kept, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(
    ("name", "changes", "shape"),
    [
        ("Conv2d", {"out_channels": 4}, (33, 4, 7, 8)),  # as if there were two groups
        ("Conv2d", {"padding": 1}, (33, 2, 7)),
        ("Conv1d", {"padding": 1}, (33, 2, 1, 11)),
    ],
)
def test_an_input_that_the_layer_refuses_is_refused(name, changes, shape):
    for each in pair(name, **changes):
        with pytest.raises(ShapeError):
            each.forward(draw(shape))
        with pytest.raises(ShapeError):
            each.backward(draw(shape), draw((33, each.W.shape[0], *shape[2:])))
        assert not each.gradW.any()


def test_a_layer_without_a_bias_has_none():
    layer, twin = pair("Conv2d", bias=False)
    x = draw(SHAPES["Conv2d"])
    for result, wanted in zip(run(twin, x), run(layer, x), strict=True):
        if result is not None:
            np.testing.assert_allclose(result, wanted, rtol=2e-5, atol=2e-5)
    assert twin.gradb is None


@pytest.mark.parametrize("twin", images.TWINS.values(), ids=lambda twin: twin.__name__)
def test_a_twin_is_as_accurate_at_any_size_and_place_and_is_reached(twin):
    assert examine_acceleration(twin).problems == ()


@pytest.mark.parametrize("made", [ReLU, ELU, LeakyReLU, SoftPlus])
def test_twins_of_activations_leave_images_in_their_order(made):
    layer, twin = made(), accelerate(made())
    x = batch_innermost(draw((5, 3, 4, 6)))
    before = computed()
    results = run(twin, x)
    assert computed() > before
    for result, wanted in zip(results, run(layer, x), strict=True):
        np.testing.assert_allclose(result, wanted, rtol=1e-5, atol=1e-6)
    assert np.moveaxis(results[0], 0, -1).flags.c_contiguous


def test_a_model_of_images_is_saved_loaded_and_fused_as_without_twins(tmp_path):
    model = accelerate(
        Sequential(
            minnet_conv.Conv2d(1, 4, 3, rng=0),
            BatchNormalization(0.9, axis=1),
            ReLU(),
            minnet_conv.MaxPool2d(2),
            minnet_conv.Flatten(1),
            Linear(36, 3, rng=1),
        )
    )
    x = draw((20, 1, 8, 8))
    model.forward(x)
    model.evaluate()
    save(model, tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors")
    assert type(loaded[0]) is minnet_conv.Conv2d
    for other in (loaded, fuse(model)):
        other.evaluate()
        np.testing.assert_allclose(other.forward(x), model.forward(x), rtol=1e-4, atol=1e-5)
