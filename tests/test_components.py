"""Every registered component, found by name and tried on the examples that it declares."""

from contextlib import nullcontext

import numpy as np
import pytest

from minnet_core import Container, Graph, Sequential, build, criterions, layers, load, optimizers, save, to_config
from minnet_core.nn import construct, leaves
from minnet_core.testing import check_criterion_gradients, check_gradients

LAYERS = [(name, index) for name in layers for index in range(len(layers[name].EXAMPLES))]
CRITERIONS = [(name, index) for name in criterions for index in range(len(criterions[name].EXAMPLES))]

MODES = [(*layer, mode) for layer in LAYERS for mode in ("evaluate", "train")]


def make_layer(name, index):
    example = layers[name].EXAMPLES[index]
    layer = construct(layers[name], (), example.arguments)
    if isinstance(layer, Container) and not isinstance(layer, Graph) and not len(layer):  # nothing without modules
        shape = example.shapes[0]
        for _ in shape if isinstance(shape[0], tuple) else range(2):
            layer.add(layers["Identity"]())
    return layer, example


def test_every_component_declares_examples():
    installed = [d for registry in (layers, criterions) for d in registry.declarations() if d.distribution != "local"]
    assert [d.qualified for d in installed if not d.load().EXAMPLES] == []


@pytest.mark.parametrize(("name", "index", "mode"), MODES)
def test_a_layer_agrees_with_central_differences(name, index, mode):
    layer, example = make_layer(name, index)
    layer.forward(example.draw_input(0))
    getattr(layer, mode)()
    input = example.draw_input(1)
    if getattr(layer, "padding_idx", None) is not None:  # of which an Embedding uses the row, and does not train it
        input[input == layer.padding_idx] = layer.padding_idx + 1
    with pytest.raises(AssertionError) if example.expected_failures else nullcontext():
        check_gradients(layer, input)


@pytest.mark.parametrize(("name", "index"), CRITERIONS)
def test_a_criterion_agrees_with_central_differences(name, index):
    example = criterions[name].EXAMPLES[index]
    check_criterion_gradients(criterions[name](**example.arguments), example.draw_input(0), example.draw_target(1))


@pytest.mark.parametrize(("name", "index"), LAYERS)
def test_a_layer_is_rebuilt_from_its_config(name, index):
    layer, _ = make_layer(name, index)
    config = to_config(layer)
    rebuilt = build(config)
    assert type(rebuilt) is type(layer)
    assert to_config(rebuilt) == config


@pytest.mark.parametrize(("name", "index"), CRITERIONS)
def test_a_criterion_is_rebuilt_from_its_config(name, index):
    config = to_config(criterions[name](**criterions[name].EXAMPLES[index].arguments))
    assert to_config(build(config, criterions)) == config


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "index"), LAYERS)
def test_a_layer_is_saved_and_loaded_bit_for_bit(name, index, dtype, tmp_path):
    layer, example = make_layer(name, index)
    model = Sequential(layer).astype(dtype)
    x = example.draw_input(0, dtype)
    model.forward(x)
    model.evaluate()
    again = load(save(model, tmp_path / "model.safetensors"))
    outputs, expected = (list(leaves(each.forward(x))) for each in (again, model))
    assert {array.dtype for array in outputs} == {np.dtype(dtype)}
    for output, its in zip(outputs, expected, strict=True):
        np.testing.assert_array_equal(output, its, strict=True)


ENOUGH = {
    "SGD": {"lr": 0.2, "momentum": 0.9},
    "Adadelta": {"lr": 10.0},
    "LBFGS": {"max_iter": 5, "line_search_fn": "strong_wolfe"},
    "RAdam": {"lr": 0.2},
    "Rprop": {},
}
"""Name of an optimizer -> the hyperparameters with which it learns fast, where they are no rate of 0.05."""


@pytest.mark.parametrize("name", list(optimizers))
def test_a_net_of_layers_found_by_name_learns_with_every_optimizer(name):
    names = [
        "Linear",
        "BatchNormalization",
        "ChannelwiseScaling",
        "SoftPlus",
        "ELU",
        "LeakyReLU",
        "Linear",
        "LogSoftMax",
    ]
    arguments = {0: {"n_in": 2, "n_out": 16}, 1: {"alpha": 0.9}, 2: {"n_out": 16}, 6: {"n_in": 16, "n_out": 2}}
    model = build(
        {"class": "Sequential", "modules": [{"class": c, **arguments.get(i, {})} for i, c in enumerate(names)]}, rng=0
    )
    criterion = build({"class": "ClassNLLCriterion"}, criterions)
    optimizer = build({"class": name, **ENOUGH.get(name, {"lr": 0.05})}, optimizers, model)
    x = np.random.default_rng(0).standard_normal((200, 2)).astype(np.float32)
    y = (x.prod(axis=1) > 0).astype(int)

    def closure():
        loss = criterion.forward(model.forward(x), y)
        model.zeroGradParameters()
        model.backward(x, criterion.backward(model.output, y))
        return loss

    losses = [optimizer.step(closure) for _ in range(100)]
    assert losses[-1] < 0.6 * losses[0]
    assert {array.dtype for array in model.namedParameters().values()} == {np.dtype(np.float32)}
