"""Which layers are activations: found by what they compute, ours and a stranger's alike."""

import numpy as np
import pytest

from minnet_core import Module, layers
from minnet_sweep.configuration import RegistryChoice, is_activation
from minnet_train import ExperimentError

ACTIVATIONS = (
    *("CELU", "ELU", "GELU", "HardShrink", "HardSigmoid", "HardSwish", "HardTanh", "LeakyReLU", "LogSigmoid", "Mish"),
    *("PReLU", "ReLU", "SELU", "Sigmoid", "SiLU", "SoftPlus", "SoftShrink", "SoftSign", "Tanh", "TanhShrink"),
)
OTHERS = (
    *("Dropout", "GaussianNoise", "Identity", "Linear", "LogSoftMax", "SoftMax", "SoftMin", "BatchNormalization"),
    *("Exp", "Log", "Sqrt", "Square", "Normalize", "RReLU"),
)


class Bent(Module):
    """A stranger's: written in a notebook, registered for a test."""

    def updateOutput(self, input):
        self.output = np.maximum(input, np.float32(0.1) * input)
        return self.output


class Summed(Bent):
    """Each number depends on those beside it."""

    def updateOutput(self, input):
        self.output = np.maximum(input, 0) + input.mean(1, keepdims=True)
        return self.output


class Broken(Bent):
    def updateOutput(self, input):
        raise RuntimeError("of a stranger")


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_found(name):
    assert is_activation(layers[name])


@pytest.mark.parametrize("name", OTHERS)
def test_other_layers_are_not(name):
    assert not is_activation(layers[name])


@pytest.mark.parametrize(("cls", "expected"), [(Bent, True), (Summed, False), (Broken, False)])
def test_a_strangers_layer_is_asked_like_ours(cls, expected):
    assert is_activation(cls) is expected


def test_a_registry_lists_what_is_installed_and_what_a_program_registers(monkeypatch):
    monkeypatch.setattr(layers, "_local", dict(layers._local))
    layers.register(Bent)
    listed = RegistryChoice("a", ("model[1]",), "layers", kind="activation", without=("Tanh",)).listed()
    labels = listed.choice.values()
    assert {*ACTIVATIONS, "Bent"} - {"Tanh"} <= {*labels}
    assert not {*OTHERS, "Tanh"} & {*labels}
    assert labels == sorted(labels, key=str.lower)
    assert listed.choice.settings("ReLU") == {"model[1]": {"class": "ReLU"}}
    assert not listed.left_out


def test_what_is_asked_for_by_name_and_of_another_kind_is_said():
    listed = RegistryChoice("a", ("model[1]",), "layers", kind="activation", only=("ReLU", "Dropout")).listed()
    assert listed.choice.values() == ["ReLU"]
    assert listed.left_out == {"Dropout": "it is no activation"}


def test_optimizers_get_their_arguments():
    listed = RegistryChoice("o", ("optimizer",), "optimizers", arguments={"lr": 0.5}, only=("Adam", "SGD")).listed()
    assert listed.choice.settings("SGD") == {"optimizer": {"class": "SGD", "lr": 0.5}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"registry": "optimisers"}, "space.o.registry: expected one of .*did you mean 'optimizers'?"),
        ({"registry": "optimizers", "only": ("Adm",)}, "space.o.only: expected names of optimizers.*'Adam'"),
        ({"registry": "optimizers", "without": ("Sgd",)}, "space.o.except: .* received 'Sgd'; did you mean 'SGD'?"),
    ],
)
def test_unknown_names_are_named(arguments, message):
    with pytest.raises(ExperimentError, match=message):
        RegistryChoice("o", ("optimizer",), **arguments).listed()
